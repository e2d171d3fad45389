import { defaultLimits } from "../../src/index.ts";
import type { InterfaceContext } from "../../src/interfaces/define.ts";

/** What a context has for a plugin that no limit stops. */
export const noLimits: Pick<
  InterfaceContext<unknown, unknown>,
  "signal" | "limits" | "count" | "worked"
> = {
  signal: new AbortController().signal,
  limits: { ...defaultLimits, storedBytes: 2 ** 40, passed: () => undefined },
  worked: () => undefined,
  count: () => ({ [Symbol.dispose]: () => undefined }),
};
