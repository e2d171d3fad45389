/// `npm run sweep [-- --ci] [--seed N] [--case NAME] [--group NAME] [--threads N] [--size N]
/// [--minutes N] [--v8=--FLAG] [--list]`.
///
/// The largest component that is accepted, in every way in which one can be large, beside honest
/// neighbours; and one that is just too large. Ends with "N passed, N failed".
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isAccepted } from "./acceptance.ts";
import { type SweepCase, sweepCases } from "./cases.ts";
import { Child } from "./child.ts";
import { type Frontier, frontier, type Sized } from "./frontier.ts";
import type { Outcome } from "./outcome.ts";
import { Random } from "./random.ts";
import { rogueComponent } from "./rogue.ts";
import { heading, rowOf } from "./table.ts";
import { faultsOf, mayBeNoise } from "./verdict.ts";

const { values: options } = parseArgs({
  options: {
    ci: { type: "boolean", default: false },
    seed: { type: "string", default: `${Math.floor(Date.now() / 1_000) % 1_000_000}` },
    case: { type: "string", multiple: true },
    group: { type: "string", multiple: true },
    threads: { type: "string", default: "1" },
    minutes: { type: "string" },
    size: { type: "string" },
    v8: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
  },
});

/// Times that a case is tried, where what it broke may be other processes' doing.
const ATTEMPTS = 3;
const CI_MINUTES = 2.7;

const seed = Number(options.seed);
const started = performance.now();
const scratch = mkdtempSync(join(tmpdir(), "tenon-sweep-"));
let child: Child | undefined;
let passed = 0;
let failed = 0;

const cases = chosen();
if (options.list) {
  for (const { name, group } of cases) console.log(`${group.padEnd(8)} ${name}`);
} else {
  await sweep();
}

function chosen(): readonly SweepCase[] {
  const all = sweepCases(seed, options.ci ? 8 : 40);
  const some = all.filter(
    ({ name, group }) =>
      (options.case === undefined || options.case.some((part) => name.includes(part))) &&
      (options.group === undefined || options.group.includes(group)),
  );
  if (!options.ci) return some;
  const random = new Random(seed);
  // One of each cap first, then the others, as far as the time goes.
  const seen = new Set<string>();
  const [first, then]: [SweepCase[], SweepCase[]] = [[], []];
  for (const test of random.shuffled(some)) {
    if (test.cap !== undefined && !seen.has(test.cap)) first.push(test);
    else then.push(test);
    if (test.cap !== undefined) seen.add(test.cap);
  }
  return [...first, ...then];
}

async function sweep(): Promise<void> {
  const minutes =
    options.minutes === undefined ? (options.ci ? CI_MINUTES : Infinity) : Number(options.minutes);
  console.log(`seed ${seed}, ${options.threads} thread(s) for guests, ${cases.length} cases`);
  console.log(heading);
  let left = cases.length;
  try {
    for (const test of cases) {
      if (performance.now() - started > minutes * 60_000) break;
      left--;
      await tryCase(test);
    }
  } finally {
    child?.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  if (left > 0) console.log(`${left} cases were left out for the time`);
  console.log(`${seconds} s, seed ${seed}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function tryCase(test: SweepCase): Promise<void> {
  const { accepted, refused } = await sizesOf(test);
  const largest = await startable(test, accepted);
  const task = {
    name: test.name,
    accepted: file("accepted.wasm", largest?.bytes),
    refused: file("refused.wasm", refused?.bytes),
    events: test.events,
  };
  let outcome: Outcome;
  let faults: readonly string[];
  let attempt = 1;
  for (; ; attempt++) {
    child ??= new Child(Number(options.threads), options.v8);
    outcome = await child.run(task);
    faults = [...faultsOf(test, outcome), ...missing(test, refused !== undefined)];
    if (faults.length > 0) {
      child.close();
      child = undefined;
    }
    if (attempt === ATTEMPTS || faults.length === 0 || !faults.every(mayBeNoise)) break;
    console.log(`    again, since ${faults.join("; ")}`);
  }
  console.log(rowOf(test, largest?.n, outcome, faults));
  if (faults.length === 0) passed++;
  else failed++;
}

/// What the caps let through may be more than an instance may have: then it is halved until it starts.
async function startable(test: SweepCase, largest: Sized | undefined): Promise<Sized | undefined> {
  let sized = largest;
  while (sized !== undefined && sized.n > 1) {
    child ??= new Child(Number(options.threads), options.v8);
    const task = { name: test.name, accepted: file("accepted.wasm", sized.bytes), events: [] };
    const { started } = await child.run({ ...task, refused: undefined, probe: true });
    if (started === undefined || !/"limit":/.test(started)) break;
    const n = sized.n >> 1;
    sized = { n, bytes: await rogueComponent("rogue", test.make(n)) };
  }
  return sized;
}

function file(name: string, bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

async function sizesOf(test: SweepCase): Promise<Frontier> {
  if (options.size === undefined) return frontier(test, isAccepted);
  const n = Number(options.size);
  return {
    accepted: { n, bytes: await rogueComponent("rogue", test.make(n)) },
    refused: undefined,
  };
}

/// A way of being large that nothing bounds.
function missing({ bounded, top, group }: SweepCase, refused: boolean): readonly string[] {
  return options.size === undefined && bounded && !refused && group !== "sum"
    ? [`nothing refuses ${top}`]
    : [];
}
