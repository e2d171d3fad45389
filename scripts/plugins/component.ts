import { componentNew, componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";

const manifestSection = "tenon:manifest";

/** Makes a core module with component-type metadata into a component that carries its manifest. */
export async function makeComponent(core: Uint8Array, manifest: string): Promise<Uint8Array> {
  return join([await componentNew(core, []), manifestSectionOf(manifest)]);
}

/** Whether a component ends with just this manifest. */
export function carriesManifest(component: Uint8Array, manifest: string): boolean {
  const section = manifestSectionOf(manifest);
  const end = component.subarray(-section.length);
  return end.length === section.length && end.every((byte, at) => byte === section[at]);
}

/** The same component with another manifest than the one that it ends with. */
export function withManifest(component: Uint8Array, carried: string, other: string): Uint8Array {
  const core = component.subarray(0, -manifestSectionOf(carried).length);
  return join([core, manifestSectionOf(other)]);
}

/** What a component imports and exports, down to each function's type. */
export function worldOf(component: Uint8Array): Promise<string> {
  return componentWit(component);
}

function manifestSectionOf(manifest: string): Uint8Array {
  const compact = JSON.stringify(JSON.parse(manifest));
  return customSection(manifestSection, new TextEncoder().encode(compact));
}

// A custom section (core specification, 5.5.3; components use the same framing): the id 0, the size,
// the name and the contents.
function customSection(name: string, contents: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const body = join([leb128(nameBytes.length), nameBytes, contents]);
  return join([Uint8Array.of(0), leb128(body.length), body]);
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
