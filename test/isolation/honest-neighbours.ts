import { inspect, isDeepStrictEqual } from "node:util";
import { readSamples, type Sample } from "../../scripts/plugins/samples.ts";
import { type RingAudit, ringAudit } from "../../src/capability/audit.ts";
import { grantAll } from "../../src/capability/static-policy.ts";
import type { Host } from "../../src/host/options.ts";
import { createHost } from "../../src/host/host.ts";
import { defineInterface } from "../../src/interfaces/define.ts";
import type { ProcessSource } from "../../src/platform/processes.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { nodeTicker } from "../../src/platform/node/guest-thread/node-ticker.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { changedPlugin, componentOf, folderOf } from "../plugins/sample-plugins.ts";
import { manifestText } from "../manifest-text.ts";

const crafts = ["word-count", "json-tools", "markdown", "find-replace", "diff"];
// Of the twenty, those that ask the host in every call.
const ASKERS = 15;

/** What the hostile plugin's calls may take, in milliseconds. */
export const HOSTILE_MS = 150;

type Job = Pick<Sample, "command" | "input" | "output">;

export interface MobOptions {
  /** Default: HOSTILE_MS. */
  readonly eventMs?: number;
  readonly version?: string;
}

export interface Work {
  /**
   * Ends the work and tells how it went: each answer that was none or a wrong one, and how long each
   * call took.
   */
  done(): Promise<{ readonly wrong: readonly string[]; readonly ms: readonly number[] }>;
}

/** Twenty honest plugins on so many threads, and room for others. */
export class HonestNeighbours implements AsyncDisposable {
  readonly host: Host;
  readonly audit: RingAudit;
  readonly #jobs: readonly Job[];
  readonly #release: () => Promise<void>;

  private constructor(
    host: Host,
    audit: RingAudit,
    jobs: readonly Job[],
    release: () => Promise<void>,
  ) {
    this.host = host;
    this.audit = audit;
    this.#jobs = jobs;
    this.#release = release;
  }

  /** `processes`: all run in processes of their own. Default: on the threads. */
  static async start(threads: number, processes?: ProcessSource): Promise<HonestNeighbours> {
    const ticker = nodeTicker();
    const audit = ringAudit(10_000);
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      implement: ({ caller }) => ({
        step: (what: string, detail: string) =>
          what === "handle" ? manner(caller.plugin, detail) : detail,
      }),
    });
    const host = createHost({
      platform: {
        ...nodePlatform(),
        ticker,
        threads: { ...nodeThreads({ ticker }), size: threads },
        processes,
      },
      isolation: () => (processes === undefined ? "thread" : "process"),
      policy: grantAll(["bus"], "any"),
      interfaces: [script],
      audit,
      // Every misdeed is to meet a fresh instance.
      limits: {
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      },
    });
    const jobs = [];
    for (const name of crafts) {
      await host.install(await componentOf(name));
      const samples = await readSamples(folderOf(name));
      jobs.push(samples.find(({ document, output }) => !document && output !== undefined)!);
    }
    for (let nth = 0; nth < ASKERS; nth++) {
      const command = `asker${nth}.run`;
      await host.install(await scriptedGuest("commands"), {
        // Its allocator gives nothing back: it is put back after each call.
        manifest: manifestText(`test/asker${nth}`, {
          stateless: true,
          commands: [{ id: command, title: "Run" }],
        }),
      });
      jobs.push({ command, input: [nth], output: [nth] });
    }
    const release = async (): Promise<void> => ticker[Symbol.asyncDispose]();
    const neighbours = new HonestNeighbours(host, audit, jobs, release);
    await Promise.all(jobs.map((job) => neighbours.#fault(job)));
    return neighbours;
  }

  async addHostile(): Promise<void> {
    const limits = { memoryMiB: 64, commandMs: HOSTILE_MS, activateMs: 2_000 };
    await this.host.install(await changedPlugin("hostile", { limits }));
  }

  /**
   * Plugins that loop for ever, or trap, when they hear of `mob.rise`; with the payload `calm` they
   * do nothing, with `emit` they send an event.
   */
  async addMob(size: number, options: MobOptions = {}): Promise<void> {
    for (let nth = 0; nth < size; nth++) await this.addToMob(nth, options);
  }

  async addToMob(
    nth: number,
    { eventMs = HOSTILE_MS, version = "1.0.0" }: MobOptions = {},
  ): Promise<void> {
    const manifest = manifestText(`mob${nth}/hostile`, {
      version,
      activation: ["event:mob.rise"],
      capabilities: { bus: { scope: { events: ["ping"] }, reason: "To be heard." } },
      limits: { eventMs },
    });
    const guest = await scriptedGuest("events", "bus");
    await this.host.install(guest, { manifest, replace: "any" });
  }

  /** Calls each honest plugin again and again. */
  work(): Work {
    let working = true;
    const wrong: string[] = [];
    const ms: number[] = [];
    const loops = this.#jobs.map(async (job) => {
      do {
        const started = performance.now();
        const fault = await this.#fault(job);
        ms.push(performance.now() - started);
        if (fault !== undefined) wrong.push(fault);
        await new Promise<void>((resolve) => void setTimeout(resolve, 2));
      } while (working);
    });
    return {
      done: async () => {
        working = false;
        await Promise.all(loops);
        return { wrong, ms };
      },
    };
  }

  /** Bytes of linear memory of the honest ones, and how often they were started and crashed. */
  honest(): { readonly memoryBytes: number; readonly starts: number; readonly crashes: number } {
    const sum = { memoryBytes: 0, starts: 0, crashes: 0 };
    for (const plugin of this.host.plugins()) {
      if (plugin.name.endsWith("/hostile")) continue;
      sum.memoryBytes += plugin.memoryBytes;
      sum.starts += plugin.starts;
      sum.crashes += plugin.crashes;
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    await this.#release();
  }

  async #fault({ command, input, output }: Job): Promise<string | undefined> {
    try {
      const answer = await this.host.execute(command, input);
      return isDeepStrictEqual(answer, output) ? undefined : `${command}: ${inspect(answer)}`;
    } catch (error) {
      return `${command}: ${inspect(error)}`;
    }
  }
}

// One in three traps, the others loop, unless they are told otherwise.
function manner(plugin: string, payload: string): string {
  if (payload === '"calm"') return "";
  if (payload === '"emit"') return ">1";
  return Number(/\d+/.exec(plugin)?.[0]) % 3 === 0 ? "!" : "@";
}
