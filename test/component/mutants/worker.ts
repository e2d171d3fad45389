// Makes, starts and calls mutants, one after the other, in a thread that can be ended.
import { parentPort, workerData } from "node:worker_threads";
import { randomFrom } from "../../seeded-random.ts";
import { type Component, compileSync, instantiate } from "../../../src/component/index.ts";
import { TenonError } from "../../../src/errors.ts";
import { mutations } from "./mutations.ts";
import { plainArguments, stubImports } from "./stubs.ts";

export interface MutantWork {
  /** The first is the bystander's. */
  readonly sources: readonly Uint8Array[];
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** What mutant is being tried now, -1 before the first; 1 while its own code may be running. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

export interface MutantReport {
  /** How often each outcome was met. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What was thrown that is no TenonError, with the number of its mutant. */
  readonly raw: readonly string[];
}

// Whole numbers from 0 up, the same for each seed.
function random(seed: number): (below: number) => number {
  const next = randomFrom(seed);
  return (below) => Math.floor(next() * below);
}

// Mostly changes that leave a component one.
const CHANGES = [
  ...Array<string>(12).fill("a byte made one more"),
  ...Array<string>(8).fill("a bit flipped"),
  ...Array<string>(4).fill("a byte replaced"),
  ...Object.keys(mutations),
];

function mutant({ sources, seed }: MutantWork, number: number): Uint8Array {
  const next = random(seed + number * 7919);
  const source = sources[next(sources.length)]!;
  const other = sources[next(sources.length)]!;
  let bytes = source;
  for (let left = next(4) === 0 ? 2 : 1; left > 0; left--) {
    const name = CHANGES[next(CHANGES.length)]!;
    // Cut at the sections of what is still sound only.
    if (bytes.length === 0 || (/section/.test(name) && bytes !== source)) continue;
    bytes = mutations[name]!(bytes, next(bytes.length), other, next(2 ** 32));
  }
  return bytes;
}

function attempt(outcome: (code: string) => void, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    outcome(error.code);
  }
}

function tryMutant(bytes: Uint8Array, code: "text" | "closures", outcome: (code: string) => void) {
  attempt(outcome, () => {
    const component = compileSync(bytes as BufferSource, {
      maxMemoryBytes: 2 ** 20,
      caps: { componentLinkedInstances: 50 },
    });
    const limits = { liftedBytes: 2 ** 18, liftedElements: 10_000, handles: 100 };
    const options = { code, limits } as const;
    Atomics.store(work.progress, 1, 1);
    using instance = instantiate(component, stubImports(component), options);
    outcome("started");
    callAll(component, instance.exports, outcome);
  });
}

function callAll(
  component: Component,
  exports: Readonly<Record<string, unknown>>,
  outcome: (code: string) => void,
): void {
  for (const { name, type } of component.exports) {
    const externs = type.kind === "instance" ? [...type.type.exports.values()] : [{ name, type }];
    const holder = (type.kind === "instance" ? exports[name] : exports) as object;
    for (const { name: inner, type: func } of externs) {
      if (func.kind !== "func") continue;
      const camel = inner.replace(/-(.)/g, (_, first: string) => first.toUpperCase());
      const found: unknown = Reflect.get(holder, camel) ?? Reflect.get(holder, inner);
      // Damage can give a function the name of an exported class.
      if (typeof found !== "function" || /^class\b/.test(String(found))) continue;
      attempt(outcome, () => {
        try {
          Reflect.apply(found, undefined, plainArguments(func.type));
        } catch (error) {
          // The err of a result.
          if (!(error instanceof Error && error.name === "WitError")) throw error;
        }
        outcome("answered");
      });
    }
  }
}

const work = workerData as MutantWork;
// An instance that was there before them all.
const bystander = instantiate(compileSync(work.sources[0] as BufferSource)).exports[
  "acme:test/api@1.0.0"
] as { add(a: number, b: number): number };
const outcomes: Record<string, number> = {};
const raw: string[] = [];
for (let number = work.from; number < work.to; number++) {
  Atomics.store(work.progress, 1, 0);
  Atomics.store(work.progress, 0, number);
  const count = (code: string) => {
    outcomes[code] = (outcomes[code] ?? 0) + 1;
  };
  try {
    tryMutant(mutant(work, number), number % 2 === 0 ? "text" : "closures", count);
    if (bystander.add(number, 2) !== number + 2) throw new Error("the bystander is harmed");
  } catch (error) {
    raw.push(`mutant ${number} of seed ${work.seed}: ${(error as Error).stack}`);
  }
  if (number % 100 === 0 || raw.length > 0) parentPort!.postMessage({ outcomes, raw });
}
Atomics.store(work.progress, 0, work.to);
parentPort!.postMessage({ outcomes, raw });
