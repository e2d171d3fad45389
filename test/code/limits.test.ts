import { describe, expect, it } from "vitest";
import type { TenonErrorCode } from "../../src/errors.ts";
import { failureOf, PLACES, runnerFor } from "./runners.ts";

describe.each(PLACES)("limits end a run, and that run alone (%s)", (isolation) => {
  const runner = runnerFor({ isolation });
  const tools = { one: () => 1, wait: () => new Promise(() => undefined) };

  it.each<readonly [TenonErrorCode, string, object]>([
    ["code-deadline", "await wait()", { deadlineMs: 100 }],
    ["code-deadline", "while (true);", { deadlineMs: 100 }],
    ["code-deadline", "setInterval(() => {}, 1); await wait()", { deadlineMs: 100 }],
    ["code-cpu", "while (true);", { cpuMs: 100 }],
    ["code-cpu", "while (true) await one()", { cpuMs: 100, calls: 1e9 }],
    ["code-cpu", "while (true) await null", { cpuMs: 100 }],
    ["code-cpu", "for (;;) try { for (;;); } finally { continue }", { cpuMs: 100 }],
    ["code-memory", "const a = []; for (;;) a.push('x'.repeat(1000) + a.length)", { memoryMiB: 8 }],
    ["code-memory", "const a = []; for (;;) a.push(new Uint8Array(1e6))", { memoryMiB: 8 }],
    ["code-output", "for (;;) console.log('much')", { outputBytes: 1_000 }],
    ["code-output", "console.log('x'.repeat(2000))", { outputBytes: 1_000 }],
    ["code-calls", "for (;;) await one()", { calls: 20 }],
    ["code-calls", "for (;;) one()", { callsInFlight: 20 }],
    ["code-calls", "for (;;) setTimeout(() => {}, 1000)", { callsInFlight: 20 }],
    ["code-stuck", "await new Promise(() => {})", {}],
    [
      "code-stuck",
      "const { promise } = Promise.withResolvers(); await Promise.all([1, promise])",
      {},
    ],
  ])("%s: %s", async (code, source, limits) => {
    const other = runner.run("await new Promise((go) => setTimeout(go, 5)); return await one()", {
      tools,
    });
    const failure = await failureOf(runner.run(source, { tools, ...limits }));
    expect(failure.code).toBe(code);
    expect(failure.data["usage"]).toBeDefined();
    expect((await other).value).toBe(1);
  });

  it("tells what it may not return, with the path, and does not end the others", async () => {
    const options = { valueBytes: 10_000, tools };
    for (const [source, said] of [
      ["return 'x'.repeat(20_000)", /result/],
      ["return { a: [() => 1] }", /result\.a\[0\]/],
      ["const a = []; a[0] = { a }; return a", /result\[0\]\.a/],
      ["return Symbol('s')", /result/],
      ["return [Promise.resolve(1)]", /result\[0\]/],
    ] as const) {
      const failure = await failureOf(runner.run(source, options));
      expect([failure.code, said.test(failure.message)]).toEqual(["code-value", true]);
    }
    const source = "try { await one('x'.repeat(20_000)) } catch (e) { return e.name }";
    expect((await runner.run(source, options)).value).toBe("RangeError");
  });

  it("are those of the run, else those of the runner", async () => {
    const strict = runnerFor({ isolation, calls: 1, tools });
    expect((await failureOf(strict.run("await one(); await one()"))).code).toBe("code-calls");
    expect((await strict.run("await one(); return await one()", { calls: 2 })).value).toBe(1);
  });

  it("is stopped soon after its deadline", async () => {
    const begun = performance.now();
    await failureOf(runner.run("while (true);", { deadlineMs: 50 }));
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
