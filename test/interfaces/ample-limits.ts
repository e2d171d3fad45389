import { defaultLimits } from "../../src/index.ts";
import type { InterfaceContext } from "../../src/interfaces/define.ts";

/** Of a plugin that is given all the time and room it wants. */
export const ampleLimits: Pick<
  InterfaceContext<unknown, unknown>,
  "signal" | "limits" | "count" | "worked"
> = {
  signal: new AbortController().signal,
  limits: { ...defaultLimits, storedBytes: 2 ** 40, passed: () => undefined },
  worked: () => undefined,
  count: () => ({ [Symbol.dispose]: () => undefined }),
};
