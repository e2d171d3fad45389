import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeInterruptible } from "../../../src/component/transform/interrupt.ts";
import type { InterruptMode } from "../../../src/component/transform/interrupt.ts";
import { fromText } from "../guest.ts";
import { LIMIT, randomModule } from "./random-code.ts";
import "../../seed.ts";

interface Outcome {
  readonly answer: unknown;
  readonly trace: number;
  /// The most that was done between two questions, or before the first, or after the last.
  readonly most: number;
}

type Exports = Readonly<Record<string, unknown>> & {
  readonly work: WebAssembly.Global;
  readonly trace: WebAssembly.Global;
  readonly run: () => number;
};

function outcome(exports: Exports, asked: readonly number[]): Outcome {
  let answer: unknown;
  try {
    answer = exports.run();
  } catch (error) {
    answer = (error as object).constructor.name;
  }
  const points = [0, ...asked, exports.work.value as number];
  const most = Math.max(...points.slice(1).map((point, index) => point - points[index]!));
  return { answer, trace: exports.trace.value as number, most };
}

function plain(bytes: Uint8Array): Outcome {
  const module = new WebAssembly.Module(bytes as BufferSource);
  return outcome(new WebAssembly.Instance(module).exports as unknown as Exports, []);
}

/// With functions of a module's own, which alone go into a table.
async function checked(bytes: Uint8Array, mode: InterruptMode, raised: boolean): Promise<Outcome> {
  const { bytes: rewritten, added } = makeInterruptible(bytes, mode, 0);
  const { namespace, memories } = added!;
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  if (raised) new Int32Array(flag.buffer)[0] = 1;
  const own = memories.map(({ initial }) => new WebAssembly.Memory({ initial: Number(initial) }));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(rewritten as BufferSource), {
    [namespace]: { ...own, flag },
  } as WebAssembly.Imports) as unknown as { readonly exports: Exports };
  const asked: number[] = [];
  const ask = (): number => {
    asked.push(exports.work.value as number);
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
        for (const mode of ["flag", "count"] as const) {
          expect(await checked(bytes, mode, false)).toMatchObject({ answer, trace });
        }
        const up = await checked(bytes, "flag", true);
        expect(up).toMatchObject({ answer, trace });
        expect(up.most).toBeLessThan(LIMIT / 20);
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
    expect((await checked(bytes, "flag", true)).most).toBeLessThan(41);
  });

  it("is asked between many calls that are short", async () => {
    const note = "(global.set $trace (i32.add (global.get $trace) (i32.const 1)))";
    const work = "(global.set $work (i32.add (global.get $work) (i32.const 1)))";
    const bytes = await fromText(`(module
      (global $work (export "work") (mut i32) (i32.const 0))
      (global $trace (export "trace") (mut i32) (i32.const 1))
      (func $short ${work} ${note.repeat(900)})
      (func (export "run") (result i32) ${"(call $short)".repeat(2_000)} (i32.const 1)))`);
    expect((await checked(bytes, "flag", true)).most).toBeLessThan(5);
  });
});
