import type { InsideInterface } from "../../component/inside.ts";
import type { ThreadOwn } from "../../platform/threads.ts";
import { leaseWords, newLeaseWords, WordLease } from "../wire/lease-words.ts";
import type { InsideData } from "../wire/messages.ts";

/**
 * What an instance is told about what it may do without asking. `own`: of its thread. `shares`: whether
 * that shares memory.
 */
export function lendInside(
  inside: ReadonlyMap<string, InsideInterface> = new Map(),
  own: ThreadOwn,
  shares: boolean,
): InsideData {
  const interfaces = [...inside].map(([scope, { local, oneWay, mostTold }]) => ({
    scope,
    local: shares && local !== undefined && stands(own, local) ? local.tag : undefined,
    oneWay,
    mostTold,
  }));
  if (!shares || interfaces.length === 0) return { interfaces, words: undefined };
  const words = newLeaseWords(interfaces.length);
  for (const [index, { lender }] of [...inside.values()].entries()) {
    lender.begin(new WordLease(leaseWords(words, index)));
  }
  return { interfaces, words };
}

/** Whether the thread's own power answers as the host's does. */
function stands(own: ThreadOwn, local: NonNullable<InsideInterface["local"]>): boolean {
  return local.tag === "clock" ? own.clock === local.clock : own.entropy === local.entropy;
}
