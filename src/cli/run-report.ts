/** A capability that the plugin asked for and has not. */
export interface Refusal {
  readonly capability: string;
  readonly sentence: string;
  /** What would grant it. Undefined: `--deny` refused it. */
  readonly option: string | undefined;
}

/** A place that does not take what is written there: a full disk, a folder that is read-only. */
export interface StorageFault {
  /** What could not be kept, and where. */
  readonly message: string;
  /** Whether it was the plugins' own data, so that a failure of the plugin may have come of it. */
  readonly isData: boolean;
}

/** What `tenon run` answers, as text or JSON. */
export interface RunReport {
  readonly outcome:
    | { readonly tag: "answer"; readonly value: unknown }
    | {
        readonly tag: "error";
        readonly code: string | undefined;
        readonly message: string;
        readonly data: Readonly<Record<string, unknown>>;
      };
  /** The document's text, where the command has changed it. */
  readonly document: string | undefined;
  readonly refusals: readonly Refusal[];
  /** Places where something could not be kept during the run. */
  readonly storage: readonly StorageFault[];
  readonly figures: {
    readonly plugin: string;
    readonly startedMs: number;
    readonly calls: number;
    readonly hostCalls: number;
    readonly ms: number;
    readonly memoryBytes: number;
  };
}
