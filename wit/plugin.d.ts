// Generated from wit/ by scripts/generate-types.ts. Do not edit.

/** What functions that answer later may be given behind their own arguments. */
interface TenonWaiting {
  /** Gives the call up: its promise is rejected. */
  readonly signal?: { readonly aborted: boolean };
}

declare module "tenon:plugin/bus" {
  /**
   * Emits `name`, which others hear as `scope/plugin:name` of the emitter. Returns once the event
   * is queued; handlers run after the emitter's own call has ended. At most 64 KiB of payload.
   */
  export function emit(name: string, payload: Json): void;
  export type Json = import("tenon:plugin/types").Json;
  export type Refusal = import("tenon:plugin/types").Refusal;
}
declare module "tenon:plugin/cache" {
  export type Refusal = import("tenon:plugin/types").Refusal;
  export type Error =
    | {
      tag: 'refused',
      val: Refusal,
    }
    | {
      /**
       * Keys and tags are 1 to 512 bytes of UTF-8 without U+0000; names of namespaces 1 to 64 of
       * `a-z 0-9 - _ .`.
       */
      tag: 'invalid-key',
      val: string,
    }
    | {
      /**
       * The value is over the limit, which is given in bytes (1 MiB), or over the quota: then that.
       */
      tag: 'too-large',
      val: bigint,
    }
    | {
      /**
       * More than 16 tags, or more than 64 keys to depend on; the limit is given.
       */
      tag: 'too-many',
      val: number,
    };
  /**
   * How long an entry is good and what takes it out.
   */
  export interface Keeping {
    /**
     * Milliseconds. `none`: for as long as the host keeps it.
     */
    ttlMs?: bigint,
    /**
     * For `invalidate-tag`.
     */
    tags: Array<string>,
    /**
     * Keys of the same namespace that it was made from, whether they are there or not.
     */
    dependsOn: Array<string>,
  }

  export class Namespace implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    static open(name: string): Namespace;
    /**
    * `none` is a miss: it was never there, it is too old, or the host dropped it.
    */
    get(key: string, options?: TenonWaiting): Promise<Uint8Array | undefined>;
    /**
    * Writes, whatever was there. What was made from an earlier value stays: `invalidate` first
    * where it must not.
    */
    set(key: string, value: Uint8Array, keeping: Keeping): void;
    /**
    * Takes the entry out, and every entry that depends on its key, directly or not.
    */
    invalidate(key: string): void;
    /**
    * Takes out the entries with this tag, and every entry that depends on one of them.
    */
    invalidateTag(tag: string): void;
    [Symbol.dispose](): void;
  }
  /** `Namespace.open`. */
  export const open: typeof Namespace.open;
}
declare module "tenon:plugin/capabilities" {
  /**
   * The state of one capability by name, for example `http`. Costs no prompt.
   */
  export function query(capability: string): Status;
  /**
   * Asks for a capability in mid-call. It must be in the manifest. `scope` is what the manifest's
   * scope would be, or part of it; `reason` is shown to the person, marked as the plugin's words,
   * 200 characters at most. May take as long as the person does; where the host cannot wait it
   * answers `askable`.
   */
  export function request(capability: string, scope: Json, reason: string, options?: TenonWaiting): Promise<Status>;
  export type Json = import("tenon:plugin/types").Json;
  /**
   * # Variants
   *
   * ## `"granted"`
   *
   * A call would be let through (a scope may still rule out a particular one).
   * ## `"askable"`
   *
   * Not granted yet; `request` may change that.
   * ## `"refused"`
   *
   * Refused, and asking again in this session will not help.
   * ## `"unavailable"`
   *
   * This host does not have it.
   */
  export type Status = 'granted' | 'askable' | 'refused' | 'unavailable';
}
declare module "tenon:plugin/clipboard" {
  /**
   * At most 1 MiB; more is `quota`.
   */
  export function read(options?: TenonWaiting): Promise<string>;
  /**
   * At most 1 MiB; more is `quota`.
   */
  export function write(text: string, options?: TenonWaiting): Promise<void>;
  export type Refusal = import("tenon:plugin/types").Refusal;
}
declare module "tenon:plugin/clock" {
  /**
   * Milliseconds since 1970-01-01T00:00:00Z. May jump when the person sets the clock.
   */
  export function nowMs(): bigint;
  /**
   * Microseconds since some moment, in steps of 100; never goes back.
   */
  export function monotonicUs(): bigint;
}
declare module "tenon:plugin/commands" {
  /**
   * Runs a command. Deadline: 10 s unless the manifest asks for another.
   */
  export function run(call: Call): Json;
  export type Json = import("tenon:plugin/types").Json;
  export type Document = import("tenon:plugin/text").Document;
  /**
   * One invocation.
   */
  export interface Call {
    /**
     * The command as the manifest names it, for example `word-count.count`.
     */
    id: string,
    /**
     * The input, already checked against the command's input schema where the manifest has one.
     * `null` when the caller gave none.
     */
    input: Json,
    /**
     * The document that the command is run on, if any. It carries its own authority: no grant of
     * `text` is needed to read or edit what the caller handed over.
     */
    document?: Document,
  }
  /**
   * One thing that is wrong with the input.
   */
  export interface Problem {
    /**
     * A JSON Pointer (RFC 6901) into the input; the empty string is the whole of it.
     */
    path: string,
    message: string,
  }
  export type Failure =
    | {
      /**
       * This plugin has no such command.
       */
      tag: 'unknown-command',
    }
    | {
      tag: 'invalid-input',
      val: Array<Problem>,
    }
    | {
      tag: 'cancelled',
    }
    | {
      /**
       * For a person to read.
       */
      tag: 'failed',
      val: string,
    };

