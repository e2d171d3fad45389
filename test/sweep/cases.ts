/// All that the sweep tries.
import { Random } from "./random.ts";
import type { Rogue, RogueEvent } from "./rogue.ts";
import { componentShapes } from "./shapes/components.ts";
import { featureShapes } from "./shapes/features.ts";
import { functionShapes } from "./shapes/functions.ts";
import { moduleShapes } from "./shapes/modules.ts";
import {
  componentPairs,
  functionPairs,
  functionSums,
  modulePairs,
  moduleSums,
} from "./shapes/pairs.ts";
import { randomRogue } from "./shapes/random-module.ts";
import type { Shape } from "./shapes/shape.ts";
import { straightShapes } from "./shapes/straight.ts";

/// One component that is as large as is accepted.
export interface SweepCase {
  readonly name: string;
  readonly group: "single" | "pair" | "sum" | "straight" | "feature" | "random";
  readonly cap: string | undefined;
  /// It is refused at any size, and for this.
  readonly feature: string | undefined;
  readonly top: number;
  /// Whether it is a fault where nothing refuses `top`.
  readonly bounded: boolean;
  readonly events: readonly RogueEvent[];
  make(n: number): Rogue;
}

const groups: readonly (readonly [SweepCase["group"], readonly Shape[]])[] = [
  ["single", [...functionShapes, ...moduleShapes, ...componentShapes]],
  ["pair", [...functionPairs, ...modulePairs, ...componentPairs]],
  ["sum", [...functionSums, ...moduleSums]],
  ["straight", straightShapes],
  ["feature", featureShapes],
];

/// With `random`: so many random modules of that seed.
export function sweepCases(seed: number, random: number): readonly SweepCase[] {
  const fixed = groups.flatMap(([group, shapes]) =>
    shapes.flatMap((shape) => casesOf(group, shape)),
  );
  const sizes = [100, 1_000, 10_000, 100_000];
  const modules = Array.from({ length: random }, (_, index): SweepCase => ({
    name: `random ${seed}:${index}`,
    group: "random",
    cap: undefined,
    feature: undefined,
    top: 1,
    bounded: false,
    events: ["cold", "through"],
    make: () => randomRogue(new Random(seed * 1_000 + index), sizes[index % sizes.length]!),
  }));
  return [...fixed, ...modules];
}

function casesOf(group: SweepCase["group"], shape: Shape): readonly SweepCase[] {
  const { name, cap, feature, top, unbounded = false, events } = shape;
  const common = { group, cap, feature, top, bounded: !unbounded, events };
  if (shape.beside === undefined) return [{ ...common, name, make: (n) => shape.make(n, 0) }];
  return shape.beside.map((beside) => ({
    ...common,
    name: `${name} (${beside})`,
    make: (n) => shape.make(n, beside),
  }));
}
