import { TenonError } from "../../errors.ts";
import type { ComponentDefinition } from "../decode/definitions.ts";
import type { ResolvedComponent } from "./resolved.ts";

/// Validates a decoded component and resolves all of its indices. `bytes` is the whole file.
/// Throws `component-invalid` (`data.offset`), `component-limit` or `component-malformed`.
export function validate(_bytes: Uint8Array, _component: ComponentDefinition): ResolvedComponent {
  throw new TenonError("component-unsupported", "not there yet");
}