  /** What a command is given. */
  export interface CommandCall<Input = unknown> {
    /** The command as the manifest names it. */
    readonly id: string;
    /** A JSON value, checked against the command's schema where the manifest has one. */
    readonly input: Input;
    /** The document that the command is run on, if any. */
    readonly document?: Document;
  }
  /**
   * The export `commands`: a function for each of the manifest's commands. It answers a JSON value, or a
   * promise of one. What it throws is `failed`, or what the error's `payload` says.
   */
  export type Commands = Readonly<Record<string, { run(call: CommandCall): unknown }["run"]>>;
}
declare module "tenon:plugin/events" {
  /**
   * Handles one event. Events of one plugin arrive one at a time, in the order they were
   * dispatched. An `err` is recorded and changes nothing else. Deadline: 2 s.
   */
  export function handle(event: Event): void;
  export type Json = import("tenon:plugin/types").Json;
  export interface Event {
    /**
     * For example `document.saved`, or `acme/todo:added` when another plugin emitted it.
     */
    name: string,
    payload: Json,
  }

  /** What a function for an event is given. */
  export interface EventCall<Payload = unknown> {
    readonly name: string;
    /** A JSON value. */
    readonly payload: Payload;
  }
  /** The export `events`: a function for each event that the plugin listens to. */
  export type Events = Readonly<Record<string, { handle(event: EventCall): unknown }["handle"]>>;
}
declare module "tenon:plugin/http" {
  export function fetch(request: Request, options?: TenonWaiting): Promise<Response>;
  export type Refusal = import("tenon:plugin/types").Refusal;
  export interface Request {
    /**
     * `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
     */
    method: string,
    url: string,
    /**
     * At most 64, 8 KiB in all.
     */
    headers: Array<[string, string]>,
    /**
     * At most 1 MiB.
     */
    body?: Uint8Array,
    /**
     * For the whole request, body included: 1 to 60,000; 10,000 by default.
     */
    timeoutMs?: number,
  }
  export type Error =
    | {
      tag: 'refused',
      val: Refusal,
    }
    | {
      /**
       * Says what is wrong with the request.
       */
      tag: 'invalid-request',
      val: string,
    }
    | {
      tag: 'name-not-resolved',
    }
    | {
      tag: 'connection-failed',
    }
    | {
      tag: 'tls-failed',
    }
    | {
      tag: 'timed-out',
    }
    | {
      /**
       * The limit that the answer went over, in bytes (8 MiB for a body, after decompression).
       */
      tag: 'too-large',
      val: bigint,
    }
    | {
      tag: 'too-many-redirects',
    };

