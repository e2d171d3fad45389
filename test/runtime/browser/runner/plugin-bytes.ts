/** Stands in for the reader of committed plugins where a suite is bundled for a page. */
export async function pluginBytes(name: string): Promise<Uint8Array> {
  const response = await fetch(`/plugins-rs/${name}/${name}.wasm`);
  if (!response.ok) throw new Error(`${response.status}: ${name}`);
  return new Uint8Array(await response.arrayBuffer());
}
