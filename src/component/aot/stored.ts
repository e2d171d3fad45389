// A component's plan and the text of its functions as bytes, for a store: the content of the module
// that `tenon component aot` writes.
import * as runtime from "../abi/adapter-runtime.ts";
import { compileStubs, loadText } from "../abi/emit/compile.ts";
import { keyOfRules, type Rules } from "../caps/rules.ts";
import { type Component, partsOf } from "../compile.ts";
import type { Linked } from "../link/gather.ts";
import { planComponent } from "../link/planner.ts";
import { FORMAT, type PlanNodes, type WrittenFunction } from "./format.ts";
import { functionTexts } from "./functions.ts";
import { writePlan } from "./plan-data.ts";
import { linkWritten } from "./written.ts";

/** What the text depends on in addition to the component. */
export interface StoredHow {
  readonly suspend: readonly string[];
  /** See Code. */
  readonly pauses: boolean;
}

/** The form in the store, as JSON. */
interface StoredPlan {
  readonly format: string;
  readonly digest: string;
  readonly suspend: readonly string[];
  readonly pauses: boolean;
  readonly plan: PlanNodes;
  readonly functions: readonly StoredFunction[];
}

type StoredFunction = readonly [
  node: number,
  style: WrittenFunction[1] | null,
  tables: WrittenFunction[2],
  text: string,
];

/**
 * A name that includes everything that the plan depends on, with the rules that its component
 * passed, except for `StoredHow`. That is in the entry: a host that wants another one replaces the
 * entry.
 */
export function storedName(digest: string, rules: Rules): string {
  return `plan ${FORMAT} ${digest}${keyOfRules(rules)}`;
}

/**
 * Writes the plan and the functions. Throws where the component can't run; where it imports
 * components, so that its plan depends on more than its bytes; and where the text of its functions
 * is longer than `most`.
 */
export function writeStored(
  component: Component,
  digest: string,
  { suspend, pauses }: StoredHow,
  most?: number,
): Uint8Array {
  const { resolved, rules } = partsOf(component);
  const plan = planComponent(resolved, rules.caps);
  const imports = [...resolved.type.imports.values()];
  if (plan.unsupported.length > 0 || imports.some(({ type }) => type.kind === "component")) {
    throw new TypeError("this component's plan is not for storing");
  }
  const written = writePlan(plan);
  const functions = functionTexts(plan, suspend, pauses, most).map(
    ({ part, style, tables, text }): StoredFunction => [
      written.indexOf(part),
      style ?? null,
      tables,
      text,
    ],
  );
  const how = { suspend, pauses };
  const stored: StoredPlan = { format: FORMAT, digest, ...how, plan: written.nodes, functions };
  return new TextEncoder().encode(JSON.stringify(stored));
}

/**
 * Undefined where the bytes are not those that `writeStored` made for the same digest and `how`.
 */
export function readStored(
  bytes: Uint8Array,
  digest: string,
  { suspend, pauses }: StoredHow,
): Linked | undefined {
  try {
    const stored = JSON.parse(new TextDecoder().decode(bytes)) as StoredPlan;
    if (stored.format !== FORMAT || stored.digest !== digest) return undefined;
    if (JSON.stringify(stored.suspend) !== JSON.stringify(suspend)) return undefined;
    if (stored.pauses !== pauses) return undefined;
    const functions = stored.functions.map(([node, style, tables, text]): WrittenFunction => [
      node,
      style ?? undefined,
      tables,
      () => loadText({ text, tables }, runtime),
    ]);
    return linkWritten({ plan: stored.plan, functions, suspend }, compileStubs, pauses);
  } catch {
    return undefined;
  }
}