  export class Response implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    status(): number;
    /**
    * After redirects.
    */
    url(): string;
    /**
    * Names in lower case; `set-cookie` is left out.
    */
    headers(): Array<[string, string]>;
    /**
    * The next bytes of the body, at most `max` (1 MiB at once); empty at its end.
    */
    read(max: number, options?: TenonWaiting): Promise<Uint8Array>;
    [Symbol.dispose](): void;
  }
}
declare module "tenon:plugin/kv" {
  export type Refusal = import("tenon:plugin/types").Refusal;
  export type Error =
    | {
      tag: 'refused',
      val: Refusal,
    }
    | {
      /**
       * Keys are 1 to 512 bytes of UTF-8 without U+0000; bucket names 1 to 64 of `a-z 0-9 - _ .`.
       */
      tag: 'invalid-key',
      val: string,
    }
    | {
      /**
       * The value is over the limit, which is given in bytes (1 MiB).
       */
      tag: 'too-large',
      val: bigint,
    }
    | {
      /**
       * `compare-and-set` found another revision than the one named.
       */
      tag: 'conflict',
    }
    | {
      /**
       * The storage failed. Nothing was written.
       */
      tag: 'failed',
    };
  export interface Entry {
    value: Uint8Array,
    /**
     * Grows with every write to the bucket; never used twice.
     */
    revision: bigint,
  }
  export interface Page {
    /**
     * In ascending order of their UTF-8 bytes.
     */
    keys: Array<string>,
    /**
     * Give it back to `keys` for the next page; `none` on the last.
     */
    next?: string,
  }

