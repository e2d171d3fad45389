// The one list of limits for plugins. A new limit needs a row here and the code that enforces it.
// Options and manifests, their checks, policies, error codes and messages, docs/limits.md and
// docs/errors.md derive from the row.
//
// A name tells its unit: …Bytes, …Ms (milliseconds), …PerSecond; all others are counts.
// What a row says is told in limit-row.ts.

/** The rows as they are written. Types and lookups derive from them: limit-options.ts. */
export const LIMITS = {
  /**
   * Bytes of an instance's linear memories together. A manifest's `memoryMiB` counts up to
   * `maxMemoryBytes`.
   */
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
  /** The most bytes that a manifest's `memoryMiB` counts for. */
  maxMemoryBytes: {
    what: "what a manifest's `memoryMiB` counts up to",
    default: 268_435_456,
    atMost: "totalMemoryBytes",
    then: "the plugin gets this much",
  },
  /**
   * Bytes that all plugins hold together: memories and tables, and what the host and its threads
   * keep for them. Idle instances are ended to stay below it, starting with the one unused for
   * longest; their next event starts them again. Where none is idle, the instance in a call that
   * holds most is ended.
   */
  totalMemoryBytes: {
    what: "what all plugins hold together: memories, tables (24 bytes an element), the buffers of their threads, answers that are kept, text of documents that only they keep (two bytes a UTF-16 unit); of ended ones until it is given back",
    default: 1_073_741_824,
    passed: {
      limit: "totalMemory",
      counts: "bytes of memory for all plugins together",
      policies: ["stop", "disable"],
    },
    then: "an instance that grows waits while idle ones end, the longest unused first; with none idle the one that holds most is stopped",
    code: "limit-total-memory",
    cause: "all plugins together hold too much memory, and no idle one is left to end",
    remedy: "raise `totalMemoryBytes`, or run fewer",
  },
  /**
   * Running instances of all plugins together. Idle ones are ended as above, but never for a second
   * instance of a plugin. On a platform with room for fewer memories, that many at most.
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
    then: "calls wait for the instances that the plugin has",
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
  /** Bytes that one call into or out of the plugin passes to the host. */
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
  /**
   * JavaScript values that one call makes for the host. At the most of both, a call takes some
   * milliseconds.
   */
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
  /**
   * Milliseconds that a command may take. A manifest's or a call's own value counts up to
   * `maxDeadlineMs`.
   */
  commandMs: {
    what: "time of a command, waiting included",
    default: 10_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "commandMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /** Milliseconds that `activate` may take. A manifest's own value counts up to `maxDeadlineMs`. */
  activateMs: {
    what: "time of `activate`, waiting included",
    default: 2_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "activateMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /**
   * Milliseconds that an event may take. A manifest's or a call's own value counts up to
   * `maxDeadlineMs`.
   */
  eventMs: {
    what: "time of an event, waiting included",
    default: 2_000,
    atMost: "maxDeadlineMs",
    manifest: { key: "eventMs", most: 600_000, widens: true },
    passed: { limit: "deadline", counts: "milliseconds", policies: ["stop", "disable"] },
    then: "stopped",
    code: "plugin-deadline",
  },
  /** The most milliseconds that a manifest's or a call's own deadline counts for. */
  maxDeadlineMs: {
    what: "what a manifest's deadlines, and a call's own `deadlineMs`, count up to",
    default: 60_000,
    then: "the call gets this much",
  },
  /**
   * Milliseconds that compiling a stranger's component may take, beside other components. Where it
   * takes longer, the plugin's start fails with `component-limit`; after the second time it is not
   * tried again for a minute.
   */
  compileMs: {
    what: "time that a stranger's component takes to be compiled, beside the others",
    default: 3_000,
    then: "its start fails; after the second time it is not tried again for a minute",
    code: "component-limit",
  },
  /** For how much of the time a plugin's own code may run. */
  cpu: {
    what: "running time of its own code",
    /** At most `ms` milliseconds in any `withinMs` milliseconds. */
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
   * For how much of the time the host's thread may work for one plugin: see PluginNumbers.hostMs.
   * The default is a third of the thread that serves all plugins: as much as two commands take that
   * make the host work until their deadlines.
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
  /** Bytes in the plugin's key-value store, whatever its grant says. */
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
  /** Documents that the plugin has opened by itself and holds at once. */
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
  /** Requests whose responses the plugin holds at once. */
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
  /**
   * Roughly the bytes of the arguments of all calls that wait for one plugin. A single call may
   * wait whatever its size.
   */
  waitingBytes: {
    what: "bytes of what the calls that wait for one plugin bring",
    default: 33_554_432,
    from: 0,
    then: "the call is refused",
    code: "plugin-busy",
  },
  /** After how many failures a plugin, or an interface for it, is left alone, and for how long. */
  breaker: {
    what: "failures in a row, of the plugin, and of an interface for it",
    default: {
      /** Failures in a row until it is left alone. */
      failures: 5,
      /**
       * Milliseconds for which it is left alone the first time. Doubled each time that the trial
       * afterwards fails, up to `maxMs`. Each time is lengthened by up to a half, at random.
       */
      firstMs: 1_000,
      maxMs: 60_000,
    },
    ordered: ["firstMs", "maxMs"],
    then: "left alone for `firstMs`, doubling up to `maxMs`, lengthened by up to a half at random; then one trial",
    code: "plugin-failing",
  },
  /** How many crashes within how many milliseconds put a plugin into quarantine. */
  crashes: {
    what: "crashes within a time, a thread brought down among them",
    default: { crashes: 5, withinMs: 60_000 },
    then: "quarantined until a person or an update lifts it, restarts of the host included",
    code: "plugin-quarantined",
  },
  /**
   * Milliseconds that a call under way, or a start, has to end when its plugin is disabled or removed, or the
   * host is closed.
   */
  graceMs: {
    what: "time that a call under way, or a start, has when its plugin is disabled, removed or the host closed",
    default: 500,
    from: 0,
    then: "stopped",
  },
  /** How many answers of host functions are kept, for all plugins together. */
  answers: {
    what: "what is kept of host functions' answers, for all plugins together",
    default: { entries: 4_096, bytes: 16_777_216 },
    from: 0,
    then: "the least useful answers are dropped, and asked for again",
  },
} as const;
