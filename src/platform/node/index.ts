import { TenonError } from "../../errors.ts";
import { memoryKeyValue } from "../memory-key-value.ts";
import type { Platform } from "../platform.ts";
import type { ClipboardPower, UiPower } from "../ui.ts";
import { readSource } from "./source.ts";
import { sha256, systemClock, systemEntropy, systemTimers } from "./system.ts";

export interface NodePlatformOptions {
  /// What plugins' messages and questions go to. Default: none, plugins find it unavailable.
  readonly ui?: UiPower;
  /// Default: none.
  readonly clipboard?: ClipboardPower;
}

/// The powers of a Node process. Nothing is opened or read before it is used.
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const keyValue = memoryKeyValue();
  return {
    name: "node",
    engine: () =>
      Promise.reject(new TenonError("usage", "no engine is linked into this platform yet")),
    clock: systemClock,
    timers: systemTimers,
    entropy: systemEntropy,
    sha256,
    read: readSource,
    keyValue,
    http: undefined,
    files: undefined,
    ui: options.ui,
    clipboard: options.clipboard,
    [Symbol.asyncDispose]: async () => keyValue[Symbol.dispose](),
  };
}