  export class Bucket implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    /**
    * Opens a bucket, making it where it is not there yet. At most 16 a plugin.
    */
    static open(name: string, options?: TenonWaiting): Promise<Bucket>;
    get(key: string, options?: TenonWaiting): Promise<Entry | undefined>;
    /**
    * Writes, whatever was there. Answers the new revision.
    */
    set(key: string, value: Uint8Array, options?: TenonWaiting): Promise<bigint>;
    /**
    * Writes only where the entry's revision is the one given; `none` means "not there yet".
    */
    compareAndSet(key: string, revision: bigint | undefined, value: Uint8Array, options?: TenonWaiting): Promise<bigint>;
    /**
    * Answers whether there was such a key.
    */
    'delete'(key: string, options?: TenonWaiting): Promise<boolean>;
    /**
    * The keys that start with `prefix`, `limit` (1 to 1000) a page.
    */
    keys(prefix: string, cursor: string | undefined, limit: number, options?: TenonWaiting): Promise<Page>;
    [Symbol.dispose](): void;
  }
  /** `Bucket.open`. */
  export const open: typeof Bucket.open;
}
declare module "tenon:plugin/lifecycle" {
  /**
   * Called once, before anything else is called. An `err` leaves the plugin failed and its text in
   * the audit trail; the next event tries again with a fresh instance. Deadline: 2 s unless the
   * manifest asks for another.
   */
  export function activate(context: Context): void;
  /**
   * Called once when the host ends the instance in good order. Not called after a trap.
   */
  export function deactivate(): void;
  /**
   * Where the plugin finds itself.
   */
  export interface Context {
    /**
     * The plugin's own name, `scope/name`, as its manifest has it.
     */
    plugin: string,
    /**
     * The plugin's own version (semver).
     */
    version: string,
    /**
     * The application that embeds the host, for example `tenon-cli/0.1.0`.
     */
    host: string,
    /**
     * The version of `tenon:plugin` that the host serves.
     */
    api: string,
    /**
     * A BCP 47 language tag, for example `en-GB`.
     */
    locale: string,
    /**
     * The event that started this instance, for example `command:word-count.count`.
     */
    startedBy: string,
  }
}
declare module "tenon:plugin/log" {
  /**
   * Writes one record. Control characters are made visible. A message is cut at 4 KiB, a field at
   * 1 KiB, fields past 32 are dropped; past 256 KiB a second the rest is dropped and counted.
   * Without the grant nothing is written and the refusal is recorded: logging never fails a plugin.
   * The last 4 KiB that an instance logged are in the error of its trap, granted or not: a plugin that
   * logs only why it panics need not ask for the capability.
   */
  export function write(level: Level, message: string, fields: Array<[string, string]>): void;
  /**
   * Whether a record of this level would be kept. Ask before building a costly message.
   */
  export function enabled(level: Level): boolean;
  /**
   * # Variants
   *
   * ## `"trace"`
   *
   * ## `"debug"`
   *
   * ## `"info"`
   *
   * ## `"warn"`
   *
   * ## `"error"`
   */
  export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
}
declare module "tenon:plugin/random" {
  /**
   * At most 64 KiB at once; more is `quota`.
   */
  export function bytes(length: number): Uint8Array;
  export function number(): bigint;
  export type Refusal = import("tenon:plugin/types").Refusal;
}
declare module "tenon:plugin/settings" {
  /**
   * The value of a setting that the manifest declares: what the person set, or else the
   * manifest's default. `none` for a key that the manifest does not declare.
   */
  export function get(key: string): Json | undefined;
  export type Json = import("tenon:plugin/types").Json;
}
declare module "tenon:plugin/state" {
  /**
   * The plugin's state as bytes of its own making, 1 MiB at most.
   */
  export function save(): Uint8Array;
  /**
   * Takes back what an earlier instance (perhaps of an earlier version) saved.
   * Called after `activate`. An `err` makes the host go on without the old state.
   */
  export function restore(saved: Uint8Array): void;
}
declare module "tenon:plugin/text" {
  /**
   * Opens a document that the application has open, by its URI.
   */
  export function open(uri: string): Document;
  export type Refusal = import("tenon:plugin/types").Refusal;
  export type ByteRange = import("tenon:plugin/types").ByteRange;
  /**
   * Replaces a range; an empty range inserts, an empty `insert` deletes.
   */
  export interface Edit {
    range: ByteRange,
    insert: string,
  }
  /**
   * Zero-based line, and UTF-8 bytes from the start of that line.
   */
  export interface Point {
    line: number,
    column: number,
  }
  export type Error =
    | {
      tag: 'refused',
      val: Refusal,
    }
    | {
      /**
       * The document has moved on to this version: take a new snapshot, or `changes-since`.
       */
      tag: 'stale',
      val: bigint,
    }
    | {
      /**
       * The offset (or line) that is past the end.
       */
      tag: 'out-of-range',
      val: number,
    }
    | {
      /**
       * The offset that is inside a character.
       */
      tag: 'inside-character',
      val: number,
    }
    | {
      /**
       * The index of the edit that is out of order or overlaps the one before it.
       */
      tag: 'overlapping',
      val: number,
    }
    | {
      tag: 'read-only',
    }
    | {
      /**
       * Over the limit, in bytes: 4 MiB for a slice, 4 MiB of inserted text a batch, 64 KiB for what
       * is looked for, the host's limit for a document (64 MiB unless it says otherwise).
       */
      tag: 'too-large',
      val: number,
    }
    | {
      tag: 'no-such-document',
    };
  /**
   * How one version became another. Ranges refer to `from-version`; sorted, without overlap.
   */
  export interface Change {
    fromVersion: bigint,
    toVersion: bigint,
    edits: Array<Edit>,
  }
  /**
   * A range of an earlier version, and the range of what is in its place now.
   */
  export interface ChangedRange {
    before: ByteRange,
    after: ByteRange,
  }
  /**
   * What became of edits that were made for an earlier version.
   */
  export type Rebased =
    | {
      /**
       * The new version.
       */
      tag: 'applied',
      val: bigint,
    }
    | {
      /**
       * Nothing was done: the index of the first edit whose place was itself changed since, which is
       * where both replace the same text, or one inserts inside of what the other replaces.
       */
      tag: 'conflict',
      val: number,
    };
  /**
   * # Variants
   *
   * ## `"hint"`
   *
   * ## `"info"`
   *
   * ## `"warning"`
   *
   * ## `"error"`
   */
  export type Severity = 'hint' | 'info' | 'warning' | 'error';
  /**
   * A mark over a range: a diagnostic, a highlight.
   */
  export interface Mark {
    range: ByteRange,
    kind: string,
    severity?: Severity,
    message?: string,
  }

