// What the bytes of a component tell about it, read in steps. Nothing is compiled.
import { TenonError } from "../errors.ts";
import { isOverRules } from "./caps/faults.ts";
import type { Rules } from "./caps/rules.ts";
import { Tally } from "./caps/tally.ts";
import { decodeSteps } from "./decode/decode.ts";
import type { Steps } from "./decode/steps.ts";
import { notSupported } from "./link/gather.ts";
import type { Plan } from "./link/plan.ts";
import { planComponent } from "./link/planner.ts";
import type { ComponentType } from "./types.ts";
import type { ResolvedComponent } from "./validate/resolved.ts";
import { validateSteps } from "./validate/validate.ts";

export { FORMAT } from "./aot/format.ts";
export type { Steps } from "./decode/steps.ts";
export type { ComponentType, Extern, InstanceType, ResourceType } from "./types.ts";
export { spelledFunction } from "./wit/spelled.ts";

export interface ReadComponent {
  readonly type: ComponentType;
  /**
   * Contents of the component's own custom sections with a name, in order; sections of nested
   * components and modules do not count. They share the component's memory.
   */
  sections(name: string): readonly Uint8Array[];
}

/**
 * Decodes and validates a component, and plans its linking. Throws `component-malformed` or
 * `component-invalid` with `data.offset` in bytes; `component-limit` for a component over a cap or
 * with a feature that is not allowed; and `component-unsupported` for what this engine does not
 * have (both as compiling and instantiating would). The code of a component that passes may still
 * fail to compile.
 */
export function* readSteps(bytes: Uint8Array, rules: Rules): Steps<ReadComponent> {
  const tally = new Tally(rules.caps);
  const definition = yield* decodeSteps(bytes, tally);
  const resolved = yield* validateSteps(bytes, definition, rules, tally);
  const { unsupported } = planned(resolved, rules);
  if (unsupported.length > 0) throw notSupported(unsupported);
  yield;
  return {
    type: resolved.type,
    sections: (name) =>
      definition.items.flatMap((item) =>
        item.kind === "custom" && item.name === name ? [bytes.subarray(item.start, item.end)] : [],
      ),
  };
}

/** Checks what linking comes to: a component of a few bytes may link a thousand instances. */
function planned(resolved: ResolvedComponent, rules: Rules): Pick<Plan, "unsupported"> {
  try {
    return planComponent(resolved, rules.caps);
  } catch (error) {
    if (error instanceof TenonError && isOverRules(error)) throw error;
    // A component that imports components is refused elsewhere.
    return { unsupported: [] };
  }
}
