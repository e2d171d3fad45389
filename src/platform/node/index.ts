import { join } from "node:path";
import { decodeAscii } from "./decode-ascii.ts";
import { memoryKeyValue } from "../memory-key-value.ts";
import {
  checkFunction,
  checkNames,
  checkOptions,
  checkText,
  type Known,
  wrongOption,
} from "../../options.ts";
import type { Platform } from "../platform.ts";
import type { ClipboardPower, UiPower } from "../ui.ts";
import type { CompilerFlags } from "./guest-thread/v8-flags.ts";
import { nodeProcesses } from "./guest-process/node-processes.ts";
import { nodeTicker } from "./guest-thread/node-ticker.ts";
import { nodeThreads } from "./guest-thread/node-thread.ts";
import { folderTree } from "./files.ts";
import { nodeHttp } from "./http.ts";
import { packCaches } from "./pack-caches.ts";
import { packageFolders } from "./package-folders.ts";
import { packedDerived } from "./packed-derived.ts";
import { readSource, STRIPS_TYPES, stripTypes } from "./source.ts";
import type { WorkerEntry } from "./worker-entry.ts";
import { sourcesDigest } from "./sources-digest.ts";
import { assertSupportedNode } from "./supported-node.ts";
import { sqliteKeyValue } from "./sqlite-key-value.ts";
import { letOthersRun, sha256, systemClock, systemEntropy, systemTimers } from "./system.ts";

export { nodeThreads, type NodeThreadOptions } from "./guest-thread/node-thread.ts";
export type { CompilerFlags } from "./guest-thread/v8-flags.ts";
export { folderTree } from "./files.ts";
export { nodeHttp, type NodeHttpOptions } from "./http.ts";
export type { Resolve, ResolvedAddress } from "./http-connection.ts";
export { keyFolder, type KeyFolder, type OpenedKey, type StoredKey } from "./key-files.ts";
export { knownKeysFile, type KnownKeysFile } from "./known-keys-file.ts";
export { packCaches } from "./pack-caches.ts";
export { nodePackFiles } from "./pack-store.ts";
export { sqliteKeyValue } from "./sqlite-key-value.ts";
export { appendTo, grantFile } from "./state-files.ts";
export type { WorkerEntry } from "./worker-entry.ts";
export { shareUsage, usageSocket, type SharedHost } from "./share-usage.ts";

/** Options of `nodePlatform`. */
export interface NodePlatformOptions {
  /**
   * A folder for what must last, made for this user alone when it is first needed. It holds
   * plugins' data (`kv.sqlite`), their caches (`cache/`), and what was found in packages (`index/`)
   * and components (`derived/`, code included), so that the next run starts them faster. The key in
   * `derived.key` proves that this user's host wrote the code (docs/security.md).
   *
   * Its files are for this user alone (mode 0600), whoever made the folder; a file of another
   * user's is refused (`storage-failed`). Where others may write to `index/` or `derived/`, or to a
   * folder above them, these two are not used: nothing is loaded from there. A sticky folder of
   * root's above, such as `/tmp`, counts as safe. On Windows none of this is checked: choose a
   * folder in the user's profile.
   *
   * Default: none; plugins' data and caches are kept in memory until the platform is disposed of.
   */
  readonly state?: string;
  /**
   * The folder that plugins with a grant of `workspace` may read. Default: none; plugins find it
   * unavailable.
   */
  readonly workspace?: string;
  /** Shows plugins' messages and questions. Default: none; plugins find it unavailable. */
  readonly ui?: UiPower;
  /** The system clipboard. Default: none; plugins find it unavailable. */
  readonly clipboard?: ClipboardPower;
  /**
   * Where the three files are that threads and processes start from, in an application that is
   * bundled: make `tenon/node/guest-worker`, `tenon/node/ticker-worker` and `tenon/node/guest-process`
   * inputs of the bundler's, too. A process may read the folder that its file is in. Default: beside
   * the library's own files; for threads, where they are not there, the chunk that a bundler that
   * splits has put their program into.
   */
  readonly worker?: (entry: WorkerEntry) => URL;
  /**
   * V8's flags for WebAssembly. They hold for the whole process, the application's own modules
   * included, from the first thread for guests on.
   *
   * `strangers`: functions are compiled with their module, never in their first call, and one
   * function of a module is optimised at a time. The caps bound the memory that optimising one
   * function takes, not several at once, and a process can't exit before those under way are done.
   * Eight large ones together peaked at 1.3 GB and delayed `process.exit()` by 8 s; one after the
   * other, 0.85 GB and 1.3 s. The price: modules take longer to compile, and hot code becomes fast
   * a little later.
   *
   * `unchanged`: the flags stay as they are.
   *
   * Default: `strangers`.
   */
  readonly compilerFlags?: CompilerFlags;
}

