import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { AuditEntry, HostEvent } from "../../src/index.ts";
import { callerIsolate, type Isolate } from "../../src/isolation/isolate.ts";
import { contained } from "../../src/platform/node/contained/contained.ts";
import { runJob } from "../../src/platform/node/contained/run-job.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig } from "./rig.ts";

const plugin = (name: string) =>
  readFile(join(import.meta.dirname, `../../plugins-rs/${name}/${name}.wasm`));

let state: string;
let hostile: Uint8Array;
let wordCount: Uint8Array;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "tenon-isolation-"));
  [hostile, wordCount] = await Promise.all([plugin("hostile"), plugin("word-count")]);
});
afterAll(() => rm(state, { recursive: true }));

const isolates: Record<string, () => Isolate> = {
  caller: () => callerIsolate((job, reports) => runJob(job, nodePlatform({ state }), reports)),
  worker: () => contained({ state }),
};

describe.each(Object.keys(isolates))("%s: isolate", (name) => {
  function isolate(): Isolate {
    const made = isolates[name]!();
    onTestFinished(() => made[Symbol.asyncDispose]());
    return made;
  }

  test("runs one command and answers with its value and its numbers", async () => {
    const answer = await isolate().run({
      bytes: wordCount,
      command: "word-count.count",
      input: { text: "one two three" },
    });
    expect(answer.value).toMatchObject({ words: 3 });
    expect(answer.numbers).toMatchObject({ starts: 1, crashes: 0 });
    expect(answer.numbers.memoryBytes).toBeGreaterThan(65_536);
    expect(answer.text).toBeUndefined();
  });

  test("hands a document over and gives its text back", async () => {
    const text = "one two\n";
    const document = { uri: "file:///a.txt", text };
    const answer = await isolate().run({ bytes: wordCount, command: "word-count.count", document });
    expect(answer.value).toMatchObject({ words: 2 });
    expect(answer.text).toBe(text);
  });

  test("tells what happens and what was refused", async () => {
    const events: HostEvent[] = [];
    const entries: AuditEntry[] = [];
    await isolate().run(
      { bytes: hostile, command: "hostile.trespass" },
      { on: (event) => events.push(event), audit: (entry) => entries.push(entry) },
    );
    expect(events.map(({ tag }) => tag)).toEqual(
      expect.arrayContaining(["installed", "started", "call"]),
    );
    const refused = entries.filter(({ decision }) => decision === "refused");
    expect(refused.length).toBeGreaterThan(8);
  });

  test("grants what the job says and no more", async () => {
    const { value } = await isolate().run({
      bytes: hostile,
      command: "hostile.trespass",
      grants: { allow: ["bus"] },
    });
    expect(value).toMatchObject({ bus: "allowed", kv: "denied", http: "denied" });
  });

  test("fails with the code, the plugin and the operation", async () => {
    const error = await failure("plugin-crashed", () =>
      isolate().run({ bytes: hostile, command: "hostile.trap" }),
    );
    expect(error).toMatchObject({ plugin: "tenon/hostile", operation: "command:hostile.trap" });
    expect(error.data["fault"]).toBe("guest");
    await failure("command-unknown", () => isolate().run({ bytes: hostile, command: "no.such" }));
    await failure("package-malformed", () =>
      isolate().run({ bytes: hostile.subarray(0, 4000), command: "hostile.trap" }),
    );
  });
});

describe("a worker", () => {
  function worker(): Isolate {
    const made = contained({ state });
    onTestFinished(() => made[Symbol.asyncDispose]());
    return made;
  }

  test("ends an endless loop at its deadline, while the rest of the host goes on", async () => {
    const made = await rig();
    const loop = failure("plugin-deadline", () =>
      worker().run({ bytes: hostile, command: "hostile.loop", deadlineMs: 300 }),
    );
    expect(await bystanderAnswers(made)).toBe(true);
    await loop;
    expect(await bystanderAnswers(made)).toBe(true);
  });

  test("ends a loop in activate too", async () => {
    await failure("plugin-deadline", () =>
      worker().run({
        bytes: hostile,
        command: "hostile.behave",
        settings: { activate: "loop" },
        deadlineMs: 300,
      }),
    );
  });

  test("ends when it is called off", async () => {
    const controller = new AbortController();
    const run = failure("command-cancelled", () =>
      worker().run(
        { bytes: hostile, command: "hostile.loop", deadlineMs: 60_000 },
        { signal: controller.signal, on: ({ tag }) => tag === "started" && controller.abort() },
      ),
    );
    await run;
  });

  test("that is out of memory is ended, and says so", async () => {
    const error = await failure("plugin-crashed", () =>
      worker().run({
        bytes: hostile,
        command: "hostile.overlapping-list",
        input: { count: 100_000 },
        deadlineMs: 20_000,
      }),
    );
    expect(error.data["fault"]).toBe("limit");
  });

  test("is ended with the isolate", async () => {
    const made = contained({ state });
    const run = failure("isolate-failed", () =>
      made.run({ bytes: hostile, command: "hostile.loop", deadlineMs: 60_000 }),
    );
    await made[Symbol.asyncDispose]();
    await run;
  });

  test("takes only what can be sent to it", async () => {
    await failure("isolate-failed", () =>
      worker().run({ bytes: hostile, command: "hostile.behave", input: () => 1 }),
    );
  });
});
