import type { Rules } from "../../component/engine.ts";
import { type CompiledKey, CompiledStore } from "../../component/outline.ts";
import { type OutlinedWorld, type OutlinedComponent, outlineSteps } from "./component-outline.ts";
import type { Slices } from "./slices.ts";
import { decodeJson, encodeJson } from "../../utf8.ts";

/** The form in the store, as JSON. */
interface StoredOutline {
  readonly digest: string;
  readonly outline: OutlinedWorld;
  /** The start and length of each custom section in the component's bytes. */
  readonly sections: readonly (readonly [number, number])[];
}

/** Made by HostParts (`host/parts.ts`), as the part `reading`. */
export interface DerivedOutlinePowers {
  readonly slices: Slices;
  /** The rules that components, code included, are checked against. */
  readonly rules: Rules;
  /** Keeps outlines of earlier runs, and what is read in this one. Default: nothing is kept. */
  readonly store?: CompiledStore | undefined;
}

/**
 * Does what `outlineSteps` does. Uses the outline that an earlier run has kept for bytes of this
 * digest, where there is one. What is read now is kept in the store until it is compiled.
 */
export async function derivedOutline(
  bytes: Uint8Array,
  sectionName: string,
  digest: string,
  { slices, rules, store = new CompiledStore() }: DerivedOutlinePowers,
): Promise<OutlinedComponent> {
  const key: CompiledKey = { kind: "outline", digest, rules, how: sectionName };
  const stored = store.lasts ? await store.find(key) : undefined;
  const known = stored && readOutline(stored, digest, bytes);
  if (known !== undefined) return known;
  const found = await slices.run(outlineSteps(bytes, sectionName, rules));
  store.remember({ kind: "read", digest, rules }, found.read);
  store.keep(key, () => writeOutline(found, digest, bytes));
  return found;
}

function writeOutline(
  { outline, sections }: OutlinedComponent,
  digest: string,
  bytes: Uint8Array,
): Uint8Array {
  const places = sections.map(
    ({ byteOffset, length }) => [byteOffset - bytes.byteOffset, length] as const,
  );
  const stored: StoredOutline = { digest, outline, sections: places };
  return encodeJson(stored);
}

function readOutline(
  stored: Uint8Array,
  digest: string,
  bytes: Uint8Array,
): OutlinedComponent | undefined {
  try {
    const { digest: of, outline, sections } = decodeJson(stored) as StoredOutline;
    if (of !== digest) return undefined;
    const read = sections.map(([start, length]) => bytes.subarray(start, start + length));
    return { outline, sections: read };
  } catch {
    return undefined;
  }
}
