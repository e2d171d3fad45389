import { TenonError } from "../errors.ts";

/**
 * Whether an instance, or the thread for it, could not be made for want of room for its memories: a page has
 * addresses for a hundred or so. Nobody's limit is meant.
 */
export function lacksMemory(error: unknown): boolean {
  if (!(error instanceof TenonError)) return false;
  if (error.code === "isolate-failed") return error.cause instanceof RangeError;
  return error.code === "component-limit" && error.data["limit"] === "memory";
}
