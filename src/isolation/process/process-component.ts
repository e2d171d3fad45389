// A component that is compiled in the processes that run it.
import {
  componentReleased,
  type EngineCompileOptions,
  type EngineComponent,
  type EngineImports,
  type EngineInstance,
  type EngineInstanceOptions,
  rulesOf,
} from "../../component/engine.ts";
import { growthOf, partsRead, type World } from "../../component/compiled/thread.ts";
import {
  type CompiledStore,
  type ReadComponent,
  readSteps,
  type Steps,
} from "../../component/outline.ts";
import type { Timers } from "../../platform/clock.ts";
import { soon } from "../../platform/soon.ts";
import { compileRefusal, isRefusal, withinCompileMs } from "../compile-limit.ts";
import { isLost } from "../remote/lost-thread.ts";
import type { RemoteComponent } from "../remote/remote-component.ts";
import type { GuestProcess } from "./guest-process.ts";

/** Made by ProcessPool. */
export interface ProcessComponentPowers {
  readonly timers: Timers;
  readonly compileMs: number;
  readonly store: CompiledStore;
  /** A process that nobody uses. */
  take(): GuestProcess;
  /** An instance was made, or could not be. */
  made(): void;
  /** Whose processes its instances are made in. Undefined: each party has its own. */
  readonly unit: string | undefined;
  /** The usable processes of a unit. */
  of(unit: string): readonly GuestProcess[];
}

/** What the host has read of the component. */
interface Known {
  readonly read: ReadComponent;
  readonly world: World;
}

export class ProcessComponent implements EngineComponent {
  readonly #bytes: Uint8Array;
  readonly #options: EngineCompileOptions;
  readonly #powers: ProcessComponentPowers;
  readonly #on: Map<GuestProcess, Promise<RemoteComponent>> = new Map();
  #known: Promise<Known> | undefined;
  /** Where it was compiled, until an instance is made there. */
  #ready: GuestProcess | undefined;
  #released = false;

  /** `bytes` must not be changed any more. */
  constructor(bytes: Uint8Array, options: EngineCompileOptions, powers: ProcessComponentPowers) {
    this.#bytes = bytes;
    this.#options = options;
    this.#powers = powers;
  }

  /** Rejects with what is wrong with the component. */
  async compile(): Promise<void> {
    for (let left = MOST_TRIES - 1; ; left--) {
      const process = this.#powers.take();
      try {
        await this.#compiledOn(process);
        this.#ready = process;
        return;
      } catch (error) {
        void process.end();
        if (left > 0 && isLost(error) && error.data["why"] === "failed") continue;
        throw process.thread.heard ? refusalOf(error, this.#powers.compileMs) : error;
      }
    }
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    if (this.#released) throw componentReleased();
    const { memoryBytes } = growthOf(options.limits ?? {});
    const process = this.#processFor(this.#powers.unit ?? options.party ?? "");
    try {
      return await process.start(memoryBytes, async () => {
        const compiled = await this.#compiledOn(process);
        return compiled.instantiate(imports, options);
      });
    } finally {
      this.#powers.made();
    }
  }

  /**
   * A process of the unit: one in which the component is compiled already, where there is one. Where
   * parties share it, there is no other.
   */
  #processFor(unit: string): GuestProcess {
    const its = this.#powers.of(unit);
    const shared = this.#powers.unit === undefined ? undefined : its[0];
    const ready = this.#ready?.usable === true ? this.#ready : undefined;
    const found =
      its.find((one) => this.#on.has(one)) ?? shared ?? ready ?? its[0] ?? this.#powers.take();
    if (found === shared && ready !== undefined) void ready.end();
    if (found === ready || found === shared) this.#ready = undefined;
    found.unit = unit;
    return found;
  }

  #compiledOn(process: GuestProcess): Promise<RemoteComponent> {
    for (const known of this.#on.keys()) if (!known.thread.alive) this.#on.delete(known);
    let compiled = this.#on.get(process);
    if (compiled !== undefined) return compiled;
    compiled = this.#compileOn(process);
    this.#on.set(process, compiled);
    compiled.catch(() => void this.#on.delete(process));
    return compiled;
  }

  async #compileOn({ thread }: GuestProcess): Promise<RemoteComponent> {
    const { read, world } = await (this.#known ??= this.#read());
    await thread.started();
    const compiled = thread.compile(this.#bytes, this.#options, { read: partsRead(read) }, world);
    return withinCompileMs(compiled, this.#powers, () => thread.giveUp());
  }

  /**
   * What the host has found out itself: a process is not asked what the types are of what it says.
   */
  async #read(): Promise<Known> {
    const { digest, rules: given = {} } = this.#options;
    const { store, timers } = this.#powers;
    const rules = rulesOf(given);
    const key = digest === undefined ? undefined : ({ kind: "read", digest, rules } as const);
    let read = key && store.recall(key);
    if (read === undefined) {
      ({ read } = await inSlices(readSteps(this.#bytes, rules), timers));
      if (key !== undefined) store.remember(key, read);
    }
    const { imports, exports } = partsRead(read).resolved.type;
    return { read, world: { imports: [...imports.values()], exports: [...exports.values()] } };
  }

  /** Its instances live on; a process that none was made in ends. */
  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    for (const compiled of this.#on.values()) {
      compiled.then((component) => component[Symbol.dispose]()).catch(() => {});
    }
    this.#on.clear();
    void this.#ready?.end();
    this.#ready = undefined;
  }
}

/**
 * In how many processes a component is compiled that end by themselves: one may be killed for what has
 * nothing to do with the component.
 */
const MOST_TRIES = 3;

/** Milliseconds for which reading a component holds the caller's thread before others may run. */
const SLICE_MS = 5;

async function inSlices<Value>(steps: Steps<Value>, timers: Timers): Promise<Value> {
  let since = performance.now();
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise<void>((resolve) => soon(timers, resolve));
    since = performance.now();
  }
}

/** A component that brings down each process that compiles it can't be compiled. */
function refusalOf(error: unknown, compileMs: number): unknown {
  if (isRefusal(error) || !isLost(error)) return error;
  return compileRefusal("brought down the process that was", compileMs);
}
