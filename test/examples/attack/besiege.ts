// An attack on the upload server over loopback: hostile people upload and call hostile plugins, and send
// what is no request, while honest people's requests go on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKey } from "../../identity/keys.ts";
import { type Fared, HONEST, HonestPeople } from "./honest.ts";
import { type HostilePackage, hostilePackages } from "./hostile.ts";
import { misbehave } from "./requests.ts";
import { type Answer, UploadProcess } from "./upload-process.ts";

export interface SiegeOptions {
  readonly seconds: number;
  /** Where the server's plugins run. */
  readonly isolation: string;
  /** Returns a number from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** More packages for hostile people. Default: none. */
  readonly more?: readonly HostilePackage[];
  /** How many hostile people there are. Default: 4. */
  readonly people?: number;
}

export interface Report {
  readonly honest: Fared;
  /** How the server ended, where it did. */
  readonly ended: string | undefined;
  /** What hostile people were answered, and how often: `upload 422 package-malformed`. */
  readonly answers: Readonly<Record<string, number>>;
  /** Answers that are a fault of the server's own, at most 20. */
  readonly serverFaults: readonly string[];
  /** Megabytes of the server's process before and at the end of the attack. */
  readonly residentMb: readonly [before: number, after: number];
}

export async function besiege(options: SiegeOptions): Promise<Report> {
  const { seconds, isolation, people = 4 } = options;
  const state = mkdtempSync(join(tmpdir(), "tenon-siege-"));
  const names = Array.from({ length: people }, (_, nth) => `rogue-${nth}`);
  const tokens = Object.fromEntries(
    [HONEST, ...names].map((name) => [name, `a token of the uploader ${name}`]),
  );
  const server = await UploadProcess.start({ state, tokens, isolation });
  try {
    const honest = await HonestPeople.settle(server);
    const before = await residentMb(server.pid);
    const over = AbortSignal.timeout(seconds * 1_000);
    const siege = new Siege(server, over, options);
    const [fared] = await Promise.all([
      honest.work(over),
      misbehave(server, names[0]!, over, (what, answer) => siege.answered(what, answer)),
      ...names.map((name) => siege.attack(name)),
    ]);
    const { answers, serverFaults } = siege;
    const after = server.ended === undefined ? await residentMb(server.pid) : 0;
    const { ended } = server;
    return { honest: fared, ended, answers, serverFaults, residentMb: [before, after] };
  } finally {
    await server[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }
}

class Siege {
  readonly answers: Record<string, number> = {};
  readonly serverFaults: string[] = [];
  readonly #server: UploadProcess;
  readonly #over: AbortSignal;
  readonly #options: SiegeOptions;

  constructor(server: UploadProcess, over: AbortSignal, options: SiegeOptions) {
    this.#server = server;
    this.#over = over;
    this.#options = options;
  }

  answered(what: string, { status, body }: Answer): void {
    const { error } = (body ?? {}) as { readonly error?: { readonly code: string } };
    const text = `${what} ${status}${error === undefined ? "" : ` ${error.code}`}`;
    this.answers[text] = (this.answers[text] ?? 0) + 1;
    if (status === 500 && this.serverFaults.length < 20) {
      this.serverFaults.push(`${text}: ${JSON.stringify(body).slice(0, 500)}`);
    }
  }

  /** One hostile person: uploads a package, calls all that it offers, and takes it away again. */
  async attack(by: string): Promise<void> {
    const { random, more = [] } = this.#options;
    const packages = hostilePackages(random, await newKey(), more);
    while (!this.#over.aborted && this.#server.ended === undefined) {
      const { value } = await packages.next();
      // Nobody is asked whether the connection was lost: the server's end is looked at, and who is honest.
      await this.#once(by, value).catch(() => undefined);
    }
  }

  async #once(by: string, one: HostilePackage): Promise<void> {
    const upload = await this.#server.upload(by, one.component, {
      replace: this.#options.random() < 0.3,
    });
    this.answered(`upload ${one.what}`, upload);
    if (upload.status === 429) {
      return await new Promise<void>((resolve) => void setTimeout(resolve, 500));
    }
    if (upload.status >= 300 || one.plugin === undefined) return;
    if (one.event !== undefined) {
      // The first is harmless.
      for (let nth = 0; nth < 3; nth++) await this.#event(by, one.event, one.what);
    }
    const commands = one.commands ?? [];
    for (let at = 0; at < commands.length && !this.#over.aborted; at += 3) {
      await Promise.all(
        commands.slice(at, at + 3).map(async ({ id, input }) => {
          this.answered(id, await this.#server.call(one.plugin!, id, input ?? null));
        }),
      );
    }
    this.answered("remove", await this.#server.request("DELETE", `/plugins/${one.plugin}`, { by }));
  }

  async #event(by: string, event: string, what: string): Promise<void> {
    const { status, body } = await this.#server.request("POST", `/events/${event}`, { by });
    const { plugins } = body as { readonly plugins?: readonly { readonly outcome: string }[] };
    const outcome = plugins?.[0]?.outcome;
    this.answered(`poke ${what}${outcome === undefined ? "" : ` (${outcome})`}`, { status, body });
  }
}

async function residentMb(pid: number): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmRSS:\s+(\d+)/u.exec(text)?.[1] ?? 0) / 1024);
}
