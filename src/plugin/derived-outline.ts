import { FORMAT } from "../component/aot/format.ts";
import { CATALOGUE } from "../component/caps/catalogue.ts";
import type { DerivedStore } from "../platform/derived.ts";
import {
  type ComponentOutline,
  type OutlinedComponent,
  outlineComponent,
} from "./component-outline.ts";
import { contractMark } from "./contract-faults.ts";
import { textDigest } from "./text-digest.ts";

/// Raise it when an outline changes.
const VERSION = 2;

/// A component that passed is one that passes, as long as it is held to the same contract and the same caps.
export const outlineMark: string = [
  VERSION,
  FORMAT,
  contractMark,
  textDigest(JSON.stringify(Object.values(CATALOGUE).map(({ most }) => most))),
].join(" ");

/// As it lies in the store, as JSON.
interface StoredOutline {
  readonly digest: string;
  readonly outline: ComponentOutline;
  /// Where the custom sections lie, in bytes: start and length.
  readonly sections: readonly (readonly [number, number])[];
}

/// `outlineComponent`, of what an earlier run found in bytes of this digest, where it did.
export async function derivedOutline(
  bytes: Uint8Array,
  sectionName: string,
  digest: string,
  derived: DerivedStore | undefined,
): Promise<OutlinedComponent> {
  if (derived === undefined) return outlineComponent(bytes, sectionName);
  const name = `outline ${outlineMark} ${sectionName} ${digest}`;
  const stored = await derived.get(name);
  const known = stored && readOutline(stored, digest, bytes);
  if (known !== undefined) return known;
  const found = outlineComponent(bytes, sectionName);
  derived.keep(name, () => writeOutline(found, digest, bytes));
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
  return new TextEncoder().encode(JSON.stringify(stored));
}

function readOutline(
  stored: Uint8Array,
  digest: string,
  bytes: Uint8Array,
): OutlinedComponent | undefined {
  try {
    const {
      digest: of,
      outline,
      sections,
    } = JSON.parse(new TextDecoder().decode(stored)) as StoredOutline;
    if (of !== digest) return undefined;
    const read = sections.map(([start, length]) => bytes.subarray(start, start + length));
    return { outline, sections: read };
  } catch {
    return undefined;
  }
}
