import { describe, expect, it } from "vitest";
import { failureOf, PLACES, runnerFor } from "./runners.ts";

describe.each(PLACES)("a session (%s)", (isolation) => {
  const runner = runnerFor({ isolation });

  it("keeps what programs leave, and counts time, output and calls for each", async () => {
    using session = runner.session({ tools: { one: () => 1 }, calls: 2 });
    await session.run("globalThis.count = 1; globalThis.add = (n) => count += n; 0");
    await session.run("console.log('a'); await one(); await one()");
    const { value, output, usage } = await session.run("await one(); return add(2)");
    expect([value, output, usage.calls]).toEqual([3, [], { one: 1 }]);
    expect((await runner.run("return typeof count")).value).toBe("undefined");
  });

  it("runs programs one after another", async () => {
    using session = runner.session();
    const all = await Promise.all([
      session.run("globalThis.at = 1; await new Promise((go) => setTimeout(go, 20)); return at++"),
      session.run("return at++"),
    ]);
    expect(all.map(({ value }) => value)).toEqual([1, 2]);
  });

  it("goes on after a program that failed, or was cancelled while it waited", async () => {
    using session = runner.session();
    await session.run("globalThis.kept = 'kept'");
    expect((await failureOf(session.run("null.x"))).code).toBe("code-failed");
    const wait = "await new Promise((go) => setTimeout(go, 60_000)); globalThis.kept = 'lost'";
    const failure = await failureOf(session.run(wait, { signal: AbortSignal.timeout(30) }));
    expect(failure.code).toBe("code-cancelled");
    expect((await session.run("return kept")).value).toBe("kept");
  });

  it("is over after a program that had to be stopped in its code", async () => {
    using session = runner.session({ cpuMs: 60 });
    await session.run("globalThis.kept = 1");
    expect((await failureOf(session.run("while (true);"))).code).toBe("code-cpu");
    const failure = await failureOf(session.run("return kept"));
    expect(failure.code).toBe("code-closed");
  });

  it("runs nothing between programs", async () => {
    let ticks = 0;
    using session = runner.session({ tools: { tick: { call: () => ++ticks, sync: true } } });
    await session.run("setInterval(() => tick(), 1)");
    const before = ticks;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ticks).toBe(before);
    await session.run("await new Promise((go) => setTimeout(go, 20))");
    expect(ticks).toBeGreaterThan(before);
  });

  it("is closed with what it runs", async () => {
    const session = runner.session();
    const run = failureOf(session.run("await new Promise((go) => setTimeout(go, 60_000))"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    session[Symbol.dispose]();
    expect((await run).code).toBe("code-closed");
    expect((await failureOf(session.run("1"))).code).toBe("code-closed");
  });
});
