// What a process for guests starts with, and the threads beside it: each loads its own program.
import { closeSync } from "node:fs";
import process from "node:process";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { GUEST_PROCESS, inheritedOf, type SideThread } from "./pipes.ts";

// Nothing happens where an application imports the module.
if (isMainThread && process.argv[2] === GUEST_PROCESS) {
  // The host itself was started with them, and they are not marked as its own.
  for (const file of inheritedOf(process.argv)) closeSync(file);
  const { serve } = await import("./serve.ts");
  serve(new URL(import.meta.url));
} else if (isSide(workerData)) {
  await serveBeside(workerData);
}

function isSide(data: unknown): data is SideThread {
  return typeof (data as Partial<SideThread> | null)?.[GUEST_PROCESS] === "object";
}

async function serveBeside({ [GUEST_PROCESS]: what }: SideThread): Promise<void> {
  if (what.tag === "watch") {
    const { watchProcess } = await import("./watch.ts");
    watchProcess(what.flag, what.watchesItself);
  } else {
    const { memoryWatchThread } = await import("./memory-watch-thread.ts");
    parentPort!.on("message", memoryWatchThread());
  }
}
