import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type Cache, bytesCodec, createCache, memoryLevel, packLevel } from "../../cache/index.ts";
import { TenonError } from "../../errors.ts";
import type { DerivedStore } from "../../component/engine.ts";
import type { StorageWatch } from "../../storage-watch.ts";
import { isOurs } from "./own-files.ts";
import { nodePackFiles } from "./pack-store.ts";
import { secretOf } from "./secret-file.ts";
import { sourcesDigest } from "./sources-digest.ts";

/** Milliseconds until an entry is written. By then the derived value itself is in use. */
const LATER = 1_000;

/** The length of an HMAC-SHA-256, in bytes. */
const SEAL = 32;

/** Everything that is needed to use the folder. */
interface Opened {
  readonly cache: Cache<Uint8Array>;
  /** The keyed checksum of a name and its bytes. */
  seal(name: string, bytes: Uint8Array): Uint8Array;
}

/**
 * A store in a folder, made for the user alone, of at most 256 MiB. Several processes may share it.
 * Where other users could change the folder (isOurs), nothing is read from it or kept.
 *
 * Each entry has an HMAC-SHA-256 over its name and bytes, whose key is in a file beside the folder
 * (`secretOf`). So an entry that is found was kept under the same name by a process that can read
 * the key. `sources`: see sourcesDigest.
 */
export function packedDerived(
  folder: string,
  sources: () => string | undefined = sourcesDigest,
): DerivedStore & AsyncDisposable {
  let usable: { readonly opened: Opened | undefined } | undefined;
  let watching: StorageWatch | undefined;
  const watch: StorageWatch = {
    failed(cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      const message = said.includes(folder) ? said : `${folder}: ${said}`;
      watching?.failed(
        new TenonError("storage-failed", message, { cause, data: { path: folder } }),
      );
    },
    works: () => watching?.works(),
  };
  const opened = (): Opened | undefined =>
    (usable ??= { opened: open(folder, sources, watch) }).opened;
  const waiting = new Map<string, () => Uint8Array>();
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [name, make] of waiting) {
      waiting.delete(name);
      try {
        const store = opened();
        if (store === undefined) continue;
        const bytes = make();
        store.cache.set(name, Buffer.concat([store.seal(name, bytes), bytes]));
      } catch (error) {
        // It will be derived again in the next run.
        watch.failed(error);
      }
    }
  };
  return {
    get(name) {
      const store = opened();
      const sealed = store?.cache.get(name);
      if (store === undefined || sealed === undefined || sealed.length < SEAL) return undefined;
      const bytes = sealed.subarray(SEAL);
      return timingSafeEqual(sealed.subarray(0, SEAL), store.seal(name, bytes)) ? bytes : undefined;
    },
    watch(storage) {
      watching = storage;
    },
    keep(name, make) {
      waiting.set(name, make);
      timer ??= setTimeout(write, LATER).unref();
    },
    /** Resolves when all that was kept is in the folder, or it was told that it is not. */
    async [Symbol.asyncDispose]() {
      write();
      await usable?.opened?.cache.close();
    },
  };
}

function open(
  folder: string,
  sources: () => string | undefined,
  watch: StorageWatch,
): Opened | undefined {
  if (!isOurs(folder)) return undefined;
  const state = sources();
  if (state === undefined) return undefined;
  let key: Uint8Array;
  try {
    key = secretOf(`${folder}.key`);
  } catch (error) {
    watch.failed(error);
    return undefined;
  }
  const cache = createCache<Uint8Array>({
    levels: [memoryLevel({ entries: 1 }), packLevel({ files: nodePackFiles(folder), random })],
    codec: bytesCodec,
  });
  cache.on("level-off", ({ error }) => watch.failed(error));
  cache.on("level-on", () => watch.works());
  const seal = (name: string, bytes: Uint8Array): Uint8Array =>
    createHmac("sha256", key).update(`${state}\0${name}\0`).update(bytes).digest();
  return { cache, seal };
}

function random(): number {
  return randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
}
