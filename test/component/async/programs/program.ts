// Random programs: sequences of operations, which are chosen by what the guests hold.
import { FIRST_CALL, NAMES, POLL } from "./component.ts";

/** Guest 0 calls guest 1. */
export type Step = readonly [guest: 0 | 1, operation: number, x: number, y: number];

interface Held {
  readonly kind:
    | "stream-read"
    | "stream-write"
    | "future-read"
    | "future-write"
    | "set"
    | "subtask";
  busy: boolean;
  done: boolean;
  /** The set that it is in; for a set, how many are in it. */
  set: number;
  members: number;
}

type Kind = Held["kind"];

/** One step in so many may be one that probably traps. */
const RECKLESS = 100;

export class Chooser {
  readonly #random: (below: number) => number;
  /** By guest, then by handle. */
  readonly #held: readonly [Map<number, Held>, Map<number, Held>] = [new Map(), new Map()];
  #pressure = 0;

  /** `random`: a whole number from 0 on, below another. */
  constructor(random: (below: number) => number) {
    this.#random = random;
  }

  next(): Step {
    const reckless = this.#random(RECKLESS) === 0;
    for (;;) {
      const guest = this.#random(3) === 0 ? 1 : 0;
      const op = this.#random(guest === 0 ? NAMES.length : FIRST_CALL);
      if (reckless) return [guest, op, this.#random(8), this.#random(5)];
      const operands = this.#operands(guest, op);
      if (operands !== undefined) return [guest, op, ...operands];
    }
  }

  /** Undefined: there is nothing with which it would probably not trap. */
  #operands(guest: 0 | 1, op: number): readonly [number, number] | undefined {
    const name = NAMES[op]!;
    const some = this.#random(5);
    const one = (
      kind: Kind,
      may: (held: Held) => boolean,
    ): readonly [number, number] | undefined => {
      const found = this.#find(guest, (held) => held.kind === kind && may(held));
      return found === undefined ? undefined : [found, some];
    };
    const idle = ({ busy, done }: Held): boolean => !busy && !done;
    const movable = (held: Held): boolean => idle(held) && held.set === 0;
    switch (name) {
      case "stream.write":
      case "future.write":
        return one(name === "stream.write" ? "stream-write" : "future-write", idle);
      case "stream.read":
      case "future.read":
        return one(name === "stream.read" ? "stream-read" : "future-read", idle);
      case "stream.cancel-write":
        return one("stream-write", ({ busy }) => busy);
      case "stream.cancel-read":
        return one("stream-read", ({ busy }) => busy);
      case "future.cancel-write":
        return one("future-write", ({ busy }) => busy);
      case "future.cancel-read":
        return one("future-read", ({ busy }) => busy);
      case "stream.drop-writable":
        return one("stream-write", ({ busy }) => !busy && some === 0);
      case "stream.drop-readable":
        return one("stream-read", ({ busy }) => !busy && some === 0);
      case "future.drop-readable":
        return one("future-read", ({ busy }) => !busy && some === 0);
      case "future.drop-writable":
        return one("future-write", ({ done, busy }) => done && !busy);
      case "waitable.join": {
        const found = this.#find(guest, ({ kind }) => kind !== "set");
        const set = some === 0 ? 0 : this.#find(guest, ({ kind }) => kind === "set");
        return found === undefined || set === undefined ? undefined : [found, set];
      }
      case "waitable-set.poll":
        return one("set", () => true);
      case "waitable-set.drop":
        return one("set", ({ members }) => members === 0 && some === 0);
      case "subtask.cancel":
        return one("subtask", ({ done, busy }) => !done && !busy && some < 2);
      case "subtask.drop":
        return one("subtask", ({ done }) => done);
      case "backpressure.inc":
        return some === 0 && this.#pressure === 0 ? [0, 0] : undefined;
      case "backpressure.dec":
        return guest === 1 && this.#pressure > 0 ? [0, 0] : undefined;
      case "lower":
        if (op === FIRST_CALL) return one("stream-read", movable);
        if (op === FIRST_CALL + 1) return one("future-read", movable);
        return [some === 0 ? 0 : (this.#find(1, ({ kind }) => kind === "set") ?? 0), 0];
      default:
        return [0, 0];
    }
  }

  #find(guest: 0 | 1, may: (held: Held) => boolean): number | undefined {
    const all = [...this.#held[guest]].filter(([, held]) => may(held)).map(([index]) => index);
    return all[this.#random(all.length)];
  }

  /** What the step has answered. `event`: the two numbers that a guest was told last. */
  learn([guest, op, x, y]: Step, answer: bigint, event: bigint): void {
    const held = this.#held[guest];
    const name = NAMES[op]!;
    const add = (to: Map<number, Held>, index: bigint, kind: Kind): void => {
      to.set(Number(index), { kind, busy: false, done: false, set: 0, members: 0 });
    };
    if (name === "stream.new" || name === "future.new") {
      const kind = name === "stream.new" ? "stream" : "future";
      add(held, answer & 0xffff_ffffn, `${kind}-read`);
      add(held, answer >> 32n, `${kind}-write`);
    } else if (name === "waitable-set.new") add(held, answer, "set");
    else if (name === "waitable.join") this.#join(held, x, y);
    else if (/drop/.test(name)) {
      this.#join(held, x, 0);
      held.delete(x);
    } else if (/\.(read|write|cancel-read|cancel-write)$/.test(name)) {
      const end = held.get(x);
      if (end !== undefined) told(end, answer);
    } else if (name === "subtask.cancel") {
      const task = held.get(x);
      if (task !== undefined && answer < 0n) task.busy = true;
      else if (task !== undefined) task.done = true;
    } else if (op === POLL && answer !== 0n) {
      const found = held.get(Number(event & 0xffff_ffffn));
      const payload = event >> 32n;
      if (found?.kind === "subtask") found.done = payload >= 2n;
      else if (found !== undefined) told(found, payload);
    } else if (name === "backpressure.inc" && guest === 1) this.#pressure++;
    else if (name === "backpressure.dec" && guest === 1) this.#pressure--;
    else if (op === FIRST_CALL || op === FIRST_CALL + 1) {
      held.delete(x);
      add(this.#held[1], answer, op === FIRST_CALL ? "stream-read" : "future-read");
    } else if (op === FIRST_CALL + 2 && answer !== 2n) add(held, answer >> 4n, "subtask");
  }

  #join(held: Map<number, Held>, index: number, set: number): void {
    const one = held.get(index);
    if (one === undefined) return;
    const [before, after] = [held.get(one.set), held.get(set)];
    if (before !== undefined) before.members--;
    if (after !== undefined) after.members++;
    one.set = set;
  }
}

/** What an end was told of its copy: -1 that it waits. */
function told(end: Held, answer: bigint): void {
  end.busy = answer < 0n;
  if (answer < 0n) return;
  const result = answer & 15n;
  end.done = result === 1n || (result === 0n && end.kind.startsWith("future"));
}