  export class Document implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    uri(): string;
    /**
    * A language identifier such as `markdown` or `rust`; `plain` when unknown.
    */
    language(): string;
    snapshot(): Snapshot;
    /**
    * What happened since a version, as one change; `none` when the host no longer knows (take a new
    * snapshot). The host knows of the last 1,000 changes, less where they have more than 20,000
    * edits or insert more than a million UTF-16 units together. `snapshot.changed-since` tells the
    * places alone.
    */
    changesSince(version: bigint): Change | undefined;
    /**
    * Applies a batch of edits to version `base`: all or nothing. Edits are sorted by range, do not
    * overlap, and refer to `base`. At most 10,000 at once; more is `refused(quota)`. Answers the new
    * version.
    */
    apply(base: bigint, edits: Array<Edit>): bigint;
    /**
    * As `apply`, for a version `base` that others may have changed since: the edits go to where
    * their places are now; of two insertions at one place, the later one goes last. `stale` when the
    * host no longer knows what happened since. Offsets in errors refer to `base`.
    */
    rebase(base: bigint, edits: Array<Edit>): Rebased;
    /**
    * Replaces the marks of one of the plugin's own layers; none takes the layer away. At most
    * 10,000 marks a layer and 16 layers a document; more is `refused(quota)`. Their kinds and
    * messages may have 1 MiB together, with hidden characters written out; more is `too-large`. A
    * mark lies between characters, as an edit does.
    */
    annotate(base: bigint, layer: string, marks: Array<Mark>): void;
    [Symbol.dispose](): void;
  }

  export class Snapshot implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    version(): bigint;
    /**
    * In UTF-8 bytes.
    */
    size(): number;
    /**
    * At least 1.
    */
    lines(): number;
    /**
    * As much of the text from `start` on as fits into `max-bytes` without splitting a character;
    * 4 MiB at most, whatever is asked for. Empty at the end of the text only, or where `max-bytes`
    * is less than the next character (4 is always enough).
    */
    read(start: number, maxBytes: number): string;
    /**
    * Exactly this range. At most 4 MiB at once.
    */
    slice(range: ByteRange): string;
    /**
    * The range of a line without its line break.
    */
    line(number: number): ByteRange;
    point(offset: number): Point;
    offset(point: Point): number;
    /**
    * The first occurrence at or after `start`, compared byte for byte.
    */
    find(needle: string, start: number, options?: TenonWaiting): Promise<ByteRange | undefined>;
    /**
    * Where this text differs from an earlier version's: sorted, none touching the next, at most
    * 1,000 (where there are more, the nearest are joined). All outside of them is as it was. `none`
    * when the host no longer knows, or the version is a later one: read everything again.
    */
    changedSince(version: bigint): Array<ChangedRange> | undefined;
    [Symbol.dispose](): void;
  }
}
declare module "tenon:plugin/types" {
  /**
   * JSON text (RFC 8259) in UTF-8. The host refuses more than 1 MiB of it and more than 64 levels.
   */
  export type Json = string;
  /**
   * Why the host did not do what was asked. Shared by every interface that a grant opens.
   */
  export type Refusal =
    | {
      /**
       * No grant covers it. The text is for a person; do not branch on it.
       */
      tag: 'denied',
      val: string,
    }
    | {
      /**
       * This host, or this platform, does not have it.
       */
      tag: 'unavailable',
      val: string,
    }
    | {
      /**
       * A limit of this plugin is used up; the text names the limit.
       */
      tag: 'quota',
      val: string,
    }
    | {
      /**
       * The person or the host called it off.
       */
      tag: 'cancelled',
    };
  /**
   * A half-open range of UTF-8 byte offsets: `start` is in, `end` is out, `start <= end`.
   */
  export interface ByteRange {
    start: number,
    end: number,
  }
}
declare module "tenon:plugin/ui" {
  /**
   * Shows a message, with at most 4 actions; answers the index of the one that was taken, `none`
   * when the message was put away. Without actions it does not wait; 60 of those a minute.
   */
  export function message(kind: Kind, text: string, actions: Array<string>, options?: TenonWaiting): Promise<number | undefined>;
  /**
   * Lets the person pick one of at most 10,000 items. Waits.
   */
  export function pick(title: string, items: Array<Item>, options?: TenonWaiting): Promise<number | undefined>;
  /**
   * Asks for one line of text. Waits.
   */
  export function input(title: string, initial: string, options?: TenonWaiting): Promise<string | undefined>;
  export type Refusal = import("tenon:plugin/types").Refusal;
  /**
   * # Variants
   *
   * ## `"info"`
   *
   * ## `"warning"`
   *
   * ## `"error"`
   */
  export type Kind = 'info' | 'warning' | 'error';
  export interface Item {
    label: string,
    detail?: string,
  }

