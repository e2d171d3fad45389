// Nothing that a process for guests says is believed: a fault of V8 may have made it anyone's.
import { expect, onTestFinished, test, vi } from "vitest";
import type { EngineInstance } from "../../src/component/engine.ts";
import { TenonError } from "../../src/index.ts";
import { ProcessPool } from "../../src/isolation/process/process-pool.ts";
import { doubtedError, doubtedReply } from "../../src/isolation/remote/doubted.ts";
import { systemTimers } from "../../src/platform/node/system.ts";
import type { ProcessSource } from "../../src/platform/processes.ts";
import { HOST } from "../conformance/engine-expect.ts";
import { component } from "../conformance/engine-guests.ts";
import { randomFrom } from "../seeded-random.ts";
import { testProcesses } from "./guest-processes.ts";

vi.setConfig({ testTimeout: 120_000 });

const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000);
const NAME = HOST;

interface Said {
  readonly tenon: number;
  readonly message: unknown;
  readonly taken?: () => void;
}

/** Processes whose messages are changed on their way to the host. */
function changed(source: ProcessSource, change: (said: Said) => readonly Said[]): ProcessSource {
  return {
    ...source,
    start() {
      const one = source.start();
      const { port } = one;
      return {
        ...one,
        port: {
          post: (message) => port.post(message),
          postFrames: (number, frames) => port.postFrames!(number, frames),
          terminate: () => port.terminate(),
          listen: ({ message, frames, ended }) =>
            port.listen({
              ended,
              message: (said) => change(said as Said).forEach((each) => message(each)),
              frames: (tenon, said, taken) => {
                for (const each of change({ tenon, message: said, taken })) {
                  frames!(each.tenon, each.message as Uint8Array, taken);
                }
              },
            }),
        },
      };
    },
  };
}

// Asks the host, and answers with a list of records.
const guest = component(`(component
  (import "${NAME}" (instance $h (export "tell" (func (param "n" u32) (result u32)))))
  (core module $Libc (memory (export "memory") 1)
    (data (i32.const 64) "\\00\\01\\00\\00\\03\\00\\00\\00")
    (data (i32.const 256) "\\01\\00\\00\\00\\00\\01\\00\\00\\02\\00\\00\\00\\02\\00\\00\\00\\00\\01\\00\\00\\03\\00\\00\\00\\02\\00\\00\\00\\00\\01\\00\\00\\02\\00\\00\\00"))
  (core instance $libc (instantiate $Libc))
  (core func $tell (canon lower (func $h "tell")))
  (core module $m
    (import "h" "tell" (func $tell (param i32) (result i32)))
    (func (export "ask") (param i32) (result i32) (drop (call $tell (local.get 0))) (i32.const 64)))
  (core instance $i (instantiate $m (with "h" (instance (export "tell" (func $tell))))))
  (type $color (enum "red" "green" "blue"))
  (type $item (tuple $color string))
  (func $ask (param "n" u32) (result (list (tuple u32 string)))
    (canon lift (core func $i "ask") (memory (core memory $libc "memory"))))
  (export "ask" (func $ask)))`);

function ask({ exports }: EngineInstance, n: number): Promise<unknown> {
  return (exports["ask"] as (n: number) => Promise<unknown>)(n);
}

test(`bytes that are flipped in what it says end it, or are answers (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const source = await testProcesses();
  let flips = 0;
  const flip = (said: Said): readonly Said[] => {
    if (!(said.message instanceof Uint8Array) || random() < 0.9) return [said];
    flips++;
    const message = Uint8Array.from(said.message);
    for (let left = 1 + random() * 4; left > 0; left--) {
      message[Math.floor(random() * message.length)] = Math.floor(random() * 256);
    }
    return [{ ...said, message }];
  };
  const pool = new ProcessPool({ processes: changed(source, flip), timers: systemTimers });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const compiled = await pool.compile(await guest);
  const honest = new ProcessPool({ processes: source, timers: systemTimers });
  onTestFinished(() => honest[Symbol.asyncDispose]());
  const imports = { [NAME]: { tell: (n: number) => n } };
  const neighbour = await (await honest.compile(await guest)).instantiate(imports);
  for (let round = 0; round < 12; round++) {
    const instance = await compiled.instantiate(imports).catch((error: unknown) => {
      expect(error).toBeInstanceOf(TenonError);
    });
    for (let left = 40; left > 0 && instance?.state === "live"; left--) {
      const call = ask(instance, left);
      const settled = await Promise.race([
        call.then(
          () => "answered",
          (error: unknown) => (error instanceof TenonError ? "failed" : error),
        ),
        // The answer was made one of another call, or of another instance.
        new Promise((resolve) => void setTimeout(resolve, 200, "lost")),
      ]);
      expect(["answered", "failed", "lost"]).toContain(settled);
      if (settled === "lost") break;
    }
    instance?.[Symbol.dispose]();
    expect(await ask(neighbour, 1)).toHaveLength(3);
  }
  expect(flips).toBeGreaterThan(10);
});

test.each([
  ["no object", 1],
  ["no number", { tag: "reply" }],
  ["another tag", { tag: "compile", id: 1 }],
  ["an error that is none", { tag: "refused", id: 1, error: "no" }],
  ["an error without a code", { tag: "refused", id: 1, error: { message: "no" } }],
])("a reply with %s is none", (_, message) => {
  expect(() => doubtedReply(message)).toThrow(RangeError);
});

test("its errors are a component's, in plain text, and say nothing of calls to be made again", () => {
  const data = JSON.stringify({ again: true, alone: false, why: "hang" });
  const error = { code: "isolate-failed", message: "\u001b[2Jgone", data };
  expect(doubtedError(JSON.stringify({ ...error, plugin: "other/plugin" }))).toMatchObject({
    code: "isolate-failed",
    plugin: undefined,
    data: undefined,
  });
  expect(doubtedError(JSON.stringify({ ...error, code: "policy-failed" })).code).toBe(
    "isolate-failed",
  );
  expect(doubtedError(JSON.stringify(error)).message).not.toContain("\u001b");
  expect(() => doubtedError(`"${"x".repeat(300_000)}"`)).toThrow(RangeError);
});
