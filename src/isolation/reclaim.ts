/**
 * The threads of a page have room for some hundred linear memories between them, and each frees those
 * of its ended instances when it wants one itself. This has the calling thread free its own: an engine
 * collects garbage where it finds no room for a memory.
 */
export function reclaimMemories(): void {
  try {
    void new WebAssembly.Memory({ initial: 1 });
  } catch {
    // Nothing to be had here.
  }
}
