import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeInterruptible } from "../../../src/component/transform/interrupt.ts";
import type { InterruptMode } from "../../../src/component/transform/interrupt.ts";
import { fromText } from "../guest.ts";
import { COUNTED, LIGHT, SPAN } from "../../../src/component/transform/weights.ts";
import { AHEAD, LIMIT, randomModule } from "./random-code.ts";
import "../../seed.ts";

interface Outcome {
  readonly answer: unknown;
  readonly trace: number;
  // The most that was done between two questions, or before the first, or after the last.
  readonly most: Done;
}

// Starts of loops and functions, and units of work in straight code.
interface Done {
  readonly work: number;
  readonly units: number;
}

type Exports = Readonly<Record<string, unknown>> & {
  readonly work: WebAssembly.Global;
  readonly units?: WebAssembly.Global;
  readonly trace: WebAssembly.Global;
  readonly run: () => number;
};

function doneBy({ work, units }: Exports): Done {
  return { work: work.value as number, units: (units?.value as number | undefined) ?? 0 };
}

function outcome(exports: Exports, asked: readonly Done[]): Outcome {
  let answer: unknown;
  try {
    answer = exports.run();
  } catch (error) {
    answer = (error as object).constructor.name;
  }
  const points = [{ work: 0, units: 0 }, ...asked, doneBy(exports)];
  const most = { work: 0, units: 0 };
  for (const [index, { work, units }] of points.slice(1).entries()) {
    const before = points[index]!;
    most.work = Math.max(most.work, work - before.work);
    most.units = Math.max(most.units, units - before.units);
  }
  return { answer, trace: exports.trace.value as number, most };
}

function plain(bytes: Uint8Array): Outcome {
  const module = new WebAssembly.Module(bytes as BufferSource);
  return outcome(new WebAssembly.Instance(module).exports as unknown as Exports, []);
}

// With functions of a module's own, which alone go into a table.
async function checked(bytes: Uint8Array, mode: InterruptMode, raised: boolean): Promise<Outcome> {
  const { bytes: rewritten, added } = makeInterruptible(bytes, mode, 0);
  const { namespace, memories } = added!;
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  if (raised) new Int32Array(flag.buffer)[0] = 1;
  const own = memories.map(({ initial }) => new WebAssembly.Memory({ initial: Number(initial) }));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(rewritten as BufferSource), {
    [namespace]: { ...own, flag },
  } as WebAssembly.Imports) as unknown as { readonly exports: Exports };
  const asked: Done[] = [];
  const ask = (): number => {
    asked.push(doneBy(exports));
    return 0;
  };
  const bridge = await fromText(`(module (import "" "ask" (func $ask (result i32)))
    (export "ask" (func $ask)))`);
  const { exports: functions } = new WebAssembly.Instance(
    new WebAssembly.Module(bridge as BufferSource),
    { "": { ask } },
  );
  (exports[`${namespace}/table`] as WebAssembly.Table).set(0, functions["ask"]);
  return outcome(exports, asked);
}

describe("random code whose checks were compiled in", () => {
  it("does what it did, and never much without being asked", async () => {
    await fc.assert(
      fc.asyncProperty(randomModule, async (text) => {
        const bytes = await fromText(text);
        const { answer, trace } = plain(bytes);
        expect(await checked(bytes, "flag", false)).toMatchObject({ answer, trace });
        const up = await checked(bytes, "flag", true);
        expect(up).toMatchObject({ answer, trace });
        expect(up.most.work).toBeLessThan(LIMIT / 20);
        expect(up.most.units).toBeLessThan(SPAN + LIGHT + AHEAD);
        const counted = await checked(bytes, "count", false);
        expect(counted).toMatchObject({ answer, trace });
        expect(counted.most.units).toBeLessThan(COUNTED + SPAN + LIGHT + AHEAD);
      }),
      { numRuns: 150 },
    );
  });

  it("is asked on the way out of deep calls, too", async () => {
    const note = "(global.set $trace (i32.add (global.get $trace) (i32.const 1)))";
    const work = "(global.set $work (i32.add (global.get $work) (i32.const 1)))";
    const bytes = await fromText(`(module
      (global $work (export "work") (mut i32) (i32.const 0))
      (global $trace (export "trace") (mut i32) (i32.const 1))
      (func $short ${work} ${note.repeat(900)})
      (func $deep (param $left i32)
        (if (local.get $left) (then (call $deep (i32.sub (local.get $left) (i32.const 1)))))
        ${"(call $short)".repeat(20)})
      (func (export "run") (result i32) (call $deep (i32.const 500)) (i32.const 1)))`);
    expect((await checked(bytes, "flag", true)).most.work).toBeLessThan(41);
  });

  it("is asked between many calls that are short", async () => {
    const note = "(global.set $trace (i32.add (global.get $trace) (i32.const 1)))";
    const work = "(global.set $work (i32.add (global.get $work) (i32.const 1)))";
    const bytes = await fromText(`(module
      (global $work (export "work") (mut i32) (i32.const 0))
      (global $trace (export "trace") (mut i32) (i32.const 1))
      (func $short ${work} ${note.repeat(900)})
      (func (export "run") (result i32) ${"(call $short)".repeat(2_000)} (i32.const 1)))`);
    expect((await checked(bytes, "flag", true)).most.work).toBeLessThan(5);
  });

  it("is asked between first calls of large functions, which are compiled then", async () => {
    // Each returns at once, and works as much as it has bytes.
    const bytes = 7 * 1_700;
    const bodies = Array.from(
      { length: 60 },
      (_, nth) => `(func $f${nth} (local i32)
        (global.set $work (i32.add (global.get $work) (i32.const ${bytes}))) (br 0)
        ${"(local.set 0 (i32.add (local.get 0) (i32.const 1)))".repeat(bytes / 7)})`,
    );
    const module = await fromText(`(module
      (global $work (export "work") (mut i32) (i32.const 0))
      (global $trace (export "trace") (mut i32) (i32.const 1)) ${bodies.join("")}
      (func (export "run") (result i32) ${bodies.map((_, nth) => `(call $f${nth})`).join("")}
        (i32.const 1)))`);
    expect((await checked(module, "flag", true)).most.work).toBeLessThan(5 * bytes);
  });
});
