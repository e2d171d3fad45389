import { describe, expect, it } from "vitest";
import { ringAudit } from "../../src/capability/audit.ts";
import { WitError } from "../../src/errors.ts";
import type { ApprovalRequest } from "../../src/platform/node/code/index.ts";
import { failureOf, PLACES, runnerFor } from "./runners.ts";

describe.each(PLACES)("tools (%s)", (isolation) => {
  const runner = runnerFor({ isolation });

  it("are called with data, and answer with data", async () => {
    const seen: unknown[] = [];
    const tools = {
      search: async (query: string, options: { limit: number }): Promise<object> => {
        seen.push(query, options);
        return { hits: new Map([["a", 1n]]), at: new Date(3) };
      },
      text: { upper: { call: (given: string) => given.toUpperCase(), sync: true } },
    };
    const source = `
      const { hits, at } = await search("x", { limit: 2 });
      return [hits.get("a"), at.getTime(), text.upper("b"), search("y") instanceof Promise];
    `;
    const { value, usage } = await runner.run(source, { tools });
    expect(value).toEqual([1n, 3, "B", true]);
    expect(seen.slice(0, 2)).toEqual(["x", { limit: 2 }]);
    expect(usage.calls).toEqual({ search: 2, "text.upper": 1 });
  });

  it("are in flight all at once", async () => {
    let now = 0;
    let most = 0;
    const wait = async (value: number): Promise<number> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 50));
      now--;
      return value;
    };
    const source = "return await Promise.all(Array.from({ length: 100 }, (_, i) => wait(i)))";
    const { value } = await runner.run(source, { tools: { wait } });
    expect(value).toEqual(Array.from({ length: 100 }, (_each, i) => i));
    expect(most).toBe(100);
  });

  it("throw in the program, with their words and without their stack", async () => {
    const tools = {
      range: () => {
        throw new RangeError("too far");
      },
      wit: () => Promise.reject(new WitError({ tag: "not-found" }, "none")),
      odd: () => Promise.reject("only a text"),
      hostile: () => {
        throw new Proxy(new Error("x"), {
          get() {
            throw new Error("trap");
          },
        });
      },
      wrong: () => ({ then: undefined, call: isNaN }),
      early: { call: () => Promise.resolve(1), sync: true },
    };
    const source = `
      const said = [];
      for (const tool of [range, wit, odd, hostile, wrong, early]) {
        try { await tool() } catch (e) { said.push([e.name, e.message, /runners|test/.test(e.stack)]) }
      }
      return said;
    `;
    const { value } = await runner.run(source, { tools });
    expect(value).toEqual([
      ["RangeError", "too far", false],
      ["WitError", "none", false],
      ["Error", "only a text", false],
      ["Error", "the tool failed", false],
      ["TypeError", "the result.call is a function", false],
      ["TypeError", "early answered with a promise, and is a tool that answers at once", false],
    ]);
  });

  it("have limits of their own", async () => {
    const signals: AbortSignal[] = [];
    const tools = {
      twice: { call: () => 1, calls: 2 },
      slow: {
        call(this: { signal: AbortSignal }) {
          signals.push(this.signal);
          return new Promise(() => undefined);
        },
        timeMs: 20,
      },
    };
    const source = `
      const said = [await twice(), await twice()];
      try { await twice() } catch (e) { said.push(e.message) }
      try { await slow() } catch (e) { said.push(e.name, e.message) }
      return said;
    `;
    const { value, usage } = await runner.run(source, { tools });
    expect(value).toEqual([
      1,
      1,
      "twice may be called 2 times in one run",
      "TimeoutError",
      "slow did not answer within 20 ms",
    ]);
    expect(usage.calls).toEqual({ twice: 2, slow: 1 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("may be asked for: the program waits, and its time stands still", async () => {
    const asked: ApprovalRequest[] = [];
    const sent: string[] = [];
    const tools = {
      send: {
        asks: true,
        call: (to: string) => {
          sent.push(to);
          return "sent";
        },
      },
    };
    const approve = async (request: ApprovalRequest): Promise<boolean> => {
      asked.push(request);
      await new Promise((resolve) => setTimeout(resolve, 400));
      return request.arguments[0] === "ann";
    };
    const source = `
      const said = [await send("ann")];
      try { await send("bob") } catch (e) { said.push(e.name, e.message) }
      return said;
    `;
    const { value } = await runner.run(source, { tools, approve, deadlineMs: 600 });
    expect(value).toEqual(["sent", "NotApproved", "send was not approved"]);
    expect(sent).toEqual(["ann"]);
    expect(asked.map(({ tool, run, arguments: args }) => [tool, run, args])).toEqual([
      ["send", "program.js", ["ann"]],
      ["send", "program.js", ["bob"]],
    ]);
  });

  it("are not called where nobody approves, whatever is answered", async () => {
    let sent = 0;
    const tools = { send: { asks: true, call: () => ++sent } };
    for (const answer of ["yes", 1, undefined, { then: 1 }]) {
      const approve = (): boolean => answer as unknown as boolean;
      const failure = await failureOf(runner.run("return await send()", { tools, approve }));
      expect(failure.code).toBe("policy-failed");
    }
    const approve = (): boolean => {
      throw new Error("the terminal is gone");
    };
    const failure = await failureOf(runner.run("return await send()", { tools, approve }));
    expect([failure.code, (failure.cause as Error).message]).toEqual([
      "policy-failed",
      "the terminal is gone",
    ]);
    expect(sent).toBe(0);
  });

  it("hear when the run is over", async () => {
    const aborted = Promise.withResolvers<string>();
    const tools = {
      wait(this: { signal: AbortSignal; run: string }) {
        const { signal, run } = this;
        signal.addEventListener("abort", () => aborted.resolve(run));
        return new Promise(() => undefined);
      },
    };
    const failure = await failureOf(
      runner.run("await wait()", { tools, deadlineMs: 500, name: "one.js" }),
    );
    expect(failure.code).toBe("code-deadline");
    expect(await aborted.promise).toBe("one.js");
  });

  it("are in the audit trail, with what they were called with", async () => {
    const audit = ringAudit();
    const tools = {
      read: (path: string) => {
        if (path === "b") throw new Error("no such file");
        return path;
      },
      send: { asks: true, call: () => 1 },
    };
    const source =
      "await read('a'); await read('b').catch(() => 0); await send('\\u202e').catch(() => 0)";
    await runner.run(source, { tools, audit, approve: () => false, name: "note.js" });
    expect(
      audit.entries.map(({ plugin, operation, use, decision, reason }) =>
        [plugin, operation, use, decision, reason].join(" | "),
      ),
    ).toEqual([
      'code/note.js | tool:read | "a" | granted | a program called it',
      'code/note.js | tool:read | "b" | failed | Error: no such file',
      'code/note.js | tool:send | "\\u{202e}" | refused | it was not approved',
    ]);
  });

  it("have names that a program can write", async () => {
    const call = (): number => 1;
    for (const tools of [{ "a b": call }, { class: call }, { a: { "": call } }, { "x;y": call }]) {
      expect((await failureOf(runner.run("1", { tools }))).code).toBe("usage");
    }
    const tools = { $: call, ünï: call, fetch: call, constructor: call, then: call, __proto__: {} };
    const source =
      "return [await $(), await ünï(), await fetch(), await constructor(), await then()]";
    expect((await runner.run(source, { tools })).value).toEqual([1, 1, 1, 1, 1]);
  });

  it("may be replaced by the program for itself alone", async () => {
    const tools = { f: () => "host" };
    expect((await runner.run("f = () => 'mine'; return f()", { tools })).value).toBe("mine");
    expect((await runner.run("return await f()", { tools })).value).toBe("host");
  });
});
