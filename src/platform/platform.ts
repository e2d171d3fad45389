import type { ThreadSource, Ticker } from "./threads.ts";
import type { AsciiDecoder, DerivedStore, Engine } from "../component/engine.ts";
import type { CacheStore } from "./cache-store.ts";
import type { Clock, Timers } from "./clock.ts";
import type { Entropy } from "./entropy.ts";
import type { FileTree } from "./files.ts";
import type { HttpPower } from "./http.ts";
import type { KeyValueStore } from "./key-value.ts";
import type { PackageFolders } from "./package-folders.ts";
import type { ProcessSource } from "./processes.ts";
import type { ClipboardPower, UiPower } from "./ui.ts";

/**
 * The outside world, as the objects that a host is made from. Made by `nodePlatform` and
 * `browserPlatform`, or by an application from parts of its own. Where one is undefined, plugins
 * find what it stands for `unavailable`.
 */
export interface Platform extends AsyncDisposable {
  /** What the platform is called, for messages: `node`, `browser`. */
  readonly name: string;
  /**
   * An application's own engine, for all plugins. Called when the first plugin starts. It runs all
   * plugins on the caller's thread, because threads have only Tenon's engine.
   * Undefined: Tenon's.
   */
  engine?(): Promise<Engine>;
  /**
   * A faster way to read long strings that may be ASCII, for guests on the caller's thread.
   * Default: none.
   */
  readonly decodeAscii?: AsciiDecoder;
  /** Threads for guests. Undefined: they run on the caller's thread. */
  readonly threads: ThreadSource | undefined;
  /** Processes for the guests that are to run in one. Undefined: such plugins are refused. */
  readonly processes?: ProcessSource | undefined;
  /**
   * How many linear memories the address space has room for; at that many, idle instances end to
   * make room. Default: only the memory limits count.
   */
  readonly memories?: number;
  /** Ends what takes too long on the caller's thread. Undefined: guests count their own steps. */
  readonly ticker: Ticker | undefined;
  /** The time. */
  readonly clock: Clock;
  /** Timers. */
  readonly timers: Timers;
  /**
   * Resolves after everything else that waits for the caller's thread has run: timers, messages, a
   * page's input.
   */
  letOthersRun(): Promise<void>;
  /** Random bytes. */
  readonly entropy: Entropy;
  /** Holds the thread for a few milliseconds at a time, whatever the number of bytes. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /**
   * The bytes of a package. A string is a path where the platform has paths, otherwise a URL.
   * Rejects with `package-unreadable`, or with `package-too-large` past `maxBytes`.
   */
  read(source: URL | string, maxBytes: number): Promise<Uint8Array>;
  /**
   * Takes the types out of a TypeScript source and leaves everything else where it was. Throws for what
   * can't be taken out; the error may have `line` and `column`, from 1. Undefined: plugins are
   * JavaScript, unless the language is given another way.
   */
  readonly stripTypes?: ((source: string, file: string) => string) | undefined;
  /** Lists folders of packages. Undefined: `installAll` is not available. */
  readonly packages: PackageFolders | undefined;
  /** Where plugins' own data and the host's decisions are kept. */
  readonly keyValue: KeyValueStore;
  /** Keeps plugins' caches beyond the process. Undefined: they are kept in memory only. */
  readonly cacheStore: CacheStore | undefined;
  /** Keeps what was derived from packages for later runs. Undefined: each run derives it again. */
  readonly derived: DerivedStore | undefined;
  /** The network. Undefined: plugins find `http` unavailable. */
  readonly http: HttpPower | undefined;
  /** The folder that plugins with a grant of `workspace` may read. */
  readonly files: FileTree | undefined;
  /** What talks to the person. Undefined: plugins find `ui` unavailable. */
  readonly ui: UiPower | undefined;
  /** The clipboard. Undefined: plugins find `clipboard` unavailable. */
  readonly clipboard: ClipboardPower | undefined;
}
