// The program of a process for guests, which has nothing but pipes to its host (pipes.ts), and of
// the threads beside it.
import process from "node:process";
import { deserialize } from "node:v8";
import { setTimeout } from "node:timers/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { STACK_FRAMES } from "../../threads.ts";
import { GuestThread } from "../../../isolation/guest/guest-thread.ts";
import { RecordKind } from "../../../isolation/wire/records.ts";
import { garbageCollector } from "../guest-thread/collect-garbage.ts";
import { decodeAscii } from "../decode-ascii.ts";
import { letOthersRun } from "../system.ts";
import { NOTHING_INHERITED } from "../worker-entry.ts";
import { PipeAnswers } from "./pipe-answers.ts";
import { readMessages } from "./pipe-input.ts";
import { PipeOutput } from "./pipe-output.ts";
import { memoryWatchThread } from "./memory-watch-thread.ts";
import { GUEST_PROCESS, type SideThread, WATCHES_ITSELF } from "./pipes.ts";
import { endProcess, watchProcess } from "./watch.ts";

function serve(): void {
  // The stack of a trap belongs to its error (component/abi/wasm-stack.ts).
  Error.stackTraceLimit = STACK_FRAMES;
  const flag = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const watchesItself = process.argv.includes(WATCHES_ITSELF);
  const side: SideThread = { [GUEST_PROCESS]: { tag: "watch", flag, watchesItself } };
  const watch = new Worker(new URL(import.meta.url), { workerData: side, ...NOTHING_INHERITED });
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
    others: () => waits.for(letOthersRun()),
    after: (ms) => waits.for(setTimeout(ms)),
    setsAside: true,
    post: (message) => output.post(message as Parameters<PipeOutput["post"]>[0]),
  });
  readMessages({
    idle: () => thread.idle && waits.none,
    take: (kind, number, payload) => {
      // What `deserialize` returns has views of what it was given.
      const message: unknown =
        kind === RecordKind.frames ? payload : deserialize(Uint8Array.from(payload));
      thread.receive({ tenon: number, message });
    },
    ended: endProcess,
  });
}

function isSide(data: unknown): data is SideThread {
  return typeof (data as Partial<SideThread> | null)?.[GUEST_PROCESS] === "object";
}

function serveBeside({ [GUEST_PROCESS]: what }: SideThread): void {
  if (what.tag === "watch") watchProcess(what.flag, what.watchesItself);
  else parentPort!.on("message", memoryWatchThread());
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

// Nothing happens where an application imports the module.
if (isMainThread && process.argv[2] === GUEST_PROCESS) serve();
else if (isSide(workerData)) serveBeside(workerData);
