/// Parts of the engine that most components run without. A component holds those that are there: of
/// `compileSync` all, of `compile` what its options and the page ask for; `instantiateAsync` loads what
/// is lacking (load-features.ts). So a bundle of an application that never calls `compileSync` has them
/// in chunks of their own.
import { TenonError } from "../errors.ts";
import type { Route } from "./abi/route.ts";
import type { Interruptions } from "./link/interruption.ts";
import type { Snapshots } from "./link/snapshot.ts";

export interface Features {
  readonly closures: Route;
  readonly interruptions: Interruptions;
  readonly snapshots: Snapshots;
}

/// Those that a component holds; more may come.
export type HeldFeatures = { -readonly [Name in keyof Features]?: Features[Name] };

const OPTIONS: Readonly<Record<keyof Features, string>> = {
  closures: 'code: "closures"',
  interruptions: "interrupt",
  snapshots: "restorable",
};

/// Throws `component-unsupported` for what a component that `compile` made has not been given, and can't
/// be without waiting.
export function requireFeatures(held: HeldFeatures, names: readonly (keyof Features)[]): void {
  const features = names.filter((name) => held[name] === undefined);
  if (features.length === 0) return;
  const options = features.map((name) => OPTIONS[name]).join(", ");
  const message = `instantiate can't load what this needs: give compile the same option (${options}), or use instantiateAsync or compileSync`;
  throw new TenonError("component-unsupported", message, { data: { features } });
}
