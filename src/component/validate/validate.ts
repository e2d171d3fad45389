import { validateComponent } from "./component.ts";
import { Context } from "./context.ts";
import type { ComponentDefinition } from "../decode/definitions.ts";
import type { ResolvedComponent } from "./resolved.ts";

/// Validates a decoded component and resolves all of its indices. `bytes` is the whole file.
/// Throws `component-invalid` (`data.offset`), `component-limit`, or for a core module
/// `component-malformed` or `component-unsupported`. What WebAssembly itself validates of core
/// modules, their code above all, is left to compiling them.
export function validate(bytes: Uint8Array, component: ComponentDefinition): ResolvedComponent {
  return validateComponent(new Context(bytes), component, undefined);
}
