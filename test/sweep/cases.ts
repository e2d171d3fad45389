// All that the sweep tries.
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

/** One component that is as large as is accepted. */
export interface SweepCase {
  readonly name: string;
  readonly group:
    | "single"
    | "pair"
    | "sum"
    | "straight"
    | "feature"
    | "random"
    | "together"
    | "exit";
  readonly cap: string | undefined;
  /** It is refused at any size, and for this. */
  readonly feature: string | undefined;
  readonly top: number;
  /** Whether it is a fault where nothing refuses `top`. */
  readonly bounded: boolean;
  readonly events: readonly RogueEvent[];
  /** Of so many rogues at once, each with code of its own. */
  readonly rogues: number;
  /** Whether the process is to end while V8 optimises. */
  readonly exit: boolean;
  make(n: number): Rogue;
}

// What is costly to optimise, for rogues that are there at the same time, and for a process that ends then.
const TOGETHER = ["slots of loops (2000)", "locals × ifs with else (2000)", "divisions"];
const EXIT = [
  "divisions",
  "locals × depth of loops that set them (16000)",
  "functions × blocks (49000)",
  "functions × loops (4000)",
  "functions × bytes (2090000)",
  "functions × chained loads (131000)",
];
const ROGUES = 3;

const groups: readonly (readonly [SweepCase["group"], readonly Shape[]])[] = [
  ["single", [...functionShapes, ...moduleShapes, ...componentShapes]],
  ["pair", [...functionPairs, ...modulePairs, ...componentPairs]],
  ["sum", [...functionSums, ...moduleSums]],
  ["straight", straightShapes],
  ["feature", featureShapes],
];

/** With `random`: so many random modules of that seed. */
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
    rogues: 1,
    exit: false,
    make: () => randomRogue(new Random(seed * 1_000 + index), sizes[index % sizes.length]!),
  }));
  const named = (names: readonly string[]): readonly SweepCase[] =>
    fixed.filter(({ name }) => names.includes(name));
  const together = named(TOGETHER).map((one): SweepCase => ({
    ...one,
    name: `${ROGUES} at once: ${one.name}`,
    group: "together",
    rogues: ROGUES,
  }));
  const exits = named(EXIT).map((one): SweepCase => ({
    ...one,
    name: `the process ends: ${one.name}`,
    group: "exit",
    exit: true,
  }));
  return [...fixed, ...together, ...exits, ...modules];
}

function casesOf(group: SweepCase["group"], shape: Shape): readonly SweepCase[] {
  const { name, cap, feature, top, unbounded = false, events } = shape;
  const common = { group, cap, feature, top, bounded: !unbounded, events, rogues: 1, exit: false };
  if (shape.beside === undefined) return [{ ...common, name, make: (n) => shape.make(n, 0) }];
  return shape.beside.map((beside) => ({
    ...common,
    name: `${name} (${beside})`,
    make: (n) => shape.make(n, beside),
  }));
}
