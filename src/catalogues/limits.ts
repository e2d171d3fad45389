// The one list of what plugins may take. A new limit is a row here and the code that enforces it: options and
// manifests, their checks, policies, error codes and messages, docs/limits.md and docs/errors.md derive from it.
//
// A name says its unit: …Bytes, …Ms (milliseconds), …PerSecond; anything else is counted.

export interface LimitRow {
  /** What is limited, to follow "the most:". */
  readonly what: string;
  /** A number, or numbers by the name of their part. */
  readonly default: number | Readonly<Record<string, number>>;
  /** The least value that a host may give. Default: 1. */
  readonly from?: 0;
  /** The limit of the host's that this one can't be over. */
  readonly atMost?: string;
  /** Two of its parts: the first can't be over the second. */
  readonly ordered?: readonly [lower: string, upper: string];
  /** How a manifest asks for it. Without: it does not. */
  readonly manifest?: ManifestLimitRow;
  /**
   * `engine`: the engine, under this name. `interface`: an interface, which is told of it (`InterfaceLimits`).
   * Default: the host.
   */
  readonly keptBy?: "engine" | "interface";
  /** Where going over it is told, and may have the plugin disabled. */
  readonly passed?: PassedLimitRow;
  /** What happens to who goes over it. */
  readonly then: string;
  /** Whose doing the error is: see `Fault`. Default: the plugin's. */
  readonly fault?: "nobody";
  /** The code of the error that says so. */
  readonly code?: string;
  /** Of a code that starts with `limit-`: what docs/errors.md says of it. Once for each code. */
  readonly cause?: string;
  readonly remedy?: string;
}

interface ManifestLimitRow {
  /** Its key in the manifest's `limits`; with `top`, of the manifest itself. */
  readonly key: string;
  readonly top?: true;
  /** The most that can be written: a whole number from 1 on. */
  readonly most: number;
  /** How many one of them stands for. Default: 1. */
  readonly times?: number;
  /** It may ask for more than the host's default, up to `atMost`. Without: for less only. */
  readonly widens?: true;
}

interface PassedLimitRow {
  /** What events, policies and errors call it. */
  readonly limit: string;
  /** What its value counts, in messages. */
  readonly counts: string;
  /** What may be done. The first is the default. */
  readonly policies: readonly ("refuse" | "throttle" | "stop" | "disable")[];
}

