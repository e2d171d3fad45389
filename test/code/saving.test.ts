// A program that waits is saved to bytes, and goes on elsewhere as if nothing had happened.
import { describe, expect, it } from "vitest";
import { type CodeRunner, createCodeRunner } from "../../src/platform/node/code/index.ts";
import { randomFrom } from "../seeded-random.ts";
import { failureOf, ALL_PLACES, runnerFor } from "./runners.ts";

const never = (): Promise<never> => new Promise(() => undefined);

/** Resolves when the tool has been called so often. */
function waits(times = 1): { readonly tool: () => Promise<never>; readonly called: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = times;
  const tool = (): Promise<never> => {
    if (--left === 0) resolve();
    return never();
  };
  return { tool, called: promise };
}

const STORY = `
  const began = [Date.now(), Math.random(), performance.now(), crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint8Array(4)).join()];
  const found = await Promise.all([look("a"), look("b"), new Promise((go) => setTimeout(go, 5, "slept"))]);
  console.log("found", found.join());
  const answer = await person("go on?");
  console.log("answered", answer);
  const last = await look("c");
  return { began, found, answer, last, count: ++globalThis.count || "none" };
`;

describe.each(ALL_PLACES)("a saved program (%s)", (isolation) => {
  const runner = runnerFor({ isolation });
  const other = runnerFor({ isolation });

  const until = async (where: CodeRunner, source: string, seen: string[]): Promise<Uint8Array> => {
    const { tool, called } = waits();
    const look = async (what: string): Promise<string> => (seen.push(what), what.toUpperCase());
    const begun = where.begin(source, { tools: { look, person: tool }, name: "story.js" });
    await called;
    const saved = await begun.save();
    expect((await failureOf(begun.result)).code).toBe("code-saved");
    return saved;
  };

  it("goes on where it was, and calls nothing again that was answered", async () => {
    const seen: string[] = [];
    const saved = await until(runner, STORY, seen);
    expect(seen).toEqual(["a", "b"]);
    expect(await runner.waiting(saved)).toEqual([
      { call: expect.any(Number), tool: "person", arguments: ["go on?"] },
    ]);
    const again: string[] = [];
    const look = async (what: string): Promise<string> => (again.push(what), what.toUpperCase());
    const asked: string[] = [];
    const person = async (text: string): Promise<string> => (asked.push(text), "yes");
    const resumed = await other.resume(saved, { tools: { look, person } });
    const { value, output, usage } = await resumed.result;
    expect(value).toMatchObject({
      found: ["A", "B", "slept"],
      answer: "yes",
      last: "C",
      count: "none",
    });
    expect([again, asked]).toEqual([["c"], ["go on?"]]);
    expect(output.map(({ text }) => text)).toEqual(["found A,B,slept", "answered yes"]);
    expect(usage.calls).toEqual({ look: 3, person: 1 });
  });

  it("is told the same times and random numbers", async () => {
    const source = `const all = [Date.now(), Math.random(), performance.now()];
      await first(JSON.stringify(all));
      return JSON.stringify(all);`;
    let told = "";
    const called = Promise.withResolvers<void>();
    const first = (text: string): Promise<never> => {
      told = text;
      called.resolve();
      return never();
    };
    const begun = runner.begin(source, { tools: { first } });
    await called.promise;
    const saved = await begun.save();
    const resumed = await other.resume(saved, { tools: { first: (text: string) => text } });
    expect((await resumed.result).value).toBe(told);
  });

  it("may have its calls answered in place of being made", async () => {
    const saved = await until(runner, STORY, []);
    const [waiting] = await other.waiting(saved);
    const person = (): never => {
      throw new Error("called");
    };
    const look = (what: string): string => what;
    const answers = new Map([[waiting!.call, "from elsewhere"]]);
    const resumed = await other.resume(saved, { tools: { look, person }, answers });
    expect((await resumed.result).value).toMatchObject({ answer: "from elsewhere", last: "c" });
  });

  it("can be saved again and again", async () => {
    let saved: Uint8Array | undefined;
    let made = 0;
    const source = "let sum = 0; for (let i = 0; i < 6; i++) { sum += await step(i); } return sum";
    for (let round = 0; ; round += 1) {
      const called = Promise.withResolvers<void>();
      const step = (i: number): Promise<number> | number => {
        if (i < round) return i;
        made += 1;
        called.resolve();
        return i === 5 && round === 5 ? 5 : never();
      };
      const tools = { step };
      const begun =
        saved === undefined
          ? runner.begin(source, { tools })
          : await other.resume(saved, { tools });
      if (round === 5) {
        expect((await begun.result).value).toBe(15);
        break;
      }
      await called.promise;
      saved = await begun.save();
    }
    expect(made).toBe(6);
  });

  it("is not saved while it waits for a tool that answers at once, nor after its end", async () => {
    let failure: Promise<unknown> | undefined;
    const tools = {
      at: { call: () => void (failure ??= failureOf(begun.save())), sync: true },
    };
    const begun = runner.begin("at(); return 7", { tools });
    expect((await begun.result).value).toBe(7);
    expect(await failure).toMatchObject({ code: "code-not-saved" });
    expect((await failureOf(begun.save())).code).toBe("code-not-saved");
    expect((await runner.run("1 + 1")).value).toBe(2);
  });

  it("keeps its globals", async () => {
    const { tool, called } = waits();
    const begun = runner.begin("await go(); return input.n + 1", {
      tools: { go: tool },
      globals: { input: { n: 6 } },
    });
    await called;
    const resumed = await other.resume(await begun.save(), { tools: { go: () => undefined } });
    expect((await resumed.result).value).toBe(7);
  });

  it("that asks a person asks again, and limits count what was made before", async () => {
    const { tool, called } = waits();
    const source =
      "await look(1); await look(2); await person(); try { await look(3) } catch (e) { return e.name }";
    const look = { call: (n: number) => n, calls: 2 };
    const begun = runner.begin(source, { tools: { look, person: tool } });
    await called;
    const saved = await begun.save();
    const asked: string[] = [];
    const approve = ({ tool: name }: { readonly tool: string }): boolean => asked.push(name) > 0;
    const person = { call: () => 1, asks: true };
    const resumed = await other.resume(saved, { tools: { look, person }, approve });
    expect((await resumed.result).value).toBe("RangeError");
    expect(asked).toEqual(["person"]);
  });
});

