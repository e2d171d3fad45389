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

/**
 * The result of reading a component. Can be posted to another thread. Made by `readNow`
 * (`compile.ts`).
 */
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

/** How deep the kept parts may be nested: posting them uses the call stack for each level. */
const DEEPEST = 500;

/**
 * The number of objects and values in the parts, and a sixteenth of the characters: a measure of
 * what keeping and posting them takes. A few bytes of a component may make large parts. The result
 * is more than `most` for parts that are heavier than that, or nested too deep.
 */
export function weightOf(parts: ReadParts, most: number): number {
  const seen = new Set<object>();
  let weight = 0;
  const take = (value: unknown, depth: number): void => {
    weight += typeof value === "string" ? 1 + (value.length >> 4) : 1;
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (depth > DEEPEST) weight = Infinity;
    if (weight > most) return;
    seen.add(value);
    if (value instanceof Map) {
      for (const [key, inner] of value) {
        take(key, depth + 1);
        take(inner, depth + 1);
      }
    } else for (const inner of Object.values(value)) take(inner, depth + 1);
  };
  take(parts, 0);
  return weight;
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
