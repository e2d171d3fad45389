// What a process costs without anything of ours in it: the same pipes, read and written in the same
// way.
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { setPriority } from "node:os";

// Echoes what it reads. A message of one byte asks the parent as often as the next byte says.
const SOURCE = `
const { readSync, writeSync } = require("node:fs");
const chunk = new Uint8Array(256 * 1024);
const answer = new Uint8Array(64);
const next = () => {
  const length = readSync(3, chunk);
  if (length === 0) process.exit();
  if (length === 2) {
    for (let left = chunk[1]; left > 0; left--) {
      writeSync(3, chunk, 0, 32);
      readSync(4, answer);
    }
    writeSync(3, chunk, 0, 2);
  } else writeSync(3, chunk, 0, length);
  setImmediate(next);
};
next();`;

/** As many bytes as a call of ours has on its way there. */
const CALL_BYTES = 40;

export interface BareProcess extends AsyncDisposable {
  readonly pid: number;
  echo(): Promise<number>;
  askParent(times: number): Promise<number>;
}

export function bareProcess(): BareProcess {
  const child = spawn(process.execPath, ["-e", SOURCE], {
    env: {},
    stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
  });
  // As a process for guests has it.
  setPriority(child.pid!, 5);
  const [, , , messages, answers] = child.stdio as unknown as readonly Socket[];
  let heard: (length: number) => void = () => {};
  let asked: (() => void) | undefined;
  messages!.on("data", (chunk: Uint8Array) => {
    if (chunk.length !== 32 || asked === undefined) heard(chunk.length);
    else asked();
  });
  const call = new Uint8Array(CALL_BYTES);
  const answer = new Uint8Array(20);
  const say = (bytes: Uint8Array): Promise<number> =>
    new Promise((resolve) => {
      heard = resolve;
      messages!.write(bytes);
    });
  return {
    pid: child.pid!,
    async echo() {
      await say(call);
      return 5;
    },
    async askParent(times) {
      asked = () => void answers!.write(answer);
      await say(Uint8Array.of(0, times));
      asked = undefined;
      return 3 * times;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        child.once("close", resolve);
        child.kill("SIGKILL");
        for (const pipe of [messages!, answers!]) pipe.resume();
      });
    },
  };
}
