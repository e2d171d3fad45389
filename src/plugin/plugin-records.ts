import { z } from "zod";
import type { KeyValueStore } from "../platform/key-value.ts";

/// What the host remembers of a plugin between runs.
export interface PluginRecord {
  /// The version that was installed last; an older one is not installed by itself.
  readonly version: string;
  /// Of the component; a quarantine ends with another digest.
  readonly digest: string;
  readonly disabled: boolean;
  /// Set where it crashed too often. Milliseconds since 1970.
  readonly quarantined?: { readonly at: number; readonly crashes: number } | undefined;
}

export interface PluginRecords {
  load(plugin: string): Promise<PluginRecord | undefined>;
  save(plugin: string, record: PluginRecord): Promise<void>;
  delete(plugin: string): Promise<void>;
}

/// An owner that no plugin can have: their names have no colon.
const OWNER = "tenon:host";
const BUCKET = "plugins";

const shape: z.ZodType<PluginRecord> = z.object({
  version: z.string(),
  digest: z.string(),
  disabled: z.boolean(),
  quarantined: z.object({ at: z.number(), crashes: z.number() }).optional(),
});

/// Keeps them in the platform's storage. A record that can't be read back counts as none.
export function storedRecords(store: KeyValueStore): PluginRecords {
  const space = store.space(OWNER);
  return {
    async load(plugin) {
      const entry = await space.get(BUCKET, plugin);
      if (entry === undefined) return undefined;
      try {
        return shape.parse(JSON.parse(new TextDecoder().decode(entry.value)));
      } catch {
        return undefined;
      }
    },
    async save(plugin, record) {
      await space.openBucket(BUCKET, 1);
      const value = new TextEncoder().encode(JSON.stringify(record));
      const rule = { when: "any", quotaBytes: Number.MAX_SAFE_INTEGER } as const;
      await space.write(BUCKET, plugin, value, rule);
    },
    async delete(plugin) {
      await space.openBucket(BUCKET, 1);
      await space.delete(BUCKET, plugin);
    },
  };
}
