import * as z from "zod/mini";
import type { KeyValueStore } from "../../platform/key-value.ts";
import type { KnownPlugin } from "./ownership.ts";
import { decodeJson, encodeJson } from "../../utf8.ts";

/** What the host remembers of a plugin between runs. */
export interface PluginRecord extends KnownPlugin {
  /** The version that was installed last. An older one is installed only on request. */
  readonly version: string;
  /** The component's digest. A quarantine ends where it changes. */
  readonly digest: string;
  readonly disabled: boolean;
  /** Set where the plugin crashed too often. In milliseconds since 1970. */
  readonly quarantined?: { readonly at: number; readonly crashes: number } | undefined;
  /** Why it is disabled or quarantined, where that is known. */
  readonly reason?: string | undefined;
}

export interface PluginRecords {
  /** The records of all plugins that are disabled or quarantined, by name. */
  setAside(): Promise<ReadonlyMap<string, PluginRecord>>;
  load(plugin: string): Promise<PluginRecord | undefined>;
  save(plugin: string, record: PluginRecord): Promise<void>;
  delete(plugin: string): Promise<void>;
}

/** No plugin can have this name, because plugins' names contain no colon. */
const OWNER = "tenon:host";
const BUCKET = "plugins";
/** The names of plugins that are disabled or quarantined: few, even where many are installed. */
const SET_ASIDE = "plugins-set-aside";
const PAGE = 1_000;

const shape: z.ZodMiniType<PluginRecord> = z.object({
  version: z.string(),
  digest: z.string(),
  identity: z.string(),
  owner: z.string(),
  formerOwners: z.array(z.string()),
  asks: z.array(z.object({ capability: z.string(), scope: z.unknown() })),
  disabled: z.boolean(),
  quarantined: z.optional(z.object({ at: z.number(), crashes: z.number() })),
  reason: z.optional(z.string()),
});

/**
 * Keeps the records in the platform's storage. A record that can't be read counts as missing. Where the
 * storage fails (a full disk, a read-only folder), plugins go on without what is remembered; only
 * `delete` rejects.
 */
export function storedRecords(store: KeyValueStore): PluginRecords {
  const records = recordsIn(store);
  return {
    setAside: () => records.setAside().catch(() => new Map<string, PluginRecord>()),
    load: (plugin) => records.load(plugin).catch(() => undefined),
    save: (plugin, record) => records.save(plugin, record).catch(() => undefined),
    delete: (plugin) => records.delete(plugin),
  };
}

function recordsIn(store: KeyValueStore): PluginRecords {
  const space = store.space(OWNER);
  const records: PluginRecords = {
    async setAside() {
      const found = new Map<string, PluginRecord>();
      let names: readonly string[] = [];
      do {
        const after = names.at(-1);
        names = await space.keys(SET_ASIDE, { prefix: "", after, limit: PAGE });
        for (const name of names) {
          const record = await records.load(name);
          if (record !== undefined && isSetAside(record)) found.set(name, record);
        }
      } while (names.length === PAGE);
      return found;
    },
    async load(plugin) {
      const entry = await space.get(BUCKET, plugin);
      if (entry === undefined) return undefined;
      try {
        return shape.parse(decodeJson(entry.value));
      } catch {
        return undefined;
      }
    },
    async save(plugin, record) {
      await space.openBucket(BUCKET, 2);
      const value = encodeJson(record);
      const rule = { when: "any", quotaBytes: Number.MAX_SAFE_INTEGER } as const;
      await space.openBucket(SET_ASIDE, 2);
      // The name is added before the record and removed after it. A name without such a record does
      // no harm: it is skipped.
      if (isSetAside(record)) await space.write(SET_ASIDE, plugin, new Uint8Array(), rule);
      await space.write(BUCKET, plugin, value, rule);
      if (!isSetAside(record)) await space.delete(SET_ASIDE, plugin);
    },
    async delete(plugin) {
      await space.openBucket(BUCKET, 2);
      await space.openBucket(SET_ASIDE, 2);
      await space.delete(BUCKET, plugin);
      await space.delete(SET_ASIDE, plugin);
    },
  };
  return records;
}

function isSetAside({ disabled, quarantined }: PluginRecord): boolean {
  return disabled || quarantined !== undefined;
}
