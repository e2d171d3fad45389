/** Codes of the data structures (`tenon/text`, `tenon/pool`, `tenon/cache`). See error-codes.ts. */
export const structureErrors = {
  "text-range": {
    fault: "application",
    cause: "a position outside the text",
    remedy: "check against `length`",
  },
  "text-overlap": {
    fault: "application",
    cause: "edits that overlap or are out of order",
    remedy: "sort them",
  },
  "text-conflict": {
    fault: "application",
    cause: "edits that cannot be brought onto the current text",
    remedy: "take a new snapshot",
  },
  "text-stale": {
    fault: "application",
    cause: "edits refer to a version that the document no longer remembers",
    remedy: "take a new snapshot",
  },
  "text-surrogate": {
    fault: "application",
    cause: "half a character at a boundary that takes whole ones",
    remedy: "move the boundary",
  },
  "text-inside-character": {
    fault: "application",
    cause: "a byte offset inside a character",
    remedy: "move it",
  },
  "text-decode": {
    fault: "application",
    cause: "bytes that are not UTF-8",
    remedy: "decode them first",
  },
  "text-removed": {
    fault: "application",
    cause: "an entry of a tree that was removed",
    remedy: "take it from the tree again",
  },
  "text-unloaded": {
    fault: "application",
    cause: "children of a tree's entry that are not loaded",
    remedy: "load them",
  },
  "pool-released": {
    fault: "application",
    cause: "a handle used or given back after it was given back",
    remedy: "keep one owner",
  },
  "pool-exhausted": {
    fault: "application",
    cause: "the pool's bound is reached",
    remedy: "give back, or raise the bound",
  },
  "pool-closed": {
    fault: "application",
    cause: "the pool was closed",
    remedy: "make a new one",
  },
  "pool-options": {
    fault: "application",
    cause:
      "an option that does not exist or makes no sense (`data.option`), or a size that is none",
    remedy: "as the message says",
  },
  "cache-options": {
    fault: "application",
    cause:
      "an option that does not exist or makes no sense (`data.option`), or options that contradict each other",
    remedy: "as the message says",
  },
  "cache-key": {
    fault: "application",
    cause: "a key that is no key",
    remedy: "use a text of at most the stated length",
  },
  "cache-value": {
    fault: "application",
    cause: "a value that a level cannot hold",
    remedy: "store plain data",
  },
  "cache-timeout": {
    fault: "application",
    cause: "the loader took longer than the hard timeout",
    remedy: "raise it, or load less",
  },
  "cache-level": {
    fault: "platform",
    cause: "a level failed; the cache goes on without it",
    remedy: "see the cause",
  },
  "cache-recursion": {
    fault: "application",
    cause: "a loader that waits for its own key",
    remedy: "break the circle",
  },
  "cache-closed": {
    fault: "application",
    cause: "the cache was closed",
    remedy: "make a new one",
  },
} as const;