const OPTIONS: Known<NodePlatformOptions> = {
  state: true,
  workspace: true,
  ui: true,
  clipboard: true,
  worker: true,
  compilerFlags: true,
};

function checkNodeOptions(options: NodePlatformOptions): void {
  checkOptions("what nodePlatform is given", options);
  checkNames("nodePlatform", options, OPTIONS);
  const { worker, compilerFlags } = options;
  for (const name of ["state", "workspace"] as const) {
    const folder = options[name];
    if (folder !== undefined) checkText(name, folder);
    if (folder === "") throw wrongOption(name, "the path of a folder", folder);
  }
  for (const name of ["ui", "clipboard"] as const) {
    if (options[name] !== undefined) checkOptions(name, options[name]);
  }
  if (worker !== undefined) checkFunction("worker", worker);
  if (compilerFlags === undefined) return;
  if (compilerFlags === "strangers" || compilerFlags === "unchanged") return;
  throw wrongOption("compilerFlags", '"strangers" or "unchanged"', compilerFlags);
}

/**
 * V8 reserves 8 GiB of addresses for each memory, and 16 where they have 64 bits, out of 128 TiB. This
 * leaves half of them to instances that have ended and are not collected yet.
 */
const MEMORIES = 4_096;

/**
 * The powers of a Node process. Nothing is opened or read before it is used. Throws
 * `platform-unsupported` under a Node that is too old.
 */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  assertSupportedNode();
  checkNodeOptions(options);
  const { state, workspace, compilerFlags = "strangers" } = options;
  let digest: { readonly of: string | undefined } | undefined;
  const sources = (): string | undefined => (digest ??= { of: sourcesDigest() }).of;
  const keyValue =
    state === undefined ? memoryKeyValue() : sqliteKeyValue(join(state, "kv.sqlite"));
  const derived = state === undefined ? undefined : packedDerived(join(state, "derived"), sources);
  const ticker = nodeTicker(options.worker?.("ticker-worker"));
  const entry = options.worker?.("guest-worker");
  const processes = nodeProcesses({ entry: options.worker?.("guest-process") });
  return {
    name: "node",
    decodeAscii,
    threads: nodeThreads({ ticker, compilerFlags, ...(entry === undefined ? {} : { entry }) }),
    processes,
    memories: MEMORIES,
    ticker,
    clock: systemClock,
    timers: systemTimers,
    letOthersRun,
    entropy: systemEntropy,
    sha256,
    read: readSource,
    ...(STRIPS_TYPES ? { stripTypes } : {}),
    packages: packageFolders(state === undefined ? undefined : join(state, "index"), sources),
    keyValue,
    cacheStore: state === undefined ? undefined : packCaches(join(state, "cache")),
    derived,
    http: nodeHttp(),
    files: workspace === undefined ? undefined : folderTree(workspace),
    ui: options.ui,
    clipboard: options.clipboard,
    async [Symbol.asyncDispose]() {
      await ticker[Symbol.asyncDispose]();
      await processes[Symbol.asyncDispose]();
      await derived?.[Symbol.asyncDispose]();
      keyValue[Symbol.dispose]();
    },
  };
}