const LIMITS = {
  /** Bytes of an instance's linear memories together; a manifest's `memoryMiB` counts up to `maxMemoryBytes`. */
  memoryBytes: {
    what: "the linear memories of an instance together, exported or not",
    default: 67_108_864,
    atMost: "maxMemoryBytes",
    manifest: { key: "memoryMiB", most: 4_096, times: 1_048_576, widens: true },
    keptBy: "engine",
    passed: { limit: "memory", counts: "bytes of memory", policies: ["stop", "disable"] },
    then: "`memory.grow` answers -1; an instance whose memories together grow past it, or start above it, is stopped",
    code: "limit-memory",
    cause: "a memory starts above its limit, or several grow past it together",
    remedy: "raise `memoryBytes` if you trust the plugin",
  },
  /** The most bytes that a manifest's `memoryMiB` counts up to. */
  maxMemoryBytes: {
    what: "what a manifest's `memoryMiB` counts up to",
    default: 268_435_456,
    atMost: "totalMemoryBytes",
    then: "the plugin gets this much",
  },
  /**
   * Bytes that all plugins hold together: memories and tables, and what the host and its threads keep for
   * them. Idle instances are ended to stay below it, the one unused for longest first; the next event starts
   * them again. Where none is idle, the one in a call that holds most is ended.
   */
  totalMemoryBytes: {
    what: "what all plugins hold together: memories, tables (24 bytes an element), the buffers of their threads, answers that are kept; of ended ones until it is given back",
    default: 1_073_741_824,
    passed: {
      limit: "totalMemory",
      counts: "bytes of memory for all plugins together",
      policies: ["stop", "disable"],
    },
    then: "whoever grows waits while idle instances end, the longest unused first; with none idle the one that holds most is stopped",
    code: "limit-total-memory",
    cause: "all plugins together hold too much memory, and no idle one is left to end",
    remedy: "raise `totalMemoryBytes`, or run fewer",
  },
  /**
   * Running instances of all plugins together; idle ones are ended as above, but never for a second
   * instance of a plugin. On a platform that has room for fewer memories, so many at most.
   */
  instances: {
    what: "running instances of all plugins together; in a page 96, which it has addresses for",
    default: 1_024,
    passed: { limit: "instances", counts: "running plugins", policies: ["refuse", "disable"] },
    then: "idle instances end, and their next event starts them again; with none idle for a second the call is refused, which is no crash",
    code: "limit-instances",
    fault: "nobody",
    cause: "too many plugins run at once, and none is idle",
    remedy: "raise `instances`, or wait",
  },
  /** Instances of one plugin, where its manifest asks for several. */
  concurrency: {
    what: "instances of one plugin, where its manifest asks for several",
    default: 4,
    atMost: "instances",
    manifest: { key: "concurrency", top: true, most: 16 },
    then: "calls wait for those that there are",
  },
  /** Elements of all tables of an instance. */
  tableElements: {
    what: "elements of all tables of an instance; beyond 32,768 each, all on a thread have 2,000,000",
    default: 1_000_000,
    manifest: { key: "tableElements", most: 2_147_483_647 },
    keptBy: "engine",
    passed: {
      limit: "tableElements",
      counts: "elements of a table",
      policies: ["stop", "disable"],
    },
    then: "`table.grow` answers -1; an instance that starts above it is stopped",
    code: "limit-table",
    cause: "a table starts above its limit",
    remedy: "raise `tableElements` if you trust the plugin",
  },
  /** Handles of an instance. */
  handles: {
    what: "handles of an instance",
    default: 10_000,
    manifest: { key: "handles", most: 2_147_483_647 },
    keptBy: "engine",
    passed: { limit: "handles", counts: "handles", policies: ["stop", "disable"] },
    then: "stopped",
    code: "limit-handles",
    cause: "too many handles at once",
    remedy: "raise `handles` if you trust the plugin",
  },
  /** Bytes that one call into or out of the plugin hands to the host. */
  liftedBytes: {
    what: "bytes that one call hands to the host",
    default: 8_388_608,
    manifest: { key: "liftedBytes", most: 2_147_483_647 },
    keptBy: "engine",
    passed: {
      limit: "liftedBytes",
      counts: "bytes handed to the host by one call",
      policies: ["stop", "disable"],
    },
    then: "stopped",
    code: "limit-lifted",
    cause: "one call handed the host too many bytes or values (`data.limit`)",
    remedy: "raise `liftedBytes` or `liftedElements`, or hand over less at a time",
  },
  /** JavaScript values that one call makes for the host. What is the most of both costs some milliseconds. */
  liftedElements: {
    what: "values (numbers, strings, records, cases; a list of numbers counts as sixteen) that one call hands to the host in lists",
    default: 131_072,
    manifest: { key: "liftedElements", most: 2_147_483_647 },
    keptBy: "engine",
    passed: {
      limit: "liftedElements",
      counts: "values handed to the host by one call",
      policies: ["stop", "disable"],
    },
    then: "stopped",
    code: "limit-lifted",
  },
  /** Milliseconds that a command may take. A manifest's own, and a call's own, count up to `maxDeadlineMs`. */
  commandMs: {
    what: "time of a command, waiting included",
    default: 10_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "commandMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /** Milliseconds that `activate` may take. A manifest's own counts up to `maxDeadlineMs`. */
  activateMs: {
    what: "time of `activate`, waiting included",
    default: 2_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "activateMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /** Milliseconds that an event may take. A manifest's own, and a call's own, count up to `maxDeadlineMs`. */
  eventMs: {
    what: "time of an event, waiting included",
    default: 2_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "eventMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /** Milliseconds that a manifest's deadlines, and a call's own, count up to. */
  maxDeadlineMs: {
    what: "what a manifest's deadlines, and a call's own `deadlineMs`, count up to",
    default: 60_000,
    then: "the call gets this much",
  },
  /**
   * Milliseconds that a stranger's component may take to be compiled. It is compiled beside the others;
   * where it takes longer, its start fails with `component-limit`; after the second time it is not tried
   * again for a minute.
   */
  compileMs: {
    what: "time that a stranger's component takes to be compiled, beside the others",
    default: 3_000,
    then: "its start fails; after the second time it is not tried again for a minute",
    code: "component-limit",
  },
  /** How much of the time a plugin's own code may run. */
  cpu: {
    what: "running time of its own code",
    /** `ms` of each `withinMs` milliseconds. */
    default: { ms: 30_000, withinMs: 60_000 },
    manifest: { key: "cpuMs", most: 600_000 },
    passed: {
      limit: "cpu",
      counts: "milliseconds of its own running time in the window",
      policies: ["throttle", "refuse", "stop", "disable"],
    },
    then: "the next call waits until there is room; in mid-call it is stopped",
    code: "limit-cpu",
    cause: "its own code ran too much of the time",
    remedy: "wait, or raise `cpu`",
  },
  /**
   * How much of the time the host's thread may work for one plugin: see PluginNumbers.hostMs. The default
   * is a third of the thread that serves everybody: two commands that do nothing but have the host work
   * until their deadlines.
   */
  hostMs: {
    what: "time that the host's thread works for it: reading arguments, host functions, writing answers",
    default: { ms: 20_000, withinMs: 60_000 },
    manifest: { key: "hostMs", most: 600_000 },
    passed: {
      limit: "hostMs",
      counts: "milliseconds of the host's thread in the window",
      policies: ["throttle", "refuse", "stop", "disable"],
    },
    then: "the next call waits until there is room; in mid-call it is stopped",
    code: "limit-host-ms",
    cause: "the host's thread worked for it too much of the time",
    remedy: "wait, or raise `hostMs`",
  },
  /** Calls a second to each interface. */
  hostCallsPerSecond: {
    what: "calls a second to one interface (of those that a thread answers by itself, the clock and randomness, a 64th more at once)",
    default: 1_000_000,
    from: 0,
    manifest: { key: "hostCallsPerSecond", most: 2_147_483_647 },
    passed: {
      limit: "hostCalls",
      counts: "calls a second to one interface",
      policies: ["refuse", "throttle", "stop", "disable"],
    },
    then: "the call is refused, with the code where its type can't say so",
    code: "limit-host-calls",
    cause: "too many calls a second to one interface",
    remedy: "raise `hostCallsPerSecond` if you trust the plugin",
  },
  /** Bytes of log records a second. */
  logBytesPerSecond: {
    what: "bytes of log a second",
    default: 262_144,
    from: 0,
    manifest: { key: "logBytesPerSecond", most: 2_147_483_647 },
    keptBy: "interface",
    passed: {
      limit: "logBytes",
      counts: "bytes of log a second",
      policies: ["refuse", "disable"],
    },
    then: "records are dropped and counted",
    code: "limit-log",
    cause: "too many bytes of log a second",
    remedy: "raise `logBytesPerSecond`, or log less",
  },
  /** Bytes in the plugin's key-value store, whatever was granted. */
  storedBytes: {
    what: "bytes in the key-value store, whatever was granted",
    default: 1_073_741_824,
    from: 0,
    manifest: { key: "storedMiB", most: 1_048_576, times: 1_048_576 },
    keptBy: "interface",
    passed: { limit: "storedBytes", counts: "bytes of storage", policies: ["refuse", "disable"] },
    then: "the write answers `quota`",
    code: "limit-stored",
    cause: "too many bytes stored",
    remedy: "raise `storedBytes`, or delete some",
  },
  /** Documents that the plugin has opened and holds at once. */
  documents: {
    what: "documents that it opened and holds",
    default: 64,
    from: 0,
    manifest: { key: "documents", most: 2_147_483_647 },
    keptBy: "interface",
    passed: {
      limit: "documents",
      counts: "documents open at once",
      policies: ["refuse", "disable"],
    },
    then: "`open` answers `quota`",
    code: "limit-documents",
    cause: "too many documents open at once",
    remedy: "raise `documents`",
  },
  /** Requests whose responses it holds at once. */
  requests: {
    what: "responses that it holds",
    default: 16,
    from: 0,
    manifest: { key: "requests", most: 2_147_483_647 },
    keptBy: "interface",
    passed: { limit: "requests", counts: "requests open at once", policies: ["refuse", "disable"] },
    then: "`fetch` answers `quota`",
    code: "limit-requests",
    cause: "too many requests open at once",
    remedy: "raise `requests`",
  },
  /** Calls that wait for one plugin. */
  waitingCalls: {
    what: "calls that wait for one plugin",
    default: 1_024,
    from: 0,
    then: "the call is refused",
    code: "plugin-busy",
  },
  /** Bytes, about, of what the calls that wait for one plugin bring; one is taken whatever it brings. */
  waitingBytes: {
    what: "bytes of what the calls that wait for one plugin bring",
    default: 33_554_432,
    from: 0,
    then: "the call is refused",
    code: "plugin-busy",
  },
  /** When a plugin, or an interface for it, that keeps failing is left alone, and for how long. */
  breaker: {
    what: "failures in a row, of the plugin, and of an interface for it",
    default: {
      /** Failures in a row until it opens. */
      failures: 5,
      /**
       * Milliseconds that it stays open the first time; twice as long each time that the trial after it
       * fails, up to `maxMs`. Each is lengthened by up to a half, at random.
       */
      firstMs: 1_000,
      maxMs: 60_000,
    },
    ordered: ["firstMs", "maxMs"],
    then: "left alone for `firstMs`, doubling up to `maxMs`, lengthened by up to a half at random; then one trial",
    code: "plugin-failing",
  },
  /** How many crashes within how many milliseconds put a plugin aside. */
  crashes: {
    what: "crashes within a time, a thread brought down among them",
    default: { crashes: 5, withinMs: 60_000 },
    then: "quarantined until a person or an update lifts it, restarts of the host included",
    code: "plugin-quarantined",
  },
  /** Milliseconds that a call under way may go on when its plugin is disabled, removed or the host closed. */
  graceMs: {
    what: "time that a call under way has when its plugin is disabled, removed or the host closed",
    default: 500,
    from: 0,
    then: "stopped",
  },
  /** What is kept of host functions' answers, for all plugins together. */
  answers: {
    what: "what is kept of host functions' answers, for all plugins together",
    default: { entries: 4_096, bytes: 16_777_216 },
    from: 0,
    then: "the least useful answers are dropped, and asked for again",
  },
} as const;

/** The rows as they are written: what types derive from. */
type LimitRows = typeof LIMITS;

/** The type of a limit's value: a number, or numbers by the name of their part. */
type LimitValue<Default> = Default extends number
  ? number
  : { readonly [Part in keyof Default]: number };

/** The limits of the catalogue, by name. */
export type LimitValues = {
  readonly [Option in keyof LimitRows]: LimitValue<LimitRows[Option]["default"]>;
};

/** A limit as hosts name it. */
export type LimitOption = keyof LimitRows;

type Passed = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly passed: infer Row } ? Row : never;
}[LimitOption];

/** A limit as events, policies and errors name it. */
export type LimitName = Passed["limit"];

/** By limit, what may follow. A guest can't be refused memory, handles or its deadline and go on. */
export type LimitPolicies = {
  readonly [Row in Passed as Row["limit"]]: Row["policies"][number];
};

type Code = {
  [Option in LimitOption]: LimitRows[Option] extends { code: infer Code } ? Code : never;
};

/** Codes of going over a limit; `data.limit` names it (LimitName), `data.value` is what it is. */
export type LimitErrorCode = Extract<Code[LimitOption], `limit-${string}`>;

/** The limits that a manifest has a say in. */
export type GrantedLimitOption = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly manifest: object } ? Option : never;
}[LimitOption];

