import { TenonError } from "../errors.ts";

/// The threads of a page have room for some hundred linear memories between them, and each frees those
/// of its ended instances when it wants one itself. This has the calling thread free its own: an engine
/// collects garbage where it finds no room for a memory.
export function reclaimMemories(): void {
  try {
    void new WebAssembly.Memory({ initial: 1 });
  } catch {
    // Nothing to be had here.
  }
}

/// Whether an instance could not be made for want of room for its memory.
export function lacksMemory(error: unknown): boolean {
  return (
    error instanceof TenonError &&
    error.code === "component-limit" &&
    error.data["limit"] === "memory"
  );
}
