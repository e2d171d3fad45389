import { GuestThread } from "../../src/isolation/guest/guest-thread.ts";
import type { StartedThread, ThreadEnd, ThreadSource } from "../../src/platform/threads.ts";

/**
 * A guest's thread that is none: it runs here, between the host's own turns, without shared memory,
 * as on a page that is not cross-origin isolated. It starts at once.
 */
export const nearThreads: ThreadSource = { size: 1, start: startNearThread };

function startNearThread(): StartedThread {
  let alive = true;
  let toHost: (message: unknown) => void = () => {};
  let ended: (end: ThreadEnd | undefined) => void = () => {};
  const later = (deliver: () => void): void =>
    void setImmediate(() => {
      if (alive) deliver();
    });
  const thread = new GuestThread({
    flag: undefined,
    answers: undefined,
    now: () => performance.now(),
    others: () => new Promise<void>((resolve) => void setImmediate(resolve)),
    setsAside: true,
    post: (message) => {
      const sent = structuredClone(message);
      later(() => toHost(sent));
    },
  });
  return {
    memory: { flag: undefined, answers: undefined },
    port: {
      post: (message) => {
        const sent = structuredClone(message);
        later(() => thread.receive(sent));
      },
      listen: (on) => {
        toHost = on.message;
        ended = on.ended;
      },
      async terminate() {
        if (!alive) return;
        alive = false;
        ended(undefined);
      },
    },
  };
}
