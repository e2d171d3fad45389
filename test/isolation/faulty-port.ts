import type { StartedThread, ThreadPort, ThreadSource } from "../../src/platform/threads.ts";

/**
 * What becomes of one message: it is lost, comes twice, comes late, its thread dies before it
 * arrives, or it can't be cloned.
 */
export const MISHAPS = ["lost", "twice", "late", "dies"] as const;
export type Mishap = (typeof MISHAPS)[number] | "unclonable";

export interface Fault {
  readonly mishap: Mishap;
  readonly towards: "guest" | "host";
  /** Which of the messages in that direction, of all threads together, from 0. */
  readonly at: number;
}

/** Threads whose messages meet with one fault. `struck` tells whether it has happened. */
export function faultyThreads(
  threads: ThreadSource,
  fault: Fault,
): ThreadSource & { readonly struck: boolean } {
  const passed = { guest: 0, host: 0 };
  let struck = false;
  const carry = (
    towards: "guest" | "host",
    port: ThreadPort,
    deliver: (message: unknown) => void,
    message: unknown,
  ): void => {
    if (towards !== fault.towards || passed[towards]++ !== fault.at) return deliver(message);
    struck = true;
    switch (fault.mishap) {
      case "lost":
        return;
      case "twice":
        deliver(structuredClone(message));
        return deliver(message);
      case "late":
        return void setTimeout(() => deliver(message), 30);
      case "unclonable":
        throw new DOMException("Data cannot be cloned, out of memory.", "DataCloneError");
      case "dies":
        void port.terminate();
    }
  };
  return {
    size: 1,
    get struck() {
      return struck;
    },
    start(): StartedThread {
      const { port, memory } = threads.start();
      return {
        memory,
        port: {
          post: (message) => carry("guest", port, (one) => port.post(one), message),
          listen: ({ message, ended }) =>
            port.listen({ message: (one) => carry("host", port, message, one), ended }),
          terminate: () => port.terminate(),
        },
      };
    },
  };
}
