/**
 * Stands in for the component tools where a suite is bundled for a page: the server that serves the
 * page turns text into binaries.
 */
export async function parse(text: string): Promise<Uint8Array> {
  const response = await fetch("/parse", { method: "POST", body: text });
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}
