// An application, a preloaded tool or a library may post to any worker that the process starts.
import process from "node:process";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { createHost, grantAll, type Host } from "../../src/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { manifestText } from "../manifest-text.ts";
import { foreignMessages } from "./foreign-messages.ts";
import { misdeedGuest } from "./misdeed.ts";
import { misdeedHost } from "./misdeed-host.ts";
import { honestCall } from "./neighbours.ts";

// Every worker of the process, as it is made.
function workersMade(): Worker[] {
  const made: Worker[] = [];
  const note = (worker: Worker): void => void made.push(worker);
  process.on("worker", note);
  onTestFinished(() => void process.off("worker", note));
  return made;
}

function post(workers: readonly Worker[]): void {
  for (const worker of workers) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    for (const message of foreignMessages) worker.postMessage(message);
  }
}

async function hostOf(entry?: URL): Promise<Host> {
  const ticker = nodeTicker();
  const threads = nodeThreads({ ticker, ...(entry && { entry }) });
  const host = createHost({
    platform: { ...nodePlatform(), ticker, threads: { ...threads, size: 1 } },
    policy: grantAll([], "any"),
    interfaces: [misdeedHost().definition],
    limits: { eventMs: 300 },
  });
  onTestFinished(async () => {
    await host[Symbol.asyncDispose]();
    await ticker[Symbol.asyncDispose]();
  });
  for (const name of ["honest", "looping"]) {
    const guest = await misdeedGuest(name === "looping" ? { handle: "(loop $l (br $l))" } : {});
    const manifest = manifestText(`test/${name}`, { activation: [`event:${name}.poke`] });
    await host.install(guest, { manifest });
  }
  return host;
}

test("what others post to the threads of guests and to the ticker is ignored", async () => {
  const workers = workersMade();
  const host = await hostOf();
  // The first time each is started, and before it has done anything.
  const first = honestCall(host, "event:honest.poke");
  await new Promise<void>((resolve) => void setTimeout(resolve, 1));
  post(workers);
  await first;
  expect(workers.length).toBeGreaterThanOrEqual(2);
  for (let times = 0; times < 5; times++) {
    post(workers);
    await honestCall(host, "event:honest.poke");
  }
  // Its slices still come, so that a loop is stopped and its neighbour answers meanwhile.
  await honestCall(host, "event:looping.poke");
  const loop = host.dispatch("event:looping.poke");
  post(workers);
  await honestCall(host, "event:honest.poke");
  expect((await loop).plugins[0]).toMatchObject({ error: { code: "plugin-deadline" } });
  expect(host.plugin("test/honest")).toMatchObject({ starts: 1, crashes: 0 });
});

test("what others post to the host from a guests' thread is ignored", async () => {
  const host = await hostOf(new URL("./talkative-entry.ts", import.meta.url));
  for (let times = 0; times < 20; times++) await honestCall(host, "event:honest.poke");
  await honestCall(host, "event:looping.poke");
  const { plugins } = await host.dispatch("event:looping.poke");
  expect(plugins[0]).toMatchObject({ error: { code: "plugin-deadline" } });
  await honestCall(host, "event:honest.poke");
  expect(host.plugin("test/honest")).toMatchObject({ starts: 1, crashes: 0 });
});
