// Parts of the engine that most components run without. A component holds those that are there: of
// `compileSync` all, of `compile` what the component, its options and the page ask for;
// `instantiateAsync` loads what is lacking (load-features.ts). So a bundle of an application that never calls `compileSync` has them
// in chunks of their own.
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

/** Those that a component holds; more may come. */
export type HeldFeatures = { -readonly [Name in keyof Features]?: Features[Name] };

/**
 * Throws `component-unsupported` for what a component that `compile` made has not been given, and can't
 * be without waiting.
 */
export function requireFeatures(held: HeldFeatures, names: readonly (keyof Features)[]): void {
  const features = names.filter((name) => held[name] === undefined);
  if (features.length === 0) return;
  const message = `instantiate can't wait for parts of the engine (${features.join(", ")}): tell compile of code, interrupt or restorable, or use instantiateAsync or compileSync`;
  throw new TenonError("component-unsupported", message, { data: { features } });
}
