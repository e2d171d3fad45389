import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { TenonError } from "../../errors.ts";
import type { KeyId } from "../../identity/identity.ts";
import type { KnownKey, KnownKeys } from "../../identity/known-keys.ts";
import { restrict } from "./own-files.ts";
import { asOnlyWriter, named, writeWhole } from "./state-files.ts";
import { withoutMark } from "../../utf8.ts";

/** What a person knows of publishers' keys, in one file, for this user alone. */
export interface KnownKeysFile extends KnownKeys {
  /** All that are known. */
  list(): Promise<ReadonlyMap<KeyId, KnownKey>>;
  /** Adds to what is known of a key. What was revoked stays so. Rejects with `storage-failed`. */
  add(key: KeyId, known: KnownKey): Promise<void>;
}

const shape = z.strictObject({
  version: z.literal(1),
  keys: z.record(
    z.string().check(z.regex(/^key:[0-9a-f]{64}$/u)),
    z.strictObject({
      name: z.optional(z.string()),
      revoked: z.optional(z.strictObject({ at: z.number(), reason: z.string() })),
    }),
  ),
});

/**
 * Read anew at each question: other processes write to it too. Rejects with `key-unreadable` where it
 * is damaged or another user's: a key that is revoked there must not pass for one that is not.
 */
export function knownKeysFile(path: string): KnownKeysFile {
  const list = async (): Promise<ReadonlyMap<KeyId, KnownKey>> => {
    let text: string;
    try {
      restrict(path);
      text = await readFile(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw unreadable(path, cause);
    }
    try {
      return new Map(Object.entries(shape.parse(JSON.parse(withoutMark(text))).keys)) as Map<
        KeyId,
        KnownKey
      >;
    } catch (cause) {
      throw unreadable(path, cause);
    }
  };
  return {
    list,
    find: async (key) => (await list()).get(key),
    async add(key, known) {
      await asOnlyWriter(path, async () => {
        const keys = new Map(await list());
        const before = keys.get(key);
        keys.set(key, { ...before, ...known, revoked: before?.revoked ?? known.revoked });
        const stored = { version: 1, keys: Object.fromEntries(keys) };
        await named(path, writeWhole(path, `${JSON.stringify(stored, undefined, 2)}\n`));
      });
    },
  };
}

function unreadable(path: string, cause: unknown): TenonError {
  const message = `the known keys in ${path} cannot be read; mend the file or move it away`;
  return new TenonError("key-unreadable", message, { cause });
}
