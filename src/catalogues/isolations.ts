/**
 * Where a plugin's guest runs. `caller`: on the thread that calls it. `thread`: on a thread that it
 * shares with others. `process`: in a process of its own.
 */
export type Isolation = (typeof ISOLATIONS)[number];

/** From the cheapest call to the strongest wall. */
export const ISOLATIONS = ["caller", "thread", "process"] as const;
