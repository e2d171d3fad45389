import type { InterfaceContext } from "../../src/interfaces/define.ts";

/// Of a plugin that is given all the time and room it wants.
export const ampleLimits: Pick<InterfaceContext<unknown, unknown>, "signal" | "limits"> = {
  signal: new AbortController().signal,
  limits: {
    logBytesPerSecond: 256 * 1024,
    storedBytes: 2 ** 40,
    documents: 64,
    requests: 16,
    passed: () => undefined,
  },
};
