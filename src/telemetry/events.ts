import type { TenonError } from "../errors.ts";

/** What a host tells about itself, as it happens. `ms` is a duration by the monotonic clock. */
export type HostEvent =
  | { readonly tag: "installed"; readonly plugin: string; readonly version: string }
  | {
      readonly tag: "upgraded";
      readonly plugin: string;
      readonly from: string;
      readonly to: string;
    }
  /** The first start after an upgrade failed: the version before is back. */
  | {
      readonly tag: "rolled-back";
      readonly plugin: string;
      readonly from: string;
      readonly to: string;
      readonly error: TenonError;
    }
  /**
   * A folder of packages was installed. `index`: whether what was known of it was used; `none` and
   * `outdated` (of another version of the host or the application) are as usual, `damaged` is not.
   */
  | {
      readonly tag: "folder-installed";
      readonly folder: string;
      readonly index: "used" | "none" | "outdated" | "damaged";
      readonly plugins: number;
      /** Packages that were read: all of them where the index was not used. */
      readonly read: number;
      /** Why what is known now could not be kept. */
      readonly error: unknown;
    }
  | { readonly tag: "uninstalled"; readonly plugin: string }
  /** `reason`: the limit that the plugin went over; undefined where the host's user disabled it. */
  | { readonly tag: "disabled"; readonly plugin: string; readonly reason: string | undefined }
  /** A quarantine was lifted, or it was disabled. */
  | { readonly tag: "enabled"; readonly plugin: string }
  /** `event` is what started it: `command:word-count.count`. `ms` includes compiling. */
  | {
      readonly tag: "started";
      readonly plugin: string;
      readonly event: string;
      readonly ms: number;
    }
  | {
      readonly tag: "start-failed";
      readonly plugin: string;
      readonly event: string;
      readonly error: TenonError;
    }
  /** A call into the plugin. `err`: it answered so. */
  | {
      readonly tag: "call";
      readonly plugin: string;
      readonly operation: string;
      readonly ms: number;
      readonly outcome: "ok" | "err" | "failed";
    }
  /** A call out of the plugin; told only to listeners that asked for `hostCalls`. */
  | {
      readonly tag: "host-call";
      readonly plugin: string;
      /** `tenon:plugin/http@0.1.0#fetch` */
      readonly function: string;
      readonly ms: number;
      readonly outcome: "ok" | "err" | "refused" | "fault";
      /** Whether it was answered from what another call was answered. */
      readonly kept: boolean;
    }
  | {
      readonly tag: "refused";
      readonly plugin: string;
      readonly capability: string;
      readonly function: string;
      readonly reason: string;
    }
  | {
      readonly tag: "crashed";
      readonly plugin: string;
      readonly operation: string;
      readonly error: TenonError;
    }
  | { readonly tag: "quarantined"; readonly plugin: string; readonly crashes: number }
  /**
   * A thread that plugins shared was lost: its heap was used up (`memory`), it did not answer any more
   * and was ended (`hang`), or it failed. It was one of `suspects`: they are started again apart from the
   * others. `culprit`: which one, where that is certain; it has crashed. Likewise for the process that
   * one plugin had for itself.
   */
  | {
      readonly tag: "thread-lost";
      readonly why: "memory" | "hang" | "failed";
      readonly suspects: readonly string[];
      readonly culprit: string | undefined;
    }
  /**
   * A thread that plugins share does not turn, since one of `suspects` keeps it busy in a way that can't
   * be interrupted: the calls that waited there are made on other threads, and the suspects are started
   * apart from the others next time.
   */
  | { readonly tag: "thread-held"; readonly suspects: readonly string[] }
  /**
   * The plugin went over a limit of `value`; `then` is what followed. Told at most once a second
   * for each limit of a plugin: `times` counts how often it happened since the last event.
   */
  | {
      readonly tag: "limit";
      readonly plugin: string;
      readonly limit: string;
      readonly value: number;
      readonly operation: string;
      readonly then: "refuse" | "throttle" | "stop" | "disable";
      readonly times: number;
    }
  /** The circuit breaker of the plugin as a whole, or of its calls to one interface. */
  | {
      readonly tag: "breaker";
      readonly plugin: string;
      readonly interface: string | undefined;
      readonly state: "closed" | "open" | "half-open";
      /** Milliseconds until it may be tried again, where it is open. */
      readonly waitMs: number;
    }
  /**
   * 80 % of a budget is used, or all of it; each is told once. Without a plugin: it is the budget
   * of the whole host.
   */
  | {
      readonly tag: "budget";
      readonly plugin: string | undefined;
      readonly figure: string;
      readonly used: number;
      readonly budget: number;
    }
  /** An instance ended in good order. */
  | { readonly tag: "stopped"; readonly plugin: string; readonly reason: string }
  /** Something that the host did on a plugin's behalf went wrong without failing a call. */
  | { readonly tag: "fault"; readonly plugin: string; readonly error: unknown }
  /**
   * Something could not be kept or read: a full disk, a read-only folder. `error.data.path` says where
   * that is known. Told once for each of plugins' data (what the host remembers of plugins included),
   * their caches, what was found in components, grants for good, and the audit trail; and again where
   * it fails after a write has succeeded. Plugins that store nothing go on.
   */
  | { readonly tag: "storage-failed"; readonly error: TenonError }
  | { readonly tag: "log"; readonly record: LoggedRecord };

/** What a plugin wrote; see the interface `log`. */
export interface LoggedRecord {
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  /** The message, with control characters made visible; at most 4 KiB. */
  readonly message: string;
  /** At most 32 pairs of a name and a value. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How many records before this one were dropped, because the plugin wrote too much. */
  readonly dropped: number;
}

/** Hears of events of the host. What it throws is dropped. */
export type HostListener = (event: HostEvent) => void;

/** Options of `Host.on`. */
export interface ListenOptions {
  /**
   * Whether each call out of a plugin is told too. It costs two looks at the clock a call.
   * Default: false.
   */
  readonly hostCalls?: boolean;
}

/**
 * Hands events to the listeners. What a listener throws is dropped: no plugin is affected by it.
 */
export class Telemetry {
  readonly #listeners: Map<HostListener, boolean> = new Map();
  readonly #watching: Set<() => void> = new Set();
  #traced = false;

  /** Whether there is any listener. */
  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Whether any listener wants `host-call`. */
  get traced(): boolean {
    return this.#traced;
  }

  /** Returns a function that ends the listening. */
  on(listener: HostListener, { hostCalls = false }: ListenOptions = {}): () => void {
    this.#listeners.set(listener, hostCalls);
    this.#count();
    return () => {
      this.#listeners.delete(listener);
      this.#count();
    };
  }

  emit(event: HostEvent): void {
    for (const [listener, hostCalls] of this.#listeners) {
      if (event.tag === "host-call" && !hostCalls) continue;
      try {
        listener(event);
      } catch {
        // See `traced`.
      }
    }
  }

  /** Calls back when `traced` has changed. Returns a function that ends this. */
  watchTraced(changed: () => void): () => void {
    this.#watching.add(changed);
    return () => void this.#watching.delete(changed);
  }

  #count(): void {
    const before = this.#traced;
    this.#traced = [...this.#listeners.values()].some(Boolean);
    if (this.#traced !== before) for (const changed of this.#watching) changed();
  }
}
