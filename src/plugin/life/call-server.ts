import type { GuestCall } from "../calls/call-group.ts";
import type { InstanceLife } from "./instance-life.ts";
import { isAgain } from "../calls/outcome.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { PlacePowers } from "./plugin-powers.ts";
import type { Readied, WaitingCall } from "./plugin-call.ts";
import type { Served } from "../calls/turns.ts";

/** The most calls that one message may hold. */
const MAX_GROUP = 256;

/**
 * With how many threads one call may be lost, within its deadline, before it fails. That many are
 * enough to find the plugin that brings them down.
 */
const MAX_LOST = 8;

/** A call that is ready to be made. */
interface ReadyCall {
  readonly waiting: WaitingCall;
  readonly readied: Extract<Readied<unknown>, { tag: "call" }>;
}

/**
 * Serves the calls that wait for a place, when the place has its turn: the first one, and those
 * behind it where the instance takes several at once.
 */
export class CallServer {
  readonly #powers: PlacePowers;
  readonly #life: InstanceLife;

  constructor(powers: PlacePowers, life: InstanceLife) {
    this.#powers = powers;
    this.#life = life;
  }

  /** `take` returns the next waiting call, if there is one. Never rejects. */
  async serve(take: () => WaitingCall | undefined): Promise<Served<WaitingCall>> {
    const first = take()!;
    const gone = first.call.of?.gone;
    if (gone !== undefined) return { again: [], last: () => first.reject(gone) };
    let instance: PluginInstance;
    try {
      instance = await this.#life.enter(first.call.event);
    } catch (error) {
      return { again: [], last: () => first.reject(error) };
    }
    const several = this.#takesSeveral(instance);
    let last: (() => void) | undefined;
    const ready: ReadyCall[] = [];
    const add = (waiting: WaitingCall): boolean => {
      try {
        this.#powers.check();
        const { of } = waiting.call;
        if (of !== undefined && of !== instance) throw of.gone!;
        const readied = waiting.call.ready(instance);
        if (readied.tag === "call") ready.push({ waiting, readied: leftOf(waiting, readied) });
        else last = after(last, () => waiting.resolve(readied.value));
      } catch (error) {
        last = after(last, () => waiting.reject(error));
      }
      return waiting.call.alone !== true;
    };
    let next: WaitingCall | undefined = first;
    const again: WaitingCall[] = [];
    while (next !== undefined && add(next) && several && ready.length < MAX_GROUP) {
      next = take();
      if (next?.call.alone !== true || ready.length === 0) continue;
      again.push(next);
      break;
    }
    try {
      if (ready.length === 1) {
        const one = await this.#callOne(instance, ready[0]!);
        again.unshift(...one.again);
        last = after(last, one.last);
      } else if (ready.length > 1) {
        const group = await this.#callAll(instance, ready);
        again.unshift(...group.again);
        last = after(last, group.last);
      }
    } finally {
      await this.#life.leave(instance, first.call.event).catch((error: unknown) => {
        this.#powers.telemetry.emit({ tag: "fault", plugin: this.#powers.name, error });
      });
    }
    return { again, last: last ?? (() => undefined) };
  }

  /** False where the outcome of the first call may decide whether the others are made. */
  #takesSeveral(instance: PluginInstance): boolean {
    if (!instance.takesGroups) return false;
    const { breaker, cpuLeftMs, hostLeftMs } = this.#powers.allowance();
    return !breaker.troubled && cpuLeftMs > 0 && hostLeftMs > 0;
  }

  async #callOne(
    instance: PluginInstance,
    { waiting, readied }: ReadyCall,
  ): Promise<Served<WaitingCall>> {
    try {
      const value = readied.read(await instance.call(readied.call));
      this.#powers.versions.settle();
      return { again: [], last: () => waiting.resolve(value) };
    } catch (error) {
      if (isAgain(error) && mayRepeat({ waiting, readied }, instance.lastMs)) {
        return { again: [waiting], last: () => undefined };
      }
      return { again: [], last: () => waiting.reject(error) };
    }
  }

  /**
   * Each answer is passed on as it arrives, except for the last one, and for those that come with
   * the end of the instance: these wait until the turn is over.
   */
  async #callAll(
    instance: PluginInstance,
    ready: readonly ReadyCall[],
  ): Promise<Served<WaitingCall>> {
    const again: number[] = [];
    let left = ready.length;
    let last: (() => void) | undefined;
    const calls: GuestCall[] = ready.map(({ readied }) => readied.call);
    await instance.callAll(calls, (index, outcome) => {
      left--;
      if (outcome.tag === "again") {
        again.push(index);
        return;
      }
      const { waiting, readied } = ready[index]!;
      let tell: () => void;
      if (outcome.tag === "lost") {
        if (mayRepeat(ready[index]!, outcome.ms)) return void again.push(index);
        tell = () => waiting.reject(outcome.error);
      } else if (outcome.tag === "error") tell = () => waiting.reject(outcome.error);
      else {
        try {
          const value = readied.read(outcome.value);
          this.#powers.versions.settle();
          tell = () => waiting.resolve(value);
        } catch (error) {
          tell = () => waiting.reject(error);
        }
      }
      if (left > 0 && instance.live) tell();
      else last = after(last, tell);
    });
    again.sort((one, other) => one - other);
    return {
      again: again.map((index) => ready[index]!.waiting),
      last: last ?? (() => undefined),
    };
  }
}

/**
 * Whether a call that was lost with its thread after `ms` milliseconds is made again; if so, counts
 * that. A call that gives resources away is not, because they can't be given twice.
 */
function mayRepeat({ waiting, readied }: ReadyCall, ms: number): boolean {
  if (waiting.call.alone === true || waiting.lost >= MAX_LOST) return false;
  if (readied.call.deadlineMs - ms < 1) return false;
  waiting.lost++;
  waiting.lostMs += ms;
  return true;
}

/** The time that a lost call has taken counts towards its deadline. */
function leftOf(waiting: WaitingCall, readied: ReadyCall["readied"]): ReadyCall["readied"] {
  if (waiting.lost === 0) return readied;
  const { call, ...rest } = readied;
  const deadlineMs = Math.max(1, call.deadlineMs - waiting.lostMs);
  return { ...rest, call: { ...call, deadlineMs } };
}

function after(before: (() => void) | undefined, then: () => void): () => void {
  if (before === undefined) return then;
  return () => {
    before();
    then();
  };
}
