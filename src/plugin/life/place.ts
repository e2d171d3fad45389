import { InstanceLife } from "./instance-life.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { ToldReason } from "../calls/outcome.ts";
import type { PlacePowers } from "./plugin-powers.ts";
import type { PluginCall, WaitingCall } from "./plugin-call.ts";
import type { PlaceState } from "./plugin-state.ts";
import type { InstancePlace } from "../limits/running-instances.ts";
import { CallServer } from "./call-server.ts";
import { saveState } from "./start.ts";
import { Turns } from "../calls/turns.ts";

/**
 * Room for one instance of a plugin. The first call starts the instance; calls enter it one at a
 * time. Calls that have waited while another ran are handed to it together, where it can take
 * several.
 */
export class Place implements InstancePlace {
  readonly #powers: PlacePowers;
  readonly #life: InstanceLife;
  readonly #turns: Turns<WaitingCall>;
  /** How many calls and tasks have not been answered. */
  #load = 0;
  /** About how many bytes these calls keep. */
  #bytes = 0;

  constructor(powers: PlacePowers) {
    this.#powers = powers;
    this.#life = new InstanceLife(powers, this);
    const server = new CallServer(powers, this.#life);
    this.#turns = new Turns((take) => server.serve(take));
  }

  get state(): PlaceState<PluginInstance> {
    return this.#life.state;
  }

  get load(): number {
    return this.#load;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get idle(): boolean {
    return this.state.tag === "running" && this.#turns.idle;
  }

  get memories(): number {
    return this.#life.memories;
  }

  get memoryBytes(): number {
    const { state } = this;
    return state.tag === "running" ? state.instance.memoryBytes : 0;
  }

  /**
   * Makes a call when its turn comes. Rejects with the call's failure; with `plugin-activation`,
   * `plugin-crashed`, `interface-failed`, `plugin-deadline`; or with the reason why the plugin may
   * not be used.
   */
  call<Value>(call: PluginCall<Value>): Promise<Value> {
    const { bytes = 0 } = call;
    this.#load++;
    this.#bytes += bytes;
    const answered = (): void => {
      this.#load--;
      this.#bytes -= bytes;
    };
    return new Promise((resolve, reject) => {
      this.#turns.call({
        call,
        lost: 0,
        lostMs: 0,
        resolve: (value) => {
          answered();
          resolve(value as Value);
        },
        reject: (error) => {
          answered();
          reject(error as Error);
        },
      });
    });
  }

  /** Runs a task with the live instance when its turn comes. Rejects as `call` does. */
  use<Value>(
    event: string,
    task: (instance: PluginInstance) => Value | Promise<Value>,
  ): Promise<Value> {
    return this.#task(async () => {
      const instance = await this.#life.enter(event);
      try {
        const value = await task(instance);
        this.#powers.versions.settle();
        return value;
      } finally {
        await this.#life.leave(instance, event);
      }
    });
  }

  /** Runs a task when its turn comes, and keeps the turn until it has ended. */
  hold<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    return this.#task(task);
  }

  async drop(): Promise<void> {
    await this.#task(async () => {
      const { state } = this;
      if (state.tag !== "running") return;
      const { versions, allowance } = this.#powers;
      versions.keep(await saveState(state.instance, allowance().granted.eventMs));
      await this.stopNow("idle");
    });
  }

  endOver(): void {
    this.#life.endOver();
  }

  /**
   * Ends the running instance after it has been told to deactivate; the next event starts another.
   */
  async stop(reason: string): Promise<void> {
    await this.#task(() => this.stopNow(reason));
  }

  /**
   * Lets the call under way, or the start, end within the grace period, then ends the instance. The
   * plugin may not be used any more: a call that waits until it may run is refused.
   */
  async shutDown(reason: ToldReason): Promise<void> {
    this.#life.wake();
    const { tag } = this.state;
    if (tag !== "running" && tag !== "starting") return;
    const { timers, limits } = this.#powers;
    const grace = timers.after(limits.graceMs, () => this.#life.cutOff(reason));
    await this.stop(reason);
    grace[Symbol.dispose]();
  }

  /**
   * Ends the running instance, or the one that is starting, at once, in the middle of its call, and
   * waits for no call.
   */
  async cutOff(reason: ToldReason): Promise<void> {
    const { state, idle } = this;
    this.#life.cutOff(reason);
    if (state.tag !== "running") return;
    // The call under way fails, and cleans up with the end of its turn.
    if (idle) await this.stop(reason);
  }

  /** Does what `stop` does. Only the holder of the turn may call it. */
  async stopNow(reason: string): Promise<void> {
    await this.#life.stop(reason);
  }

  /** Cleans up where the instance has ended in a call that had no turn. */
  async sweep(): Promise<void> {
    await this.#task(() => this.#life.sweep());
  }

  /** Forgets an earlier failure. */
  forgive(): void {
    this.#life.forgive();
  }

  async #task<Value>(task: () => Value | Promise<Value>): Promise<Value> {
    this.#load++;
    try {
      return await this.#turns.task(task);
    } finally {
      this.#load--;
    }
  }
}
