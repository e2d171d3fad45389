// Functions that answer on a guest's thread in place of the host.
import { TenonError, WitError } from "../../errors.ts";
import { CoarseClock } from "../../interfaces/clock.ts";
import { randomFunctions } from "../../interfaces/random.ts";
import type { LocalAnswersOf } from "../../platform/local-answers.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import type { LocalData } from "../wire/messages.ts";

export interface LocalFunction {
  /** Throws a WitError for an `err`. */
  answer(...args: unknown[]): unknown;
  /**
   * Called with the host's answer where the host answered; returns what the guest is told. Default:
   * the answer itself.
   */
  readonly heard?: (value: unknown) => unknown;
}

/** The functions for one instance, by their names in JavaScript. */
export type LocalFunctions = ReadonlyMap<string, LocalFunction>;

/** Undefined where the thread does not have the clock or entropy that they need. */
export function ownAnswers(
  tag: Exclude<LocalData["tag"], "module">,
  { clock, entropy }: ThreadOwn,
): LocalFunctions | undefined {
  switch (tag) {
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

function clockFunctions(coarse: CoarseClock): LocalFunctions {
  return new Map<string, LocalFunction>([
    ["nowMs", { answer: () => coarse.nowMs() }],
    [
      "monotonicUs",
      { answer: () => coarse.monotonicUs(), heard: (us) => coarse.heard(us as bigint) },
    ],
  ]);
}

/**
 * The functions of an application's module. Rejects with `usage` where it can't be loaded, or does
 * not export them.
 */
export async function moduleAnswers({
  module,
  data,
}: Extract<LocalData, { tag: "module" }>): Promise<LocalFunctions> {
  const found = await loaded(module);
  const given = Object.entries(found(data, { WitError }));
  return new Map(
    given.map(([name, answer]) => [name, { answer: answer as LocalFunction["answer"] }]),
  );
}

async function loaded(module: string): Promise<LocalAnswersOf> {
  let cause: unknown;
  try {
    const { localAnswers } = (await import(
      /* @vite-ignore */ /* webpackIgnore: true */ module
    )) as {
      readonly localAnswers?: LocalAnswersOf;
    };
    if (typeof localAnswers === "function") return localAnswers;
  } catch (error) {
    cause = error;
  }
  const message = `the module ${module} can't be loaded on a guest's thread, or exports no function localAnswers`;
  throw new TenonError("usage", message, { cause });
}