describe("random programs", () => {
  const runner = runnerFor({ isolation: "caller" });

  it("answer the same, saved at any of their waits", async () => {
    const random = randomFrom(14);
    for (let round = 0; round < 60; round += 1) {
      const steps = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        const width = 1 + Math.floor(random() * 4);
        const kind = Math.floor(random() * 3);
        const calls = Array.from({ length: width }, (_, at) => `step(${at})`).join();
        if (kind === 0) return `all.push(await Promise.all([${calls}]));`;
        if (kind === 1)
          return `all.push(await Promise.race([${calls}])); all.push(Math.random() < 1);`;
        return `try { all.push(await step("bad")) } catch (e) { all.push(e.message, Date.now()) }`;
      });
      const source = `const all = []; ${steps.join(" ")} return JSON.stringify(all.length) + all.filter((x) => typeof x !== "number" || x < 1e9);`;
      const answer = (what: unknown): unknown => {
        if (what === "bad") throw new Error("bad step");
        return what;
      };
      const straight = await runner.run(source, { tools: { step: answer } });
      // Saved before each call that is not there yet.
      const stop = Math.floor(random() * 6);
      let made = 0;
      const stopped = Promise.withResolvers<void>();
      const step = (what: unknown): unknown => {
        if (made++ < stop) return answer(what);
        stopped.resolve();
        return never();
      };
      const begun = runner.begin(source, { tools: { step } });
      await Promise.race([begun.result, stopped.promise]);
      const saved = await begun.save().catch(() => undefined);
      if (saved === undefined) {
        expect((await begun.result).value).toEqual(straight.value);
        continue;
      }
      const resumed = await runner.resume(saved, { tools: { step: answer } });
      expect((await resumed.result).value, source).toEqual(straight.value);
    }
  });
});

describe("bytes that are no saved program", () => {
  const runner = runnerFor({ isolation: "caller" });
  const tools = { go: () => 1 };

  async function saved(): Promise<Uint8Array> {
    const { tool, called } = waits();
    const begun = runner.begin("return await go()", { tools: { go: tool } });
    await called;
    return await begun.save();
  }

  it("are refused, whatever they are, and harm nobody", async () => {
    const bytes = await saved();
    const random = randomFrom(15);
    const flipped = Array.from({ length: 200 }, () => {
      const copy = bytes.slice();
      copy[Math.floor(random() * copy.length)]! ^= 1 + Math.floor(random() * 255);
      return copy;
    });
    const cut = [0, 1, 31, 32, 33, bytes.length - 1].map((length) => bytes.slice(0, length));
    for (const one of [...flipped, ...cut, "text" as unknown as Uint8Array]) {
      expect((await failureOf(runner.resume(one, { tools }))).code).toBe("code-saved-wrong");
    }
    const resumed = await runner.resume(bytes, { tools });
    expect((await resumed.result).value).toBe(1);
  });

  it("that were written by somebody else end their own run, if they are read at all", async () => {
    const bytes = await saved();
    const random = randomFrom(16);
    for (let round = 0; round < 300; round += 1) {
      const body = bytes.slice(32);
      body[Math.floor(random() * body.length)]! ^= 1 + Math.floor(random() * 255);
      const forged = new Uint8Array(bytes.length);
      forged.set(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
      forged.set(body, 32);
      try {
        const resumed = await runner.resume(forged, { tools, cpuMs: 500, deadlineMs: 2_000 });
        await resumed.result;
      } catch (error) {
        expect((error as { readonly code: string }).code).toMatch(/^(?:code-|usage)/u);
      }
    }
    expect((await runner.run("1 + 1")).value).toBe(2);
  });

  it("of other tools are refused, and name those that they had", async () => {
    const bytes = await saved();
    for (const others of [{}, { stop: () => 1 }, { go: () => 1, more: () => 2 }]) {
      const failure = await failureOf(runner.resume(bytes, { tools: others }));
      expect(failure).toMatchObject({ code: "code-saved-wrong", data: { tools: ["go"] } });
    }
  });

  it("nor is a program that was told too much", async () => {
    const { tool, called } = waits();
    const big = (): Uint8Array => new Uint8Array(6 << 20);
    const source = "for (let i = 0; i < 3; i++) await big(); await go(); return 1";
    const begun = runner.begin(source, { tools: { big, go: tool } });
    await called;
    expect((await failureOf(begun.save())).code).toBe("code-not-saved");
    await using closing = createCodeRunner({ isolation: "caller" });
    expect((await closing.run("2")).value).toBe(2);
  });
});
