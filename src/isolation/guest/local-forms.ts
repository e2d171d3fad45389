/// What answers on a guest's thread in place of the host.
import type { LocalForm } from "../../component/inside.ts";
import { CoarseClock } from "../../interfaces/clock.ts";
import { randomFunctions } from "../../interfaces/random.ts";
import type { ThreadOwn } from "../../platform/threads.ts";

export interface LocalFunction {
  /** Throws a WitError where its answer is an `err`. */
  answer(argument: unknown): unknown;
  /** What the guest is to be told where the host answered this. Default: this. */
  readonly heard?: (value: unknown) => unknown;
}

/** For one instance, its functions by WIT name. Undefined where the thread has not what they need. */
export function localFunctions(
  form: LocalForm["tag"],
  { clock, entropy }: ThreadOwn,
): ReadonlyMap<string, LocalFunction> | undefined {
  switch (form) {
    case "clock":
      return clock && clockFunctions(new CoarseClock(clock));
    case "random": {
      if (entropy === undefined) return undefined;
      const { bytes, number } = randomFunctions(entropy);
      return new Map<string, LocalFunction>([
        ["bytes", { answer: (length) => bytes(length as number) }],
        ["number", { answer: number }],
      ]);
    }
  }
}

function clockFunctions(coarse: CoarseClock): ReadonlyMap<string, LocalFunction> {
  return new Map<string, LocalFunction>([
    ["now-ms", { answer: () => coarse.nowMs() }],
    [
      "monotonic-us",
      { answer: () => coarse.monotonicUs(), heard: (us) => coarse.heard(us as bigint) },
    ],
  ]);
}
