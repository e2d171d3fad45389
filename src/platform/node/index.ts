import { join } from "node:path";
import { TenonError } from "../../errors.ts";
import { memoryKeyValue } from "../memory-key-value.ts";
import type { Platform } from "../platform.ts";
import type { ClipboardPower, UiPower } from "../ui.ts";
import { readSource } from "./source.ts";
import { sqliteKeyValue } from "./sqlite-key-value.ts";
import { sha256, systemClock, systemEntropy, systemTimers } from "./system.ts";

export interface NodePlatformOptions {
  /// A folder for what has to last, made when it is first needed: plugins' data (`kv.sqlite`).
  /// Default: none, and then plugins' data is kept in memory until the platform is disposed of.
  readonly state?: string;
  /// What plugins' messages and questions go to. Default: none, plugins find it unavailable.
  readonly ui?: UiPower;
  /// Default: none.
  readonly clipboard?: ClipboardPower;
}

/// The powers of a Node process. Nothing is opened or read before it is used.
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const keyValue =
    options.state === undefined
      ? memoryKeyValue()
      : sqliteKeyValue(join(options.state, "kv.sqlite"));
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
