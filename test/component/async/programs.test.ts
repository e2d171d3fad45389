// Random programs of the asynchronous ABI beside the specification's own definitions. Runs where
// TENON_DEFINITIONS names the folder of definitions.py, and python3 is on the PATH.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { TenonError } from "../../../src/errors.ts";
import { exportsOf } from "../start.ts";
import { component, NAMES, PLACES } from "./programs/component.ts";
import { Chooser, type Step } from "./programs/program.ts";
import { settled, start, ways, type Way } from "./start.ts";

const folder = process.env["TENON_DEFINITIONS"];
const PROGRAMS = Number(process.env["TENON_DEFINITIONS_PROGRAMS"] ?? 40);
const SEED = Number(process.env["TENON_DEFINITIONS_SEED"] ?? Date.now() % 1_000_000);
const LENGTH = 40;

/** For each step what it answered, and three places of memory; undefined: it trapped. */
type Told = readonly (readonly string[] | null)[];

async function run(
  way: Way,
  next: (answer: bigint, event: bigint) => Step | undefined,
): Promise<Told> {
  const instance = await start(way, component);
  const guests = [exportsOf(instance, "caller"), exportsOf(instance, "callee")];
  const told: (readonly string[] | null)[] = [];
  let answer = 0n;
  let event = 0n;
  for (;;) {
    const step = next(answer, event);
    if (step === undefined) break;
    const [which, op, x, y] = step;
    const { do: operate, peek } = guests[which]!;
    try {
      answer = operate!(op, x, y) as bigint;
      await settled();
      const seen = [PLACES.to, PLACES.event, PLACES.result].map((at) => String(peek!(at)));
      event = peek!(PLACES.event) as bigint;
      told.push([comparable(op, answer), ...seen]);
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      told.push(null);
      break;
    }
  }
  instance[Symbol.dispose]();
  return told;
}

/**
 * Where a part was copied before a stream's copy was cancelled, the suite wants "cancelled", and
 * definitions.py says "completed".
 */
function comparable(op: number, answer: bigint): string {
  return String(/^stream.cancel/.test(NAMES[op]!) && answer >= 0n ? answer & ~2n : answer);
}

function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function reference() {
  const script = new URL("programs/reference.py", import.meta.url).pathname;
  // Without its assertions: one of them forbids that a reader is dropped before it has read.
  const python = spawn("python3", ["-O", script, folder!]);
  python.stderr.pipe(process.stderr);
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  return {
    async ask(program: readonly Step[]): Promise<Told> {
      python.stdin.write(`${JSON.stringify(program)}\n`);
      const { value } = await lines.next();
      const told = JSON.parse(value as string) as Told;
      return told.map(
        (one, at) => one && [comparable(program[at]![1], BigInt(one[0]!)), ...one.slice(1)],
      );
    },
    [Symbol.dispose]: () => void python.kill(),
  };
}

describe.runIf(folder !== undefined)("random programs", () => {
  it("do what definitions.py says", { timeout: 600_000 }, async () => {
    using python = reference();
    for (let nth = 0; nth < PROGRAMS; nth++) {
      const chooser = new Chooser(randomOf(SEED + nth * 7919));
      const program: Step[] = [];
      await run("text", (answer, event) => {
        const last = program.at(-1);
        if (last !== undefined) chooser.learn(last, answer, event);
        if (program.length === LENGTH) return undefined;
        program.push(chooser.next());
        return program.at(-1);
      });
      const wanted = await python.ask(program);
      for (const way of ways) {
        let at = 0;
        const found = await run(way, () => program[at++]);
        const where = `${way}, seed ${SEED}, program ${nth}: ${JSON.stringify(
          program
            .slice(0, wanted.length)
            .map(([guest, op, x, y]) => `${guest} ${NAMES[op]} ${x} ${y}`),
        )}`;
        expect(found, where).toEqual(wanted);
      }
    }
  });
});
