// An application's own answers on a guest's thread: a clock that goes on by `data.step` with each call.
import type { LocalAnswersOf } from "../../src/index.ts";

export const localAnswers: LocalAnswersOf = (data) => {
  const { step } = data as { readonly step: bigint };
  let us = 0n;
  return { monotonicUs: () => (us += step) };
};
