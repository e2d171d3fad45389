import { FORMAT } from "../../component/outline.ts";
import { keyOfRules, type Rules } from "../../component/engine.ts";
import type { DerivedStore } from "../../platform/derived.ts";
import { type OutlinedWorld, type OutlinedComponent, outlineSteps } from "./component-outline.ts";
import type { Slices } from "./slices.ts";

/**
 * What an outline depends on besides the bytes. A component that passed under one mark passes again
 * under an equal one: it names the build of Tenon and the rules.
 */
export function outlineMark(rules: Rules): string {
  return `${FORMAT}${keyOfRules(rules)}`;
}

/** The form in the store, as JSON. */
interface StoredOutline {
  readonly digest: string;
  readonly outline: OutlinedWorld;
  /** The start and length of each custom section in the component's bytes. */
  readonly sections: readonly (readonly [number, number])[];
}

export interface DerivedOutlinePowers {
  readonly slices: Slices;
  /** The rules that components, code included, are checked against. */
  readonly rules: Rules;
  /** Where outlines of earlier runs are kept. Default: nowhere. */
  readonly derived?: DerivedStore | undefined;
}

/**
 * Does what `outlineSteps` does. Uses the outline that an earlier run has kept for bytes of this
 * digest, where there is one.
 */
export async function derivedOutline(
  bytes: Uint8Array,
  sectionName: string,
  digest: string,
  { slices, rules, derived }: DerivedOutlinePowers,
): Promise<OutlinedComponent> {
  const outline = () => slices.run(outlineSteps(bytes, sectionName, rules));
  if (derived === undefined) return await outline();
  const name = `outline ${outlineMark(rules)} ${sectionName} ${digest}`;
  const stored = await derived.get(name);
  const known = stored && readOutline(stored, digest, bytes);
  if (known !== undefined) return known;
  const found = await outline();
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
