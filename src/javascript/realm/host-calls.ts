import { hostFailure } from "../../component/engine.ts";
import { errOf } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import { decodeValue, type DecodeOptions } from "../values/decode.ts";
import type { ValueWriter } from "../values/encode.ts";
import { ValueError } from "../values/value-error.ts";
import type { CallsInFlight } from "./calls-in-flight.ts";
import type { OpenCall } from "./recorded-calls.ts";
import { type BegunCall, GuestError, type Targets } from "./targets.ts";

/** Made by Realm (`realm.ts`). */
export interface HostCallsPowers {
  readonly targets: Targets;
  readonly values: DecodeOptions | undefined;
  readonly maxInFlight: number;
  readonly writer: ValueWriter;
  readonly calls: CallsInFlight;
  /** There is an outcome for the program. */
  settled(): void;
  /** A target failed while no code of the program's ran. */
  failed(fault: unknown): void;
}

/**
 * What the runtime imports. What it throws is a fault, which ends the instance: of the runtime's,
 * whose bytes may be anything, or of a target.
 */
export class HostCalls {
  readonly #powers: HostCallsPowers;
  #calling = 0;

  constructor(powers: HostCallsPowers) {
    this.#powers = powers;
  }

  readonly now = (): number => this.#powers.targets.now();

  readonly cancel = (call: number): void => this.#powers.calls.cancel(call);

  readonly call = (target: number, args: Uint8Array): Uint8Array => {
    const read = this.#arguments(args);
    let value: unknown;
    this.#calling += 1;
    try {
      value = this.#powers.targets.call(target, read);
    } catch (thrown) {
      return this.#thrown(thrown);
    } finally {
      this.#calling -= 1;
    }
    return this.#returned(value);
  };

  readonly start = (call: number, target: number, args: Uint8Array): void => {
    const { calls, maxInFlight } = this.#powers;
    if (calls.size >= maxInFlight) throw new TooManyCalls(maxInFlight);
    this.run({ call, target, args }, calls.begin(call));
  };

  /** Makes a call that has been begun. */
  run({ call, target, args }: OpenCall, begun: BegunCall): void {
    const { targets } = this.#powers;
    const read = this.#arguments(args);
    let answer: unknown;
    try {
      answer = targets.start(target, read, begun);
    } catch (thrown) {
      return this.#settled(call, begun, this.#thrown(thrown));
    }
    if (!isThenable(answer)) return this.#settled(call, begun, this.#returned(answer));
    answer.then(
      (value) => this.#settled(call, begun, this.#returned(value)),
      (thrown: unknown) => this.#rejected(call, begun, thrown),
    );
  }

  /** Settles a call that has been begun, without making it. */
  answer(call: number, begun: BegunCall, value: unknown): void {
    this.#settled(call, begun, this.#returned(value));
  }

  /** See Targets. */
  again(target: number, args: Uint8Array): void {
    this.#powers.targets.again?.(target, this.#arguments(args));
  }

  /** Whether the program waits for a call to return. */
  get isCalling(): boolean {
    return this.#calling > 0;
  }

  #rejected(call: number, begun: BegunCall, thrown: unknown): void {
    // What the program has given up may end as it likes.
    if (!this.#powers.calls.waitsFor(call, begun)) return;
    let outcome: Uint8Array;
    try {
      outcome = this.#thrown(thrown);
    } catch (fault) {
      return this.#powers.failed(hostFailure(fault));
    }
    this.#settled(call, begun, outcome);
  }

  #settled(call: number, begun: BegunCall, outcome: Uint8Array): void {
    if (this.#powers.calls.settle(call, begun, outcome)) this.#powers.settled();
  }

  #arguments(bytes: Uint8Array): readonly unknown[] {
    const args = decodeValue(bytes, "arguments", this.#powers.values);
    if (!Array.isArray(args)) throw new ValueError("arguments", "are no array");
    return args;
  }

  #returned(value: unknown): Uint8Array {
    const { writer } = this.#powers;
    try {
      return writer.returned(value, "the result");
    } catch (thrown) {
      return writer.thrown(misfit(thrown, "the result"), "the error");
    }
  }

  /** Throws what is a fault of the host's. */
  #thrown(thrown: unknown): Uint8Array {
    const { writer } = this.#powers;
    const value = thrownInProgram(thrown);
    try {
      return writer.thrown(value, "what was thrown");
    } catch (thrownThere) {
      return writer.thrown(misfit(thrownThere, "what was thrown"), "the error");
    }
  }
}

/** A program has begun more calls than it may have under way. It ends the realm. */
export class TooManyCalls extends Error {
  override readonly name = "TooManyCalls";

  constructor(most: number) {
    super(`the program has more than ${most} calls under way`);
  }
}

/** A getter or a proxy of the host's may throw anything: that is not for the program. */
function misfit(thrown: unknown, what: string): TypeError {
  return new TypeError(thrown instanceof ValueError ? thrown.message : `${what} cannot be read`);
}

function thrownInProgram(thrown: unknown): unknown {
  if (thrown instanceof GuestError) return thrown.value;
  const err = errOf(thrown);
  if (err === undefined) throw thrown;
  if (!err.bare) return thrown;
  return Object.assign(new Error("the host answered err"), { payload: err.payload });
}
