import type { GrantStore } from "../index.ts";

export interface PendingGrants extends GrantStore {
  /** Writes what was decided since. Rejects as the store does. */
  keep(): Promise<void>;
  /** Forgets what was decided since, and answers what that was. */
  drop(): Promise<readonly Decided[]>;
}

export interface Decided {
  readonly plugin: string;
  /** The maker whose plugin it was about. */
  readonly identity: string;
  readonly capability: string;
  readonly at: number;
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
    drop: async () => {
      if (pending === undefined) return [];
      const [before, after] = [decisionsIn(await store.read()), decisionsIn(pending)];
      pending = undefined;
      const known = new Set(before.map((one) => JSON.stringify(one)));
      return after.filter((one) => !known.has(JSON.stringify(one)));
    },
  };
}

/** Of a text that the remembered policy wrote, or a person edited: it may begin with a byte order mark. */
function decisionsIn(text: string | undefined): readonly Decided[] {
  if (text === undefined) return [];
  return (JSON.parse(text.replace(/^\ufeff/u, "")) as { decisions: readonly Decided[] }).decisions;
}
