/** One line of a benchmark's result, as `npm run bench -- GROUP --json FILE` writes it. */
export interface BenchRow {
  readonly bench: string;
  /** Of `ours` and of every peer: `ns`, `µs`, `ms`, `MB`, … */
  readonly unit: string;
  /** The median of our runs. */
  readonly ours: number;
  /** Medians of the peers, measured in the same run. */
  readonly peers: Readonly<Record<string, number>>;
  /** Ours against one of them; `to` names it. */
  readonly ratio: { readonly to: string; readonly value: number };
  /**
   * What the ratio (or, where `to` is "absolute", our own figure) is to stay below; absent where
   * the row only reports.
   */
  readonly goal?: { readonly to: string; readonly atMost: number };
  /** Whether the goal is met; true where there is none. */
  readonly holds: boolean;
}

export interface BenchOptions {
  /** A folder of recorded editing sessions; without one a synthetic session is used. */
  readonly traces?: string;
}

/** What each file of a group exports. */
export interface BenchModule {
  rows(options: BenchOptions): Promise<readonly BenchRow[]>;
}
