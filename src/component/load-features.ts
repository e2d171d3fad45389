import type { Features, HeldFeatures } from "./features.ts";

/** Loads those of the named features that are not held yet. */
export async function loadFeatures(
  held: HeldFeatures,
  names: readonly (keyof Features)[],
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      if (held[name] !== undefined) return;
      switch (name) {
        case "adapters":
          held.adapters = (await import("./abi/emit/adapters.ts")).adapters;
          return;
        case "closures":
          held.closures = (await import("./abi/closures/route.ts")).closureRoute;
          return;
        case "interruptions":
          held.interruptions = (await import("./link/interruption.ts")).interruptions;
          return;
        case "snapshots":
          held.snapshots = (await import("./link/snapshot.ts")).snapshots;
          return;
        case "tasks":
          held.tasks = (await import("./link/tasks.ts")).tasks;
      }
    }),
  );
}
