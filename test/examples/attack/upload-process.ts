// The example's server as a process of its own, from the sources, on a free port of this machine.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type Agent, request } from "node:http";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

export interface ServerOptions {
  readonly state: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly isolation: string;
}

/** A request's status, and its body read as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class UploadProcess implements AsyncDisposable {
  readonly url: string;
  readonly #tokens: ServerOptions["tokens"];
  readonly #child: ChildProcess;
  readonly #said: () => string;

  private constructor(
    url: string,
    tokens: ServerOptions["tokens"],
    child: ChildProcess,
    said: () => string,
  ) {
    this.url = url;
    this.#tokens = tokens;
    this.#child = child;
    this.#said = said;
  }

  static async start({ state, tokens, isolation }: ServerOptions): Promise<UploadProcess> {
    const tokensFile = join(state, "tokens.json");
    writeFileSync(tokensFile, JSON.stringify(tokens));
    const options = {
      port: "0",
      tokens: tokensFile,
      state: join(state, "server"),
      isolation,
      interfaces: join(import.meta.dirname, "misdeed-interfaces.ts"),
    };
    const child = spawn(process.execPath, [
      "--import",
      join(root, "scripts/docs/examples/from-sources.ts"),
      join(root, "examples/upload-server/main.ts"),
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ]);
    let said = "";
    const url = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-10_000);
        const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(said);
        if (found) resolve(found[0]);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("exit", () => reject(new Error(`the server did not start: ${said}`)));
    });
    return new UploadProcess(url, tokens, child, () => said);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** How it ended, where it has; with what it said last. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return undefined;
    return `exit code ${exitCode}, signal ${signalCode}: ${this.#said()}`;
  }

  /** `by`: the uploader. Rejects where the server does not answer at all. */
  async request(
    method: string,
    path: string,
    { by, body, signal }: { by?: string; body?: BodyInit; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(by === undefined ? {} : { headers: { authorization: `Bearer ${this.#tokens[by]}` } }),
      ...(body === undefined ? {} : { body }),
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
      ...(signal === undefined ? {} : { signal }),
    } as RequestInit);
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  upload(by: string, component: Uint8Array, how: { replace?: boolean } = {}): Promise<Answer> {
    const path = how.replace === true ? "/plugins?replace" : "/plugins";
    return this.request("POST", path, { by, body: component as BodyInit });
  }

  call(plugin: string, command: string, input: unknown): Promise<Answer> {
    const path = `/plugins/${plugin}/commands/${command}`;
    return this.request("POST", path, { body: JSON.stringify(input) });
  }

  /** The same over a connection of the caller's own, which nobody else's requests can close. */
  callOver(agent: Agent, plugin: string, command: string, input: unknown): Promise<Answer> {
    const path = `/plugins/${plugin}/commands/${command}`;
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}${path}`, { method: "POST", agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => void chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, body: JSON.parse(text) as unknown });
        });
      });
      sent.on("error", reject);
      sent.end(JSON.stringify(input));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended !== undefined) return;
    const ended = new Promise<void>((resolve) => void this.#child.once("exit", () => resolve()));
    this.#child.kill("SIGTERM");
    const killed = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(killed);
  }
}
