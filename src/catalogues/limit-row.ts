/** A row of the catalogue of limits (limits.ts). */
export type LimitRow = LimitFacts & (KeptByHost | KeptByOther);

type KeptByHost = {
  readonly keptBy?: undefined;
  /** How a manifest asks for it. Default: it can't. */
  readonly manifest?: ManifestLimitRow;
} & (Reported | { readonly passed?: undefined });

type KeptByOther = Reported & {
  /**
   * `engine`: the engine is given the value, under this name. `interface`: interfaces are
   * (`InterfaceLimits`).
   */
  readonly keptBy: "engine" | "interface";
  readonly manifest: ManifestLimitRow;
};

/** Going over it is told as a limit. Such a limit has a policy, which may disable the plugin. */
type Reported =
  | { readonly passed: PassedLimitRow; readonly code: `limit-${string}` }
  | {
      readonly passed: PassedLimitRow & { readonly limit: "deadline" };
      readonly code: "plugin-deadline";
    };

interface LimitFacts {
  /** What is limited, worded to follow "the most:". */
  readonly what: string;
  /** The default: a number, or numbers by the name of their part. */
  readonly default: number | Readonly<Record<string, number>>;
  /** The smallest value that a host may set. Default: 1. */
  readonly from?: 0;
  /** The host's limit that this one must not exceed. */
  readonly atMost?: string;
  /** Two parts of the limit, the first of which must not exceed the second. */
  readonly ordered?: readonly [lower: string, upper: string];
  /** What happens to a plugin that goes over it. */
  readonly then: string;
  /** Who causes the error: see `Fault`. Default: the plugin. */
  readonly fault?: "nobody";
  /** The code of the error. */
  readonly code?: string;
  /**
   * For a code that starts with `limit-`: its cause and remedy in docs/errors.md. One row of each
   * code has both.
   */
  readonly cause?: string;
  readonly remedy?: string;
}

interface ManifestLimitRow {
  /** Its key in the manifest's `limits`; with `top`, in the manifest itself. */
  readonly key: string;
  readonly top?: true;
  /** The most that can be written, as a whole number from 1 on. */
  readonly most: number;
  /** What the manifest's number is multiplied by. Default: 1. */
  readonly times?: number;
  /**
   * Whether it may ask for more than the host's default, up to `atMost`. Default: for less only.
   */
  readonly widens?: true;
}

interface PassedLimitRow {
  /** Its name in events, policies and errors. */
  readonly limit: string;
  /** What its value counts, in messages. */
  readonly counts: string;
  /** The possible policies. The first is the default. */
  readonly policies: readonly ("refuse" | "throttle" | "stop" | "disable")[];
}
