// A component that was compiled on one thread, for others that then need neither decode nor validate nor
// compile it; and, but for its modules, for later runs.
import { mayCompileText } from "./abi/emit/compile.ts";
import { DEFAULT_LIMITS } from "./abi/limits.ts";
import { FORMAT, type PlanNodes } from "./aot/format.ts";
import { readNodes, writeNodes } from "./aot/plan-data.ts";
import { type StoredHow, writeStored } from "./aot/stored.ts";
import { type Component, partsOf } from "./compile.ts";
import type { MadeModule } from "./core-modules.ts";
import type { Growth } from "./caps/growth.ts";
import { keyOfRules, type Rules } from "./caps/rules.ts";
import type { EngineCompileOptions } from "./engine.ts";
import type { World } from "./types.ts";

/** Can be posted, with all that is in it. */
export interface PortableComponent {
  readonly modules: readonly MadeModule[];
  /** The plan and the text of the functions. Undefined of a component whose plan is not for storing. */
  readonly plan: Uint8Array | undefined;
}

/** Characters of text that a thread makes for another: guests of its own wait meanwhile. */
const MOST_TEXT = 1_000_000;

export function growthOf(limits: NonNullable<EngineCompileOptions["limits"]>): Growth {
  const { memoryBytes, tableElements } = { ...DEFAULT_LIMITS, ...limits };
  return { memoryBytes, tableElements };
}

export function portable(component: Component, digest: string, how: StoredHow): PortableComponent {
  let plan: Uint8Array | undefined;
  try {
    plan = mayCompileText() ? writeStored(component, digest, how, MOST_TEXT) : undefined;
  } catch {
    // It is decoded again, then.
  }
  return { modules: partsOf(component).modules.made, plan };
}

/** Names what is stored for threads of a component of this digest that kept to `rules`. */
export function portableName(digest: string, rules: Rules): string {
  return `thread ${FORMAT} ${digest}${keyOfRules(rules)}`;
}

const LINE = 10;

/** For a store. Throws a TypeError where the world has no such form. */
export function writePortable({ imports, exports }: World, plan: Uint8Array): Uint8Array {
  const { nodes } = writeNodes({ imports, exports });
  const head = new TextEncoder().encode(JSON.stringify(nodes));
  const bytes = new Uint8Array(head.length + 1 + plan.length);
  bytes.set(head);
  bytes[head.length] = LINE;
  bytes.set(plan, head.length + 1);
  return bytes;
}

/** Undefined of bytes that writePortable did not write. */
export function readPortable(
  bytes: Uint8Array,
): { readonly world: World; readonly plan: Uint8Array } | undefined {
  try {
    const end = bytes.indexOf(LINE);
    const nodes = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as PlanNodes;
    const world = readNodes(nodes).root as World;
    return { world, plan: bytes.slice(end + 1) };
  } catch {
    return undefined;
  }
}
