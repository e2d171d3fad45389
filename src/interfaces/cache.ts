import * as z from "zod/mini";
import type { Cache } from "../cache/index.ts";
import { defineCapability, type Capability } from "../capability/capability.ts";
import { WitError } from "../errors.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceContext, type InterfaceDefinition } from "./define.ts";
import type { FunctionTable } from "./functions.ts";
import type * as Contract from "./generated/host/cache.ts";
import type { Implementation } from "./contract/implementation.ts";
import type { Cached, CacheScope, PluginCaches } from "./plugin-caches.ts";
import { whenReady, type Ready } from "./contract/ready.ts";
import { denied, refused, refuseWithError } from "./contract/refusal.ts";
import { shownBytes } from "./contract/scope.ts";
import { utf8Length } from "../utf8.ts";

export interface CacheUse {
  /** How many bytes the entry counts. */
  readonly bytes: number;
}

/** Limits of cache.wit. */
const maxValueBytes = 1 << 20;
const maxKeyBytes = 512;
const maxTags = 16;
const maxSources = 64;
const entryBytes = 256;
const namespaceName = /^[a-z0-9._-]{1,64}$/;

export const cacheCapability: Capability<CacheScope, CacheUse> = defineCapability<
  CacheScope,
  CacheUse
>({
  name: "cache",
  scope: z.strictObject({
    quotaBytes: z._default(z.int().check(z.minimum(1), z.maximum(2 ** 30)), 8 << 20),
    persistent: z._default(z.boolean(), false),
  }),
  describe: ({ quotaBytes, persistent }) =>
    `may keep up to ${shownBytes(quotaBytes)} in a cache of its own${persistent ? ", on the disk too" : ""}`,
  intersect: (one, other) => ({
    quotaBytes: Math.min(one.quotaBytes, other.quotaBytes),
    persistent: one.persistent && other.persistent,
  }),
  covers: ({ quotaBytes }, { bytes }) => bytes <= quotaBytes || `cache: ${quotaBytes} bytes`,
});

const waiting = {
  "[method]namespace.get": { waits: true },
} as const satisfies FunctionTable<typeof Contract>;

export function cacheInterface(caches: PluginCaches): InterfaceDefinition<CacheScope, CacheUse> {
  return defineInterface({
    name: contractName("cache"),
    capability: cacheCapability,
    refuse: refuseWithError,
    functions: caches.waits ? waiting : {},
    implement: (context) => ({ Namespace: namespaceClass(caches, context) }),
  });
}

/** The class `namespace` for one instance of a plugin. It reaches only that plugin's cache. */
function namespaceClass(
  caches: PluginCaches,
  context: InterfaceContext<CacheScope, CacheUse>,
): Implementation<typeof Contract, typeof waiting>["Namespace"] {
  /**
   * Asks for permission at every call, so that a grant that is taken back or widened counts at
   * once.
   */
  const enter = (): { cache: Cache<Cached>; quotaBytes: number } => {
    const permission = context.may({ bytes: 0 });
    if (!permission.allowed) throw refused(denied(permission.reason));
    const { scope } = permission;
    return { cache: caches.of(context.caller, scope), quotaBytes: scope.quotaBytes };
  };

  return class Namespace {
    /** Versions and names contain no slash, so two namespaces never share a prefix. */
    readonly #prefix: string;

    constructor(name: string) {
      this.#prefix = `${context.caller.version}/${name}/`;
    }

    static open(name: string): Namespace {
      if (!namespaceName.test(name)) {
        throw invalidKey("a namespace's name is 1 to 64 of a-z 0-9 - _ .");
      }
      return new Namespace(name);
    }

    get(key: string): Ready<Uint8Array | undefined> {
      checkKey(key);
      return whenReady(enter().cache.read(this.#prefix + key), (cached) => cached?.value);
    }

    set(key: string, value: Uint8Array, keeping: Contract.Keeping): void {
      const { ttlMs, tags, dependsOn } = keeping;
      if (value.byteLength > maxValueBytes) throw tooLarge(maxValueBytes);
      if (tags.length > maxTags) throw tooMany(maxTags);
      if (dependsOn.length > maxSources) throw tooMany(maxSources);
      const named = [key, ...tags, ...dependsOn].reduce((sum, each) => sum + checkKey(each), 0);
      const weight = named + value.byteLength + entryBytes;
      const { cache, quotaBytes } = enter();
      if (weight > quotaBytes) throw tooLarge(quotaBytes);
      cache.set(
        this.#prefix + key,
        { value, weight },
        {
          ...(ttlMs === undefined ? {} : { ttl: Number(ttlMs) }),
          tags: this.#prefixed(tags),
          dependsOn: this.#prefixed(dependsOn),
        },
      );
    }

    invalidate(key: string): void {
      checkKey(key);
      enter().cache.invalidate(this.#prefix + key);
    }

    invalidateTag(tag: string): void {
      checkKey(tag);
      enter().cache.invalidateTags(this.#prefix + tag);
    }

    #prefixed(names: readonly string[]): readonly string[] {
      return [...new Set(names)].map((name) => this.#prefix + name);
    }
  };
}

/** The length of a key or tag in bytes. Throws `invalid-key` where it is not one. */
function checkKey(key: string): number {
  const bytes = key.length > maxKeyBytes ? Number.POSITIVE_INFINITY : utf8Length(key);
  if (key === "" || bytes > maxKeyBytes || key.includes("\0") || !key.isWellFormed()) {
    throw invalidKey(`a key or tag is 1 to ${maxKeyBytes} bytes without U+0000`);
  }
  return bytes;
}

function invalidKey(reason: string): WitError<Contract.Error> {
  return new WitError<Contract.Error>({ tag: "invalid-key", val: reason });
}

function tooLarge(limit: number): WitError<Contract.Error> {
  return new WitError<Contract.Error>({ tag: "too-large", val: BigInt(limit) });
}

function tooMany(limit: number): WitError<Contract.Error> {
  return new WitError<Contract.Error>({ tag: "too-many", val: limit });
}
