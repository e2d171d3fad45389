// Parts of the engine that most components run without. A component from `compileSync` holds all of
// them. One from `compile` holds those that the component, its options and the page need;
// `instantiateAsync` loads missing ones (load-features.ts). So the bundle of an application that
// never calls `compileSync` has them in separate chunks.
import { TenonError } from "../errors.ts";
import type { Adapters, Route } from "./abi/route.ts";
import type { Interruptions } from "./link/interruption.ts";
import type { Snapshots } from "./link/snapshot.ts";
import type { Tasks } from "./link/tasks.ts";

export interface Features {
  readonly adapters: Adapters;
  readonly closures: Route;
  readonly interruptions: Interruptions;
  readonly snapshots: Snapshots;
  readonly tasks: Tasks;
}

/** The features that a component holds; more may be loaded. */
export type HeldFeatures = { -readonly [Name in keyof Features]?: Features[Name] };

/**
 * Throws `component-unsupported` for a feature that a component from `compile` needs and does not
 * hold, where loading it would have to wait.
 */
export function requireFeatures(held: HeldFeatures, names: readonly (keyof Features)[]): void {
  const features = names.filter((name) => held[name] === undefined);
  if (features.length === 0) return;
  const message = `instantiate can't wait for parts of the engine (${features.join(", ")}): tell compile of code, interrupt or restorable, or use instantiateAsync or compileSync`;
  throw new TenonError("component-unsupported", message, { data: { features } });
}
