import { FORMAT } from "../../component/outline.ts";
import { keyOfRules, type Rules } from "../../component/engine.ts";
import type { DerivedStore } from "../../platform/derived.ts";
import { type OutlinedWorld, type OutlinedComponent, outlineSteps } from "./component-outline.ts";
import { contractMark } from "./contract-faults.ts";
import type { Slices } from "./slices.ts";

/** Raise it when an outline changes, or what is refused under the same rules. */
const VERSION = 3;

/**
 * A component that passed is one that passes, as long as it is held to the same contract, caps and features:
 * equal for equal ones.
 */
export function outlineMark(rules: Rules): string {
  return `${VERSION} ${FORMAT} ${contractMark}${keyOfRules(rules)}`;
}

/** As it lies in the store, as JSON. */
interface StoredOutline {
  readonly digest: string;
  readonly outline: OutlinedWorld;
  /** Where the custom sections lie, in bytes: start and length. */
  readonly sections: readonly (readonly [number, number])[];
}

export interface DerivedOutlinePowers {
  readonly slices: Slices;
  /** What components, their code included, must keep to. */
  readonly rules: Rules;
  /** What is known from earlier runs. Default: nothing. */
  readonly derived?: DerivedStore | undefined;
}

/** `outlineSteps`, of what an earlier run found in bytes of this digest, where it did. */
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
