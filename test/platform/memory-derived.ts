import type { DerivedStore } from "../../src/component/engine.ts";

export interface MemoryDerived extends DerivedStore {
  readonly entries: Map<string, Uint8Array>;
  /** What was kept, since it was last looked at. */
  made(): string[];
  /** How many times something was found. */
  readonly found: number;
}

/** Keeps at once, and tells of it. */
export function memoryDerived(): MemoryDerived {
  const entries = new Map<string, Uint8Array>();
  const made: string[] = [];
  let found = 0;
  return {
    entries,
    made: () => made.splice(0),
    get found() {
      return found;
    },
    get(name) {
      const entry = entries.get(name);
      if (entry !== undefined) found += 1;
      return entry;
    },
    keep(name, make) {
      made.push(name);
      try {
        entries.set(name, make());
      } catch {
        // As a store that drops it.
      }
    },
  };
}
