// What the bytes of a component tell about it, read in steps. Nothing is compiled.
import type { Rules } from "./caps/rules.ts";
import { Tally } from "./caps/tally.ts";
import { customsOf, planOf, ReadComponent } from "./compiled/read.ts";
import { decodeSteps } from "./decode/decode.ts";
import type { Steps } from "./decode/steps.ts";
import { notSupported } from "./link/gather.ts";
import type { ComponentType } from "./types.ts";
import { validateSteps } from "./validate/validate.ts";

export { type CompiledKey, keyText, rulesText } from "./compiled/key.ts";
export type { ReadComponent } from "./compiled/read.ts";
export { CompiledStore } from "./compiled/store.ts";
export type { Steps } from "./decode/steps.ts";
export { type ComponentSource, readSource } from "./source.ts";
export type { ComponentType, Extern, InstanceType, ResourceType } from "./types.ts";
export { spelledFunction } from "./wit/spelled.ts";

export interface ComponentReading {
  readonly type: ComponentType;
  /**
   * Contents of the component's own custom sections with a name, in order; sections of nested
   * components and modules do not count. They share the component's memory.
   */
  sections(name: string): readonly Uint8Array[];
  /** To be passed to `compile`. */
  readonly read: ReadComponent;
}

/**
 * Decodes and validates a component, and plans its linking. Throws `component-malformed` or
 * `component-invalid` with `data.offset` in bytes; `component-limit` for a component over a cap or
 * with a feature that is not allowed; and `component-unsupported` for what this engine does not
 * have (both as compiling and instantiating would). The code of a component that passes may still
 * fail to compile.
 */
export function* readSteps(bytes: Uint8Array, rules: Rules): Steps<ComponentReading> {
  const tally = new Tally(rules.caps);
  const definition = yield* decodeSteps(bytes, tally);
  const resolved = yield* validateSteps(bytes, definition, rules, tally);
  // One that imports components is refused for it elsewhere.
  const plan = planOf(resolved, rules);
  if (plan !== undefined && plan.unsupported.length > 0) throw notSupported(plan.unsupported);
  yield;
  const customs = customsOf(definition);
  return {
    type: resolved.type,
    sections: (name) =>
      customs.flatMap((one) => (one.name === name ? [bytes.subarray(one.start, one.end)] : [])),
    read: new ReadComponent({ resolved, plan, customs }),
  };
}
