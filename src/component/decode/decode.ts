import { TenonError } from "../../errors.ts";
import type { ComponentDefinition } from "./definitions.ts";

/// Decodes a component. Throws `component-malformed` (`data.offset`) or `component-limit`.
export function decode(_bytes: Uint8Array): ComponentDefinition {
  throw new TenonError("component-unsupported", "not there yet");
}
