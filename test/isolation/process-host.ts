// A host whose plugins run in processes, which the test may kill.
import { readFileSync } from "node:fs";
import process from "node:process";
import { expect, onTestFinished } from "vitest";
import { createHost } from "../../src/host/host.ts";
import {
  grantAll,
  type Host,
  type HostEvent,
  type HostOptions,
  ringAudit,
  type TenonError,
} from "../../src/index.ts";
import type { NodeProcessOptions } from "../../src/platform/node/guest-process/node-processes.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import type { ProcessSource, StartedProcess } from "../../src/platform/processes.ts";
import { scriptedGuest, type Part } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { testProcesses } from "./guest-processes.ts";
import { script, type Step } from "./script.ts";

export interface ProcessHost {
  readonly host: Host;
  readonly audit: ReturnType<typeof ringAudit>;
  readonly events: readonly HostEvent[];
  /** Those that have been started, in order; see `isRunning`. */
  readonly started: readonly StartedProcess[];
  play(step: Step): void;
  add(name: string, parts?: readonly Part[], more?: object): Promise<void>;
}

/** All plugins whose name does not begin with `thread` run in processes. */
export async function processHost(
  options: Partial<HostOptions> & { readonly processes?: NodeProcessOptions } = {},
): Promise<ProcessHost> {
  const { processes: how, ...rest } = options;
  const source = await testProcesses(how);
  const started: StartedProcess[] = [];
  const processes: ProcessSource = {
    unavailable: undefined,
    start() {
      const one = source.start();
      started.push(one);
      return one;
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
  const { definition, play } = script();
  const audit = ringAudit();
  const host = createHost({
    platform: { ...nodePlatform(), processes },
    isolation: ({ name }) => (name.startsWith("test/thread") ? "thread" : "process"),
    policy: grantAll([], "any"),
    interfaces: [definition],
    audit,
    ...rest,
  });
  const events: HostEvent[] = [];
  host.on((event) => void events.push(event));
  onTestFinished(() => host[Symbol.asyncDispose]());
  return {
    host,
    audit,
    events,
    started,
    play,
    async add(name, parts = ["commands"], more = {}) {
      const commands = [{ id: `${name}.run`, title: "Run" }];
      const manifest = manifestText(`test/${name}`, { commands, ...more });
      await host.install(await scriptedGuest(...parts), { manifest, place: name, replace: "any" });
    },
  };
}

/** False for a process that has ended, even where nobody has heard of that yet. */
export function isRunning({ pid }: Pick<StartedProcess, "pid">): boolean {
  try {
    process.kill(pid!, 0);
    if (process.platform !== "linux") return true;
    return !/\) [ZX] /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** As an administrator or the kernel does. */
export function kill({ pid }: StartedProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid!, signal);
  } catch {
    // It has ended.
  }
}

export async function failed(call: Promise<unknown>): Promise<TenonError> {
  const [settled] = await Promise.allSettled([call]);
  expect(settled?.status).toBe("rejected");
  return (settled as PromiseRejectedResult).reason as TenonError;
}
