// One instance on a guest's thread.
import type { EngineInstance } from "../../component/engine.ts";
import type { WireFunction, WireItems, WireReader } from "../../component/wire/index.ts";
import { type Outbox, ToHost } from "../wire/frames.ts";
import { Entries } from "./entries.ts";
import { GuestCalls } from "./guest-calls.ts";
import { GuestHandles } from "./guest-handles.ts";
import { type HostCallParts, HostCalls } from "./host-calls.ts";
import { type GivenIndices, hostImports } from "./host-imports.ts";
import type { LentCalls } from "./lent-calls.ts";
import { LEAVE_MS, type Turn } from "./turn.ts";

/** Made by GuestThread. */
export interface GuestInstanceParts extends HostCallParts {
  readonly imports: WireItems;
  readonly exports: WireItems;
  readonly lent: LentCalls;
}

export class GuestInstance {
  readonly #number: number;
  readonly #outbox: Outbox;
  readonly #turn: Turn;
  readonly #handles: GuestHandles;
  readonly #hostCalls: HostCalls;
  readonly #calls: GuestCalls;
  readonly #exports: WireItems;
  readonly imports: Readonly<Record<string, unknown>>;
  #engine: EngineInstance | undefined;
  #memory = 0;

  constructor(parts: GuestInstanceParts, given: GivenIndices) {
    const { instance, outbox, turn } = parts;
    this.#number = instance;
    this.#outbox = outbox;
    this.#turn = turn;
    this.#exports = parts.exports;
    const { imports, classes } = hostImports(
      parts.imports,
      given,
      (func, args) => this.#hostCalls.call(func, args),
      (func, key, ask) => parts.lent.entry(func, key, ask, () => this.#handles),
    );
    this.imports = imports;
    const handles = new GuestHandles(classes, (number) =>
      outbox.frame(ToHost.drop, instance, (writer) => writer.u32(number)),
    );
    this.#handles = handles;
    this.#hostCalls = new HostCalls(parts, handles, (isAside) => this.#calls.setAside(isAside));
    this.#calls = new GuestCalls({
      instance,
      outbox,
      turn,
      handles,
      idle: () => this.#tellMemory(),
    });
    turn.grows = (bytes) => this.#tellMemory(bytes);
    turn.aside = (isAside) => this.#calls.setAside(isAside);
    turn.reports = (ran) => this.#tellRan(ran);
    turn.holds = () => {
      outbox.frame(ToHost.holds, instance, () => {});
      outbox.flush();
    };
  }

  /** Whether a call is under way. */
  get busy(): boolean {
    return this.#calls.busy;
  }

  started(engine: EngineInstance): void {
    this.#engine = engine;
    this.#calls.started(engine, new Entries(engine.exports, this.#exports));
    this.#tellMemory();
  }

  snapshot(): void {
    this.#calls.restores(this.#engine?.snapshot?.());
  }

  /** A call of the host's; see GuestCalls. */
  call(call: number, func: WireFunction, ms: number, reader: WireReader, until?: number): void {
    this.#calls.take(call, func, ms, reader, until);
  }

  answered(call: number, reader: WireReader): void {
    this.#hostCalls.answered(call, reader);
  }

  /** Runs the destructor of a resource that the host drops. */
  drop(call: number, number: number, ms: number, until: number): void {
    const enter = (): void => {
      // A resource that was given away in the meantime is dropped by its new owner.
      this.#handles.drop(number)?.[Symbol.dispose]();
    };
    this.#calls.behind(call, enter, Math.min(ms, LEAVE_MS), until);
  }

  end(): void {
    this.#hostCalls.end();
    this.#turn.stop();
    this.#turn.start(LEAVE_MS);
    this.#turn.aside = undefined;
    this.#calls.end();
    try {
      this.#engine?.[Symbol.dispose]();
    } catch {
      // The destructor trapped. No one waits for it.
    }
    this.#turn.end();
    this.#engine = undefined;
    this.tellRan();
  }

  /** Tells the host how long the guest ran outside of calls, which tell it at their end. */
  tellRan(): void {
    this.#tellRan(this.#turn.ran);
  }

  #tellRan(ran: number): void {
    this.#outbox.frame(ToHost.ran, this.#number, (writer) => writer.f64(ran));
  }

  /** `grows`: how much more the instance is about to hold. */
  #tellMemory(grows: number = 0): void {
    if (this.#engine === undefined) return;
    const bytes = this.#engine.memoryBytes + grows;
    if (bytes === this.#memory) return;
    this.#memory = bytes;
    this.#outbox.frame(ToHost.memory, this.#number, (writer) => writer.f64(bytes));
  }
}
