// A component that was compiled on one thread, in a form in which other threads need not decode,
// validate or compile it; without its modules, also for later runs.
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

/** Can be posted to another thread, with everything in it. */
export interface PortableComponent {
  readonly modules: readonly MadeModule[];
  /**
   * The plan and the text of the functions. Undefined where the component's plan can't be stored.
   */
  readonly plan: Uint8Array | undefined;
}

/**
 * The most characters of text that a thread makes for another one: its own guests wait in the
 * meantime.
 */
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
    // The other thread decodes the component again.
  }
  return { modules: partsOf(component).modules.made, plan };
}

/** The name under which a component of this digest, which passed `rules`, is stored for threads. */
export function portableName(digest: string, rules: Rules): string {
  return `thread ${FORMAT} ${digest}${keyOfRules(rules)}`;
}

const LINE = 10;

/** The bytes for a store. Throws a TypeError where the world can't be written. */
export function writePortable({ imports, exports }: World, plan: Uint8Array): Uint8Array {
  const { nodes } = writeNodes({ imports, exports });
  const head = new TextEncoder().encode(JSON.stringify(nodes));
  const bytes = new Uint8Array(head.length + 1 + plan.length);
  bytes.set(head);
  bytes[head.length] = LINE;
  bytes.set(plan, head.length + 1);
  return bytes;
}

/** Undefined for bytes that writePortable has not written. */
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
