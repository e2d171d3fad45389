// `npm run sweep [-- OPTION …]`: the largest component that is accepted, in every way in which one can be
// large, beside honest neighbours; and one that is just too large. Ends with "Cases: N passed, N failed". The
// options are in README.md.
import { parseArgs } from "node:util";
import { isAccepted } from "./acceptance.ts";
import { type SweepCase, sweepCases } from "./cases.ts";
import { type Frontier, frontier } from "./frontier.ts";
import { Random } from "./random.ts";
import { rogueComponent } from "./rogue.ts";
import { heading, rowOf } from "./table.ts";
import { Trials } from "./trials.ts";
import { mayBeNoise } from "./verdict.ts";

const { values: options } = parseArgs({
  options: {
    ci: { type: "boolean", default: false },
    seed: { type: "string", default: `${Math.floor(Date.now() / 1_000) % 1_000_000}` },
    case: { type: "string", multiple: true },
    group: { type: "string", multiple: true },
    threads: { type: "string" },
    minutes: { type: "string" },
    size: { type: "string" },
    v8: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
  },
});

// Of so many cases, one is tried with two threads for guests as well, unless `--threads` says how many.
const EVERY = 8;

// So that all of it takes three.
const CI_MINUTES = 2.7;

// How often what may be noise is tried again when all else is done.
const LATER = 3;
const seed = Number(options.seed);
const cases = chosen();
if (options.list) {
  for (const { name, group } of cases) console.log(`${group.padEnd(8)} ${name}`);
} else {
  process.exitCode = (await sweep()) === 0 ? 0 : 1;
}

function chosen(): readonly SweepCase[] {
  const some = sweepCases(seed, options.ci ? 8 : 40).filter(
    ({ name, group }) =>
      (options.case === undefined || options.case.some((part) => name.includes(part))) &&
      (options.group === undefined || options.group.includes(group)),
  );
  return options.ci ? sample(some) : some;
}

// One of each cap first, then the others, as far as the time goes.
function sample(all: readonly SweepCase[]): readonly SweepCase[] {
  const seen = new Set<string>();
  const shuffled = new Random(seed).shuffled(all);
  const first = shuffled.filter(({ cap }) => {
    if (cap === undefined || seen.has(cap)) return false;
    seen.add(cap);
    return true;
  });
  return [...first, ...shuffled.filter((one) => !first.includes(one))];
}

// Answers how many failed.
async function sweep(): Promise<number> {
  const started = performance.now();
  const minutes = Number(options.minutes ?? (options.ci ? CI_MINUTES : Infinity));
  console.log(
    `seed ${seed}, ${options.threads ?? "1 or 2"} thread(s) for guests, ${cases.length} cases`,
  );
  console.log(heading);
  using trials = new Trials(Number(options.threads ?? 1), options.v8);
  using onTwo = new Trials(2, options.v8);
  let passed = 0;
  const failed: Failed[] = [];
  let left = cases.length;
  for (const test of cases) {
    if (performance.now() - started > minutes * 60_000) break;
    left--;
    const sizes = await sizesOf(test);
    const tried = async (test: SweepCase, trials: Trials): Promise<void> => {
      const { n, outcome, faults } = await trials.run(test, sizes);
      const all = [...faults, ...unbounded(test, sizes)];
      const row = rowOf(test, n, outcome, all);
      console.log(row);
      if (all.length === 0) passed++;
      else {
        const noise = all.every((fault) => mayBeNoise(fault, outcome));
        failed.push({ row, again: noise ? () => tried(test, trials) : undefined });
      }
    };
    await tried(test, trials);
    if (options.threads !== undefined || left % EVERY !== 0) continue;
    await tried({ ...test, name: `${test.name}, 2 threads` }, onTwo);
  }
  // A machine that others use may have been short of time for a while: a case is tried again, later.
  for (let later = 0; later < LATER; later++) {
    for (const { row, again } of failed.splice(0)) {
      if (again === undefined) failed.push({ row, again });
      else await again();
    }
  }
  if (left > 0) console.log(`${left} cases were left out for the time`);
  console.log(`${Math.round((performance.now() - started) / 1_000)} s, seed ${seed}`);
  for (const { row } of failed) console.log(`FAILED ${row}`);
  console.log(`Cases: ${passed} passed, ${failed.length} failed`);
  return failed.length;
}

interface Failed {
  /** What is said of it. */
  readonly row: string;
  /** Set where what it broke may be other processes' doing. */
  readonly again: (() => Promise<void>) | undefined;
}

async function sizesOf(test: SweepCase): Promise<Frontier> {
  if (options.size === undefined) return frontier(test, isAccepted);
  const n = Number(options.size);
  const bytes = await rogueComponent("rogue", test.make(n));
  return { accepted: { n, bytes }, refused: undefined };
}

// A way of being large that nothing bounds.
function unbounded({ bounded, top, group }: SweepCase, { refused }: Frontier): readonly string[] {
  const asked = options.size !== undefined || group === "sum";
  return asked || !bounded || refused !== undefined ? [] : [`nothing refuses ${top}`];
}
