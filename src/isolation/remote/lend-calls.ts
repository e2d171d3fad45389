import type { LentInterface } from "../../component/engine.ts";
import type { LocalAnswers } from "../../platform/local-answers.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import { leaseWords, newLeaseWords, WordLease } from "../wire/lease-words.ts";
import type { LentData, LocalData } from "../wire/messages.ts";

/**
 * What an instance is told about the calls that it may make without asking. `own`: the clock and
 * entropy of its thread. `shares`: whether the thread shares memory.
 */
export function lendCalls(
  lent: ReadonlyMap<string, LentInterface> = new Map(),
  own: ThreadOwn,
  shares: boolean,
): LentData {
  const interfaces = [...lent].map(([scope, { local, functions }]) => ({
    scope,
    // The host takes it from a definition, where it has this type.
    local: shares && local !== undefined ? localData(own, local as LocalAnswers) : undefined,
    functions,
  }));
  if (!shares || interfaces.length === 0) return { interfaces, words: undefined };
  const words = newLeaseWords(interfaces.length);
  for (const [index, { lender }] of [...lent.values()].entries()) {
    lender.begin(new WordLease(leaseWords(words, index)));
  }
  return { interfaces, words };
}

/** Undefined where the thread has no clock or entropy that answers as the host's does. */
function localData(own: ThreadOwn, local: LocalAnswers): LocalData | undefined {
  switch (local.tag) {
    case "clock":
      return own.clock === local.clock ? { tag: "clock" } : undefined;
    case "random":
      return own.entropy === local.entropy ? { tag: "random" } : undefined;
    case "module":
      return { tag: "module", module: local.module.href, data: local.data };
  }
}
