import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { readSamples } from "../../../scripts/plugins/samples.ts";
import { signPackage, withSignature } from "../../../src/identity/sign.ts";
import { newKey } from "../../identity/keys.ts";
import type { UploadProcess } from "./upload-process.ts";

export const HONEST = "honest";

const plugins = join(import.meta.dirname, "../../../plugins-rs");
const crafts = ["word-count", "json-tools", "find-replace", "diff"];

interface Job {
  readonly plugin: string;
  readonly command: string;
  readonly input: unknown;
  /** The answer; undefined where any will do. */
  readonly output: unknown;
}

/** How honest requests fared. */
export interface Fared {
  readonly requests: number;
  readonly answered: number;
  /** At most 20 of those that were not, with what became of them. */
  readonly faults: readonly string[];
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Uploads honest plugins, one of them signed and with data of its own, and calls them time and again. */
export class HonestPeople {
  readonly #server: UploadProcess;
  readonly #jobs: readonly Job[];

  private constructor(server: UploadProcess, jobs: readonly Job[]) {
    this.#server = server;
    this.#jobs = jobs;
  }

  static async settle(server: UploadProcess): Promise<HonestPeople> {
    const jobs: Job[] = [];
    for (const name of crafts) {
      const { status, body } = await server.upload(HONEST, componentOf(name));
      if (status !== 201) throw new Error(`${name} was not taken: ${inspect(body)}`);
      const samples = await readSamples(join(plugins, name));
      const sample = samples.find(({ document, output }) => !document && output !== undefined)!;
      jobs.push({ plugin: `tenon/${name}`, ...sample, input: sample.input, output: sample.output });
    }
    const component = componentOf("notes");
    const signature = await signPackage({ component, key: await newKey() });
    const { status, body } = await server.upload(HONEST, withSignature(component, signature));
    if (status !== 201) throw new Error(`notes were not taken: ${inspect(body)}`);
    const notes = { plugin: "tenon/notes", output: undefined };
    jobs.push({ ...notes, command: "notes.add", input: { title: "Milk", text: "Two litres." } });
    const answer = await server.call("tenon/notes", "notes.add", jobs.at(-1)!.input);
    if (answer.status !== 200) throw new Error(`notes may not write: ${inspect(answer.body)}`);
    jobs[jobs.length - 1] = { ...notes, command: "notes.list", input: { limit: 10 } };
    const people = new HonestPeople(server, jobs);
    for (const { plugin, command, input } of jobs) await server.call(plugin, command, input);
    return people;
  }

  /** Each job by a person of its own, one request after the other, until the signal is aborted. */
  async work(until: AbortSignal): Promise<Fared> {
    const ms: number[] = [];
    const faults: string[] = [];
    let failed = 0;
    await Promise.all(
      this.#jobs.map(async (job) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        do {
          const started = performance.now();
          const fault = await this.#fault(job, agent);
          ms.push(performance.now() - started);
          if (fault !== undefined) {
            failed++;
            if (faults.length < 20) faults.push(fault);
          }
          await new Promise<void>((resolve) => void setTimeout(resolve, 20));
        } while (!until.aborted && this.#server.ended === undefined);
        agent.destroy();
      }),
    );
    const sorted = ms.toSorted((one, other) => one - other);
    const at = (part: number): number => Math.round(sorted[Math.floor((ms.length - 1) * part)]!);
    const answered = ms.length - failed;
    return { requests: ms.length, answered, faults, p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  async #fault({ plugin, command, input, output }: Job, agent: Agent): Promise<string | undefined> {
    try {
      const { status, body } = await this.#server.callOver(agent, plugin, command, input);
      const { answer } = body as { readonly answer?: unknown };
      if (status === 200 && (output === undefined || isDeepStrictEqual(answer, output))) {
        return undefined;
      }
      return `${command}: ${status} ${inspect(body).slice(0, 500)}`;
    } catch (error) {
      return `${command}: ${inspect(error).slice(0, 500)}`;
    }
  }
}

export function componentOf(name: string): Uint8Array {
  return readFileSync(join(plugins, name, `${name}.wasm`));
}

export function manifestOf(name: string): string {
  return readFileSync(join(plugins, name, "manifest.json"), "utf8");
}
