/**
 * Makes the calling thread free the memories of its ended instances: an engine collects garbage
 * where it finds no room for a memory. The threads of a page have room for about a hundred linear
 * memories together, and each frees its own only when it needs one.
 */
export function reclaimMemories(): void {
  try {
    void new WebAssembly.Memory({ initial: 1 });
  } catch {
    // There was no room, and garbage has been collected.
  }
}
