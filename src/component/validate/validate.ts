import { DEFAULT_RULES, type Rules } from "../caps/rules.ts";
import { Tally } from "../caps/tally.ts";
import { validateComponent } from "./component.ts";
import { Context } from "./context.ts";
import type { ComponentDefinition } from "../decode/definitions.ts";
import { allSteps, type Steps } from "../decode/steps.ts";
import type { ResolvedComponent } from "./resolved.ts";

/**
 * Validates a decoded component and resolves all of its indices. `bytes` is the whole file; `tally` is
 * the one that it was decoded with. Of its core modules all is set against the rules but their code.
 * Throws `component-invalid` (`data.offset`), `component-limit`, or for a core module
 * `component-malformed` or `component-unsupported`. What WebAssembly itself validates of core
 * modules, their code above all, is left to compiling them.
 */
export function validate(
  bytes: Uint8Array,
  component: ComponentDefinition,
  rules: Rules = DEFAULT_RULES,
  tally: Tally = new Tally(rules.caps),
): ResolvedComponent {
  return allSteps(validateSteps(bytes, component, rules, tally));
}

/** `validate` in steps. */
export function* validateSteps(
  bytes: Uint8Array,
  component: ComponentDefinition,
  rules: Rules,
  tally: Tally,
): Steps<ResolvedComponent> {
  const context = new Context(bytes, tally, rules);
  const resolved = yield* validateComponent(context, component, undefined);
  tally.raise("componentTypeWork", context.work.done, 0);
  return resolved;
}
