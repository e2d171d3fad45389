import { TenonError } from "../errors.ts";

/**
 * The bytes do not follow the grammar of Binary.md. `data.offset` counts from the component's
 * start.
 */
export function malformed(offset: number, message: string): TenonError {
  return at("component-malformed", offset, message);
}

/** The bytes follow the grammar, but break a rule of validation. */
export function invalid(offset: number, message: string): TenonError {
  return at("component-invalid", offset, message);
}

/** More, or more deeply nested, than this engine accepts. `name`: which of GuestLimits. */
export function limit(offset: number, message: string, name?: string): TenonError {
  const data = name === undefined ? { offset } : { offset, limit: name };
  return new TenonError("component-limit", `${message} (at byte ${offset})`, { data });
}

/** A feature that this engine does not have, by name. */
export function unsupported(offset: number, feature: string): TenonError {
  return at("component-unsupported", offset, `this engine does not have ${feature}`);
}

function at(
  code: "component-malformed" | "component-invalid" | "component-unsupported",
  offset: number,
  message: string,
): TenonError {
  return new TenonError(code, `${message} (at byte ${offset})`, { data: { offset } });
}

/**
 * Whether an instance, or its thread, could not be made because its memories found no room: a page
 * has addresses for about a hundred. No limit of a plugin or host is meant.
 */
export function lacksMemory(error: unknown): boolean {
  if (!(error instanceof TenonError)) return false;
  if (error.code === "isolate-failed") return error.cause instanceof RangeError;
  return error.code === "component-limit" && error.data["limit"] === "memory";
}
