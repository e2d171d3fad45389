import { randomInt } from "node:crypto";
import { type Cache, bytesCodec, createCache, memoryLevel, packLevel } from "../../cache/index.ts";
import type { DerivedStore } from "../derived.ts";
import { isOurs } from "./own-files.ts";
import { nodePackFiles } from "./pack-store.ts";

/** Milliseconds until an entry is written. By then the derived value itself is in use. */
const LATER = 1_000;

/**
 * A store in a folder, made for the user alone, of at most 256 MiB. Several processes may share it.
 * Where other users could change the folder (isOurs), nothing is read from it or kept.
 */
export function packedDerived(folder: string): DerivedStore & Disposable {
  let cache: Cache<Uint8Array> | undefined;
  let isUsable: boolean | undefined;
  const opened = (): Cache<Uint8Array> | undefined => {
    isUsable ??= isOurs(folder);
    if (!isUsable) return undefined;
    return (cache ??= createCache<Uint8Array>({
      levels: [memoryLevel({ entries: 1 }), packLevel({ files: nodePackFiles(folder), random })],
      codec: bytesCodec,
    }));
  };
  const waiting = new Map<string, () => Uint8Array>();
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [name, make] of waiting) {
      waiting.delete(name);
      try {
        opened()?.set(name, make());
      } catch {
        // It will be derived again in the next run.
      }
    }
  };
  return {
    get: (name) => opened()?.get(name),
    keep(name, make) {
      waiting.set(name, make);
      timer ??= setTimeout(write, LATER).unref();
    },
    [Symbol.dispose]() {
      write();
      void cache?.close();
    },
  };
}

function random(): number {
  return randomInt(2 ** 47) / 2 ** 47;
}
