import * as z from "zod/mini";
import { defineCapability, type Capability } from "../capability/capability.ts";
import { WitError } from "../errors.ts";
import {
  entryCost,
  type KeyValueSpace,
  type KeyValueStore,
  type WriteOutcome,
  type WriteRule,
} from "../platform/key-value.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceContext, type InterfaceDefinition } from "./define.ts";
import type { FunctionTable } from "./functions.ts";
import type * as Contract from "./generated/host/kv.ts";
import type { Implementation } from "./contract/implementation.ts";
import { attempt, whenReady, type Ready } from "./contract/ready.ts";
import { denied, quota, refused, refuseWithError } from "./contract/refusal.ts";
import { shownBytes } from "./contract/scope.ts";
import { utf8Length } from "../utf8.ts";

export interface KvScope {
  /**
   * The quota for everything that the plugin stores. Each entry counts its key, its value and 64
   * bytes.
   */
  readonly quotaBytes: number;
}

export interface KvUse {
  /** The bytes that the plugin's storage would hold afterwards. */
  readonly bytes: number;
}

/** Limits of kv.wit. */
const maxValueBytes = 1 << 20;
const maxKeyBytes = 512;
const maxPageKeys = 1000;
const maxBuckets = 16;
const bucketName = /^[a-z0-9._-]{1,64}$/;

export const kvCapability: Capability<KvScope, KvUse> = defineCapability<KvScope, KvUse>({
  name: "kv",
  scope: z.strictObject({
    quotaBytes: z._default(z.int().check(z.minimum(1), z.maximum(2 ** 40)), 10 << 20),
  }),
  describe: ({ quotaBytes }) => `may store up to ${shownBytes(quotaBytes)} of its own data`,
  intersect: (one, other) => (one.quotaBytes <= other.quotaBytes ? one : other),
  covers: ({ quotaBytes }, { bytes }) => bytes <= quotaBytes || `storage: ${quotaBytes} bytes`,
});

/** Where the storage fails, the plugin learns only that it did. */
export function kvInterface(store: KeyValueStore): InterfaceDefinition<KvScope, KvUse> {
  return defineInterface({
    name: contractName("kv"),
    capability: kvCapability,
    refuse: refuseWithError,
    functions: store.waits ? waiting : {},
    implement: (context) => ({
      Bucket: bucketClass(store.space(context.caller.owner), context),
    }),
  });
}

const waiting = {
  "[static]bucket.open": { waits: true },
  "[method]bucket.get": { waits: true },
  "[method]bucket.set": { waits: true },
  "[method]bucket.compare-and-set": { waits: true },
  "[method]bucket.delete": { waits: true },
  "[method]bucket.keys": { waits: true },
} as const satisfies FunctionTable<typeof Contract>;

/** The class `bucket` for one instance of a plugin. It reaches only that plugin's space. */
function bucketClass(
  space: KeyValueSpace,
  context: InterfaceContext<KvScope, KvUse>,
): Implementation<typeof Contract, typeof waiting>["Bucket"] {
  const stored = <Value>(operation: () => Ready<Value>): Ready<Value> =>
    attempt(operation, () => new WitError<Contract.Error>({ tag: "failed" }));
  return class Bucket {
    readonly #name: string;

    constructor(name: string) {
      this.#name = name;
    }

    static open(name: string): Ready<Bucket> {
      if (!bucketName.test(name)) throw invalidKey("a bucket's name is 1 to 64 of a-z 0-9 - _ .");
      const opened = stored(() => space.openBucket(name, maxBuckets));
      return whenReady(opened, (there) => {
        if (!there) throw refused(quota(`buckets: ${maxBuckets}`));
        return new Bucket(name);
      });
    }

    get(key: string): Ready<Contract.Entry | undefined> {
      checkKey(key);
      return stored(() => space.get(this.#name, key));
    }

    set(key: string, value: Uint8Array): Ready<bigint> {
      return this.#write(key, value, "any");
    }

    compareAndSet(key: string, revision: bigint | undefined, value: Uint8Array): Ready<bigint> {
      return this.#write(key, value, revision ?? "absent");
    }

    delete(key: string): Ready<boolean> {
      checkKey(key);
      return stored(() => space.delete(this.#name, key));
    }

    keys(prefix: string, cursor: string | undefined, limit: number): Ready<Contract.Page> {
      if (prefix !== "") checkKey(prefix);
      if (cursor !== undefined) checkKey(cursor);
      const most = Math.min(Math.max(limit, 1), maxPageKeys);
      const range = { prefix, after: cursor, limit: most + 1 };
      const found = stored(() => space.keys(this.#name, range));
      return whenReady(found, (keys) => {
        const page = keys.slice(0, most);
        const last = page.at(-1);
        // The cursor is the page's last key, so it stays valid whatever is written before the next
        // page.
        return keys.length > most && last !== undefined
          ? { keys: page, next: last }
          : { keys: page };
      });
    }

    #write(key: string, value: Uint8Array, when: WriteRule["when"]): Ready<bigint> {
      if (value.byteLength > maxValueBytes) {
        throw new WitError<Contract.Error>({ tag: "too-large", val: BigInt(maxValueBytes) });
      }
      const cost = entryCost(checkKey(key), value.byteLength);
      const attemptWithin = (quotaBytes: number): Ready<WriteOutcome> =>
        stored(() => space.write(this.#name, key, value, { when, quotaBytes }));
      // Asks for permission at every write, so that a grant that is taken back or widened counts at
      // once.
      const permission = context.may({ bytes: 0 });
      if (!permission.allowed) throw refused(denied(permission.reason));
      const { limits } = context;
      const most = (scope: KvScope): number => Math.min(scope.quotaBytes, limits.storedBytes);
      const quotaBytes = most(permission.scope);
      return whenReady(attemptWithin(quotaBytes), (outcome) => {
        if (outcome.tag !== "over-quota") return revisionOf(outcome, quotaBytes);
        const used = stored(() => space.usedBytes());
        return whenReady(used, (used) => {
          const wider = context.may({ bytes: used + cost });
          if (!wider.allowed) return revisionOf(outcome, quotaBytes);
          if (used + cost > limits.storedBytes) limits.passed("storedBytes");
          const retried = attemptWithin(most(wider.scope));
          return whenReady(retried, (outcome) => revisionOf(outcome, most(wider.scope)));
        });
      });
    }
  };
}

function revisionOf(outcome: WriteOutcome, quotaBytes: number): bigint {
  if (outcome.tag === "written") return outcome.revision;
  if (outcome.tag === "over-quota") throw refused(quota(`storage: ${quotaBytes} bytes`));
  throw new WitError<Contract.Error>({ tag: "conflict" });
}

/** The length of a key in bytes. Throws `invalid-key` where it is not one. */
function checkKey(key: string): number {
  const bytes = key.length > maxKeyBytes ? Number.POSITIVE_INFINITY : utf8Length(key);
  if (key === "" || bytes > maxKeyBytes || key.includes("\0") || !key.isWellFormed()) {
    throw invalidKey(`a key is 1 to ${maxKeyBytes} bytes without U+0000`);
  }
  return bytes;
}

function invalidKey(reason: string): WitError<Contract.Error> {
  return new WitError<Contract.Error>({ tag: "invalid-key", val: reason });
}
