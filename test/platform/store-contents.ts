// What the `kill -9` test writes and expects to find.

/** Remembered decisions that grow with each round. */
export function decisionsUpTo(round: number): string {
  const decisions = Array.from({ length: (round % 200) + 1 }, () => ({
    decision: "deny",
    plugin: "acme/writer",
    capability: "log",
    reason: "no",
    at: round,
  }));
  return JSON.stringify({ version: 1, decisions });
}

export function indexOf(round: number): Uint8Array {
  return new Uint8Array(50_000).fill(round % 251);
}
