// What ends a program in a process of its own, and that its neighbours there do not notice.
import { expect, it } from "vitest";
import { failureOf, runnerFor } from "./runners.ts";

const runner = runnerFor({ isolation: "process" });

it.each([
  ["a loop", "for (;;);", "code-cpu"],
  ["a microtask loop", "for (;;) await 1", "code-cpu"],
  [
    "a regular expression that backtracks",
    "return /(a+)+$/.test('a'.repeat(40) + '!')",
    "code-cpu",
  ],
  [
    "memory by repetition",
    "const a = []; for (let i = 0; ; i++) a.push('x'.repeat(1e5) + i)",
    "code-memory",
  ],
  [
    "memory by buffers",
    "const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))",
    "code-memory",
  ],
  ["a promise flood of tools", "for (;;) go()", "code-calls"],
  ["a flood of output", "for (;;) console.log('x'.repeat(1000))", "code-output"],
  ["what cannot cross", "return () => 1", "code-value"],
  ["a mistake", "null.x", "code-failed"],
])("%s", async (_, source, code) => {
  const limits = { cpuMs: 500, memoryMiB: 16, tools: { go: () => new Promise(() => {}) } };
  const honest = runner.run("return await ask('a')", { tools: { ask: (text: string) => text } });
  expect((await failureOf(runner.run(source, limits))).code).toBe(code);
  expect((await honest).value).toBe("a");
});
