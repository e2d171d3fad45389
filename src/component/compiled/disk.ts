// A component's world, plan and the text of its functions as bytes, for a store or another thread:
// the content of the module that `tenon component aot` writes.
import * as runtime from "../abi/adapter-runtime.ts";
import { compileStubs, loadText } from "../abi/emit/compile.ts";
import type { PlanNodes, WrittenFunction } from "../aot/format.ts";
import { functionTexts } from "../aot/functions.ts";
import { readNodes, writeNodes, writePlan } from "../aot/plan-data.ts";
import { linkWritten } from "../aot/written.ts";
import { type Component, partsOf } from "../compile.ts";
import type { Linked } from "../link/gather.ts";
import type { World } from "../types.ts";
import { decodeJson, encodeJson } from "../../utf8.ts";

/** What the text depends on in addition to the component. */
export interface StoredHow {
  readonly suspend: readonly string[];
  /** See Code. */
  readonly pauses: boolean;
}

/** The form in the store, as JSON. A host that wants another StoredHow replaces the entry. */
interface StoredComponent extends StoredHow {
  readonly digest: string;
  readonly world: PlanNodes;
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
 * Writes the world, the plan and the functions. Throws where the component can't run; where it
 * imports components, so that its plan depends on more than its bytes; and where the text of its
 * functions is longer than `most`.
 */
export function writeStored(
  component: Component,
  digest: string,
  { suspend, pauses }: StoredHow,
  most?: number,
): Uint8Array {
  const { imports, exports } = component;
  if (imports.some(({ type }) => type.kind === "component")) throw notForStoring();
  const plan = partsOf(component).plans.get();
  if (plan.unsupported.length > 0) throw notForStoring();
  const written = writePlan(plan);
  const functions = functionTexts(plan, suspend, pauses, most).map(
    ({ part, style, tables, text }): StoredFunction => [
      written.indexOf(part),
      style ?? null,
      tables,
      text,
    ],
  );
  const world = writeNodes({ imports, exports }).nodes;
  const stored: StoredComponent = {
    digest,
    suspend,
    pauses,
    world,
    plan: written.nodes,
    functions,
  };
  return encodeJson(stored);
}

/**
 * Undefined where the bytes are not those that `writeStored` made for the same digest and
 * StoredHow. `suspend`: called with the component's imports and exports.
 */
export function readStored(
  bytes: Uint8Array,
  digest: string,
  suspend: (world: () => World) => readonly string[],
  pauses: boolean,
): { readonly world: () => World; readonly link: Linked } | undefined {
  try {
    const stored = decodeJson(bytes) as StoredComponent;
    if (stored.digest !== digest || stored.pauses !== pauses) return undefined;
    let read: World | undefined;
    const world = (): World => (read ??= readNodes(stored.world).root as World);
    const suspended = suspend(world);
    if (JSON.stringify(stored.suspend) !== JSON.stringify(suspended)) return undefined;
    const functions = stored.functions.map(([node, style, tables, text]): WrittenFunction => [
      node,
      style ?? undefined,
      tables,
      () => loadText({ text, tables }, runtime),
    ]);
    const parts = { plan: stored.plan, functions, suspend: suspended };
    return { world, link: linkWritten(parts, compileStubs, pauses) };
  } catch {
    return undefined;
  }
}

function notForStoring(): TypeError {
  return new TypeError("this component's plan is not for storing");
}
