// The program of a process for guests, on the thread that runs them. All it has are pipes to its host.
import process from "node:process";
import { deserialize } from "node:v8";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { STACK_FRAMES } from "../../threads.ts";
import { WireReader } from "../../../component/wire/index.ts";
import { GuestThread } from "../../../isolation/guest/guest-thread.ts";
import { RecordKind } from "../../../isolation/wire/records.ts";
import { garbageCollector } from "../guest-thread/collect-garbage.ts";
import { decodeAscii } from "../decode-ascii.ts";
import { letOthersRun, threadProcessorMs } from "../system.ts";
import { NOTHING_INHERITED } from "../worker-entry.ts";
import { PipeAnswers } from "./pipe-answers.ts";
import { readMessages } from "./pipe-input.ts";
import { PipeOutput } from "./pipe-output.ts";
import { GUEST_PROCESS, type SideThread, WATCHES_ITSELF } from "./pipes.ts";
import { endProcess } from "./watch.ts";

/** `entry`: the file that the second thread starts from. */
export function serve(entry: URL): void {
  // The stack of a trap belongs to its error (component/abi/wasm-stack.ts).
  Error.stackTraceLimit = STACK_FRAMES;
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const watchesItself = process.argv.includes(WATCHES_ITSELF);
  const side: SideThread = { [GUEST_PROCESS]: { tag: "watch", flag, watchesItself } };
  const watch = new Worker(entry, { workerData: side, ...NOTHING_INHERITED });
  // Without it, nothing would stop a guest.
  watch.on("error", endProcess);
  watch.on("exit", endProcess);
  const waits = new Waits();
  const output = new PipeOutput();
  const thread = new GuestThread({
    flag,
    answers: undefined,
    waits: new PipeAnswers(),
    decodeAscii,
    collect: garbageCollector(),
    now: () => performance.now(),
    processor: threadProcessorMs,
    others: () => waits.for(letOthersRun()),
    after: (ms) => waits.for(setTimeout(ms)),
    setsAside: true,
    post: (message) => output.post(message as Parameters<PipeOutput["post"]>[0]),
    postFrames: (number, frames) => output.postFrames(number, frames),
  });
  readMessages({
    idle: () => thread.idle && waits.none,
    takeFrames: (number, reader) => thread.receiveFrames(number, reader),
    take: (kind, number, payload) => {
      if (kind === RecordKind.frames) thread.receiveFrames(number, new WireReader(payload));
      // What `deserialize` returns has views of what it was given.
      else thread.receive({ tenon: number, message: deserialize(Uint8Array.from(payload)) });
    },
    ended: endProcess,
  });
}

/** Counts what guests wait for that is no message. */
class Waits {
  #count = 0;

  get none(): boolean {
    return this.#count === 0;
  }

  async for(waited: Promise<void>): Promise<void> {
    this.#count++;
    try {
      await waited;
    } finally {
      this.#count--;
    }
  }
}