/** The keys of a manifest's `limits`. */
export type ManifestLimitKey = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly manifest: infer Row }
    ? Row extends { readonly top: true }
      ? never
      : Row extends { readonly key: infer Key }
        ? Key
        : never
    : never;
}[LimitOption];

type KeptBy<Keeper> = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly keptBy: Keeper } ? Option : never;
}[LimitOption];

/** The limits that the engine keeps. */
export type EngineLimitOption = KeptBy<"engine">;

/** The limits that interfaces keep. */
export type InterfaceLimitOption = KeptBy<"interface">;

/** What they are called when a plugin goes over one. */
export type InterfaceLimitName = LimitRows[InterfaceLimitOption]["passed"]["limit"];

export const LIMIT_ROWS: Readonly<Record<LimitOption, LimitRow>> = LIMITS;

export const LIMIT_OPTIONS: readonly LimitOption[] = Object.keys(LIMITS) as LimitOption[];

export const ENGINE_OPTIONS: readonly EngineLimitOption[] = keptBy("engine") as EngineLimitOption[];

export const INTERFACE_OPTIONS: readonly InterfaceLimitOption[] = keptBy(
  "interface",
) as InterfaceLimitOption[];

function keptBy(keeper: "engine" | "interface"): readonly LimitOption[] {
  return LIMIT_OPTIONS.filter((option) => LIMIT_ROWS[option].keptBy === keeper);
}

/** By limit, the option that its value and messages are of: the first one whose row names it. */
const options: ReadonlyMap<string, LimitOption> = new Map(
  LIMIT_OPTIONS.toReversed().flatMap((option) => {
    const { passed } = LIMIT_ROWS[option];
    return passed === undefined ? [] : [[passed.limit, option] as const];
  }),
);

export function optionOf(limit: LimitName): LimitOption {
  return options.get(limit)!;
}

/** What a manifest's `limits` may hold. */
export const MANIFEST_LIMITS: readonly (readonly [
  key: ManifestLimitKey,
  row: { readonly what: string; readonly most: number },
])[] = LIMIT_OPTIONS.flatMap((option) => {
  const { what, manifest } = LIMIT_ROWS[option];
  if (manifest === undefined || manifest.top) return [];
  return [[manifest.key as ManifestLimitKey, { what, most: manifest.most }] as const];
});
