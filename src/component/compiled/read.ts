import { TenonError } from "../../errors.ts";
import { isOverRules } from "../caps/faults.ts";
import type { Rules } from "../caps/rules.ts";
import type { ComponentDefinition } from "../decode/definitions.ts";
import type { Plan } from "../link/plan.ts";
import { planComponent } from "../link/planner.ts";
import type { ResolvedComponent } from "../validate/resolved.ts";

/** Where a custom section's content lies in the component, in bytes. */
export interface CustomSection {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The result of reading a component. Can be posted to another thread. */
export interface ReadParts {
  readonly resolved: ResolvedComponent;
  /** Undefined: it imports components, or can't be linked. */
  readonly plan: Plan | undefined;
  /** Its own custom sections; those of nested components and modules do not count. */
  readonly customs: readonly CustomSection[];
}

let reveal: (read: ReadComponent) => ReadParts;

/**
 * A component that was decoded, validated and planned, to be passed to `compile`: see
 * EngineCompileOptions. It keeps neither its bytes nor anything compiled.
 */
export class ReadComponent {
  readonly #parts: ReadParts;

  static {
    reveal = (read) => read.#parts;
  }

  constructor(parts: ReadParts) {
    this.#parts = parts;
  }
}

/** Throws a TypeError for a value that is no ReadComponent. */
export function partsRead(read: ReadComponent): ReadParts {
  return reveal(read);
}

/** Roughly the size, in bytes, of the component without its core modules, and of its plan. */
export function weightOf({ resolved, plan }: ReadParts, bytes: number): number {
  return bytes - moduleBytes(resolved) + STEP_WEIGHT * (plan?.steps.length ?? 0);
}

const STEP_WEIGHT = 64;

function moduleBytes({ items }: ResolvedComponent): number {
  let sum = 0;
  for (const item of items) {
    if (item.kind === "core-module") sum += item.length;
    if (item.kind === "component") sum += moduleBytes(item.component);
  }
  return sum;
}

export function customsOf({ items }: ComponentDefinition): readonly CustomSection[] {
  return items.flatMap((item) =>
    item.kind === "custom" ? [{ name: item.name, start: item.start, end: item.end }] : [],
  );
}

/**
 * The plan. A component of a few bytes may link a thousand instances, so this throws
 * `component-limit` where linking goes over a cap. Undefined where linking fails for another
 * reason, which instantiation reports.
 */
export function planOf(resolved: ResolvedComponent, rules: Rules): Plan | undefined {
  try {
    return planComponent(resolved, rules.caps);
  } catch (error) {
    if (error instanceof TenonError && isOverRules(error)) throw error;
    return undefined;
  }
}
