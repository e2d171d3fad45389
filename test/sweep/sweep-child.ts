// One host with honest neighbours, for as many cases as it survives. Cases come as messages.
import { readFileSync } from "node:fs";
import { createHost } from "../../src/host/host.ts";
import { grantAll, type Host, memoryKeyValue, TenonError } from "../../src/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { manifestText } from "../manifest-text.ts";
import { later, Neighbourhood } from "./neighbourhood.ts";
import {
  DEADLINE_MS,
  type Ending,
  type Outcome,
  type Refusal,
  type Siege,
  type Task,
} from "./outcome.ts";
import { EVENTS, rogueComponent, type RogueEvent } from "./rogue.ts";
import { watchedThreads } from "./guest-threads.ts";
import { Machine } from "./machine.ts";
import { forgetPeak, peakResident, threadsTime } from "./threads-time.ts";

const CALM_MS = 500;
// The neighbours are watched for this long at least, so that a percentile says something.
const LEAST_MS = 800;
const NEIGHBOURS = ["by0", "by1", "by2"];
const neighbourEvents = NEIGHBOURS.map((name) => eventOf(name, "poke"));

const ticker = nodeTicker();
const { threads, guests } = watchedThreads(nodeThreads({ ticker }), Number(process.argv[2]));
// Threads for guests keep no process alive.
const machine = new Machine(guests);
const alive = setInterval(() => {}, 60_000);
process.once("disconnect", () => clearInterval(alive));
const host = await openHost();
process.on("message", (task: Task) => {
  void run(task).then((outcome) =>
    process.send!(outcome, undefined, {}, () => {
      if (outcome.exiting === true) process.exit();
    }),
  );
});
process.send!("ready");

async function openHost(): Promise<Host> {
  const host = createHost({
    platform: {
      ...nodePlatform(),
      ticker,
      threads,
      keyValue: memoryKeyValue(),
    },
    policy: grantAll([], "any"),
    limits: {
      // Every case is to meet a fresh instance.
      crashes: { crashes: 100_000, withinMs: 1_000 },
      breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      graceMs: DEADLINE_MS,
    },
  });
  const honest = await rogueComponent("by0", {});
  for (const name of NEIGHBOURS) await host.install(honest, { manifest: manifestOf(name) });
  for (const event of neighbourEvents) await host.dispatch(event);
  return host;
}

