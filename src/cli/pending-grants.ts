import type { GrantStore } from "../index.ts";

export interface PendingGrants extends GrantStore {
  /** Writes what was decided since. Rejects as the store does. */
  keep(): Promise<void>;
}

/**
 * Holds back what is decided for good until `keep`: who leaves a run at its third question has not
 * decided the first two.
 */
export function pendingGrants(store: GrantStore): PendingGrants {
  let pending: string | undefined;
  return {
    read: async () => pending ?? (await store.read()),
    write: (text) => {
      pending = text;
      return Promise.resolve();
    },
    setAside: () => store.setAside(),
    keep: async () => {
      if (pending !== undefined) await store.write(pending);
      pending = undefined;
    },
  };
}
