import type { ScanDepth } from "../caps/module-scanner.ts";
import { DEFAULT_RULES, type Rules } from "../caps/rules.ts";
import { Tally } from "../caps/tally.ts";
import { validateComponent } from "./component.ts";
import { Context } from "./context.ts";
import type { ComponentDefinition } from "../decode/definitions.ts";
import { allSteps, type Steps } from "../decode/steps.ts";
import type { ResolvedComponent } from "./resolved.ts";

/**
 * Validates a decoded component and resolves all of its indices. `bytes` is the whole file; `tally` is
 * the one that it was decoded with. Its core modules are set against the rules; `depth`: `outline` where
 * their code was before.
 * Throws `component-invalid` (`data.offset`), `component-limit`, or for a core module
 * `component-malformed` or `component-unsupported`. What WebAssembly itself validates of core
 * modules, the types of their code above all, is left to compiling them.
 */
export function validate(
  bytes: Uint8Array,
  component: ComponentDefinition,
  rules: Rules = DEFAULT_RULES,
  tally: Tally = new Tally(rules.caps),
  depth: ScanDepth = "code",
): ResolvedComponent {
  return allSteps(validateSteps(bytes, component, rules, tally, depth));
}

/** `validate` in steps. */
export function* validateSteps(
  bytes: Uint8Array,
  component: ComponentDefinition,
  rules: Rules,
  tally: Tally,
  depth: ScanDepth = "code",
): Steps<ResolvedComponent> {
  const context = new Context(bytes, tally, rules, depth);
  const resolved = yield* validateComponent(context, component, undefined);
  tally.raise("componentTypeWork", context.work.done, 0);
  return resolved;
}