async function run({
  name,
  accepted,
  refused,
  events,
  probe,
  exit,
  more = [],
}: Task): Promise<Outcome> {
  try {
    if (probe) return { name, started: await start(readFileSync(accepted!)) };
    if (exit) {
      await besiege([readFileSync(accepted!)], events, false);
      return { name, exiting: true };
    }
    const refusal = refused === undefined ? undefined : await refuse(readFileSync(refused));
    const siege =
      accepted === undefined
        ? undefined
        : await besiege(
            [accepted, ...more].map((file) => readFileSync(file)),
            events,
          );
    return { name, refusal, siege };
  } catch (error) {
    return { name, error: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

async function start(bytes: Uint8Array): Promise<string> {
  try {
    await host.install(bytes, { manifest: manifestOf("rogue") });
    const { outcome } = await send("poke");
    await host.uninstall("test/rogue");
    return outcome;
  } catch (error) {
    return error instanceof Error ? innermost(error) : String(error);
  }
}

// Whether it is refused when it is installed, or when it is first started.
async function refuse(bytes: Uint8Array): Promise<Refusal> {
  let best: Refusal | undefined;
  // Other processes use the machine, too.
  for (let attempt = 0; attempt < 3; attempt++) {
    const neighbours = new Neighbourhood(host, neighbourEvents, machine);
    await later(30);
    neighbours.look();
    const started = machine.now();
    const error = await refusalOf(bytes);
    const ms = machine.took(started, machine.now());
    await later(10);
    const { loopMs } = neighbours.look();
    await neighbours.stop();
    const code = error instanceof TenonError ? error.code : "none";
    const message = error instanceof Error ? innermost(error) : "it is accepted";
    if (best === undefined || ms < best.ms)
      best = { code, message, ms, loopMs, bytes: bytes.length };
    if (ms < 25 && loopMs < 25) break;
  }
  return best!;
}

async function refusalOf(bytes: Uint8Array): Promise<unknown> {
  try {
    await host.install(bytes, { manifest: manifestOf("rogue") });
  } catch (error) {
    return error;
  }
  try {
    const { plugins } = await host.dispatch(eventOf("rogue", "poke"));
    const [one] = plugins;
    return one?.tag === "failed" ? one.error : undefined;
  } finally {
    await host.uninstall("test/rogue");
  }
}

// With the names of what caused it.
function innermost(error: Error): string {
  const data = error instanceof TenonError ? ` ${JSON.stringify(error.data).slice(0, 300)}` : "";
  const cause = error.cause instanceof Error ? ` <- ${innermost(error.cause)}` : "";
  return `${error.message.slice(0, 300)}${data}${cause}`;
}

// `rogues`: each one's component. Unless it is `watched` to the end, V8 is at work when this returns.
async function besiege(
  rogues: readonly Uint8Array[],
  events: readonly RogueEvent[],
  watched = true,
): Promise<Siege> {
  const names = rogues.map((_, index) => rogueName(index));
  await quiet();
  globalThis.gc?.();
  const startsBefore = starts();
  const resident = process.memoryUsage.rss() / 1e6;
  const neighbours = new Neighbourhood(host, neighbourEvents, machine);
  await later(100);
  neighbours.look();
  await later(CALM_MS);
  const calm = neighbours.look();
  forgetPeak();
  const before = threadsTime();
  const began = performance.now();
  let installed = began;
  let startCpu = 0;
  const endings: Ending[] = [];
  try {
    for (const [index, bytes] of rogues.entries()) {
      await host.install(bytes, { manifest: manifestOf(names[index]!) });
    }
    installed = performance.now();
    for (const event of ["poke", ...events] as const) {
      endings.push(...(await Promise.all(names.map((name) => send(event, name)))));
      if (event === "poke") startCpu = busy(before);
    }
    if (watched) await later(LEAST_MS - (performance.now() - began));
  } catch (error) {
    endings.push({
      event: "poke",
      ms: 0,
      deadlineMs: 0,
      outcome: error instanceof Error ? innermost(error) : String(error),
    });
  }
  const during = neighbours.look();
  await neighbours.stop();
  const stopped = performance.now();
  if (watched) await quiet();
  const tailMs = performance.now() - stopped;
  const optimiseCpu = threadsTime().compilers - before.compilers;
  for (const { name } of host.plugins()) {
    if (watched && names.includes(name.slice("test/".length))) await host.uninstall(name);
  }
  return {
    bytes: rogues[0]!.length,
    installMs: installed - began,
    endings,
    calm: calm.latency,
    during: during.latency,
    failed: during.failed,
    restarts: starts() - startsBefore,
    calmLoopMs: calm.loopMs,
    loopMs: during.loopMs,
    others: during.others,
    peakMB: peakResident() - resident,
    startCpu,
    optimiseCpu,
    tailMs,
  };
}

// Of one length, by which it tells events apart.
function rogueName(index: number): string {
  return index === 0 ? "rogue" : `rogu${index}`;
}

async function send(event: RogueEvent, rogue = "rogue"): Promise<Ending> {
  // Where other processes use the machine, it takes longer to get hot.
  const deadlineMs = event === "hot" && machine.busy ? 5 * DEADLINE_MS : DEADLINE_MS;
  const started = machine.now();
  const { plugins } = await host.dispatch(eventOf(rogue, event), undefined, { deadlineMs });
  const ms = machine.took(started, machine.now());
  const [one] = plugins;
  const outcome =
    one?.tag === "failed" ? `${one.error.code}: ${innermost(one.error)}` : `${one?.tag}`;
  return { event, ms, deadlineMs, outcome };
}

// Seconds of all threads but the host's own.
function busy(before: ReturnType<typeof threadsTime>): number {
  const now = threadsTime();
  return now.compilers + now.workers - before.compilers - before.workers;
}

// V8's threads have nothing to do for 150 ms, or two minutes have passed.
async function quiet(): Promise<void> {
  let idle = 0;
  let last = threadsTime().compilers;
  for (const until = performance.now() + 120_000; idle < 3 && performance.now() < until;) {
    await later(50);
    const now = threadsTime().compilers;
    idle = now - last < 0.01 ? idle + 1 : 0;
    last = now;
  }
}

function starts(): number {
  return NEIGHBOURS.reduce((sum, name) => sum + host.plugin(`test/${name}`).starts, 0);
}

function eventOf(plugin: string, event: RogueEvent): string {
  return `event:${plugin}.${EVENTS[event]}`;
}

function manifestOf(plugin: string): string {
  return manifestText(`test/${plugin}`, {
    activation: (["poke", "cold", "through", "hot"] as const).map((event) =>
      eventOf(plugin, event),
    ),
    limits: { eventMs: DEADLINE_MS, activateMs: 30_000 },
  });
}