  export class Progress implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    static start(title: string, total: bigint | undefined): Progress;
    /**
    * `err(cancelled)` tells that the person called the task off.
    */
    report(done: bigint, note: string | undefined): void;
    [Symbol.dispose](): void;
  }

  export class StatusItem implements Disposable {
    /**
     * This type does not have a public constructor.
     */
    private constructor();
    static show(text: string, tooltip: string | undefined, command: string | undefined): StatusItem;
    update(text: string, tooltip: string | undefined): void;
    [Symbol.dispose](): void;
  }
  /** `Progress.start`. */
  export const start: typeof Progress.start;
  /** `StatusItem.show`. */
  export const show: typeof StatusItem.show;
}
declare module "tenon:plugin/workspace" {
  /**
   * Lists what is below `path`, in order of path, at most 1,000 entries a page. A page may have
   * fewer, even none, and still not be the last: go by `next`. Without `glob` only the folder itself
   * is listed. With it, the whole tree below, each path matched from `path` on: `*` and `?` match
   * within a segment, `**` as a whole segment any number of them, `{a,b}` either. What it answers
   * may be up to a second old.
   */
  export function entries(path: string, glob: string | undefined, cursor: string | undefined, options?: TenonWaiting): Promise<Page>;
  /**
   * Reads at most `length` bytes from `offset`; fewer at the end of the file.
   */
  export function read(path: string, offset: bigint, length: number, options?: TenonWaiting): Promise<Uint8Array>;
  export type Refusal = import("tenon:plugin/types").Refusal;
  /**
   * # Variants
   *
   * ## `"file"`
   *
   * ## `"directory"`
   */
  export type Kind = 'file' | 'directory';
  export interface Entry {
    /**
     * From the root.
     */
    path: string,
    kind: Kind,
    /**
     * In bytes; 0 for a directory.
     */
    size: bigint,
  }
  export interface Page {
    entries: Array<Entry>,
    next?: string,
  }
  export type Error =
    | {
      tag: 'refused',
      val: Refusal,
    }
    | {
      tag: 'not-found',
    }
    | {
      tag: 'not-a-file',
    }
    | {
      tag: 'not-a-directory',
    }
    | {
      /**
       * The most that `read` gives at once, in bytes (4 MiB).
       */
      tag: 'too-large',
      val: bigint,
    }
    | {
      tag: 'invalid-path',
      val: string,
    }
    | {
      tag: 'invalid-glob',
      val: string,
    }
    | {
      tag: 'failed',
    };
}
