import { isDeepStrictEqual } from "node:util";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { grantAll } from "../../src/capability/static-policy.ts";
import { TenonError, type TenonErrorCode } from "../../src/errors.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/options.ts";
import type { OpenDocument } from "../../src/interfaces/text/open-document.ts";
import { javascript } from "../../src/javascript/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";

/**
 * A call of a plugin and what comes of it: one entry of its `samples.json`. The samples of a plugin
 * run in order on one host; it has what the manifest says it can't do without, and nothing else.
 */
export interface Sample {
  readonly name: string;
  readonly command: string;
  readonly input?: unknown;
  readonly document?: { readonly uri: string; readonly language: string; readonly text: string };
  /** What is in the workspace, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The answer, all of it. */
  readonly output?: unknown;
  /** The answer, as far as it can be known beforehand. */
  readonly includes?: unknown;
  /** `failure` of commands.wit; without `val`, whatever it says. */
  readonly failure?: { readonly tag: FailureTag; readonly val?: unknown };
  /** The document's text afterwards. */
  readonly after?: string;
}

type FailureTag = "unknown-command" | "invalid-input" | "cancelled" | "failed";

const codes: Readonly<Record<FailureTag, TenonErrorCode>> = {
  "unknown-command": "command-unknown",
  "invalid-input": "command-input",
  cancelled: "command-cancelled",
  failed: "command-failed",
};

/** The samples of the plugin in a folder. */
export async function readSamples(folder: string): Promise<readonly Sample[]> {
  return JSON.parse(await readFile(join(folder, "samples.json"), "utf8")) as readonly Sample[];
}

/** A plugin on a host of its own, and a folder as its workspace. */
export class SampleRun implements AsyncDisposable {
  readonly #host: Host;
  readonly #folder: string;

  private constructor(host: Host, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  /** `plugin`: a component's bytes, or the path of a source. */
  static async start(plugin: Uint8Array | string, manifest: string): Promise<SampleRun> {
    const folder = await mkdtemp(join(tmpdir(), "tenon-samples-"));
    const host = createHost({
      platform: nodePlatform({ workspace: folder }),
      policy: grantAll(required(manifest), "any"),
      languages: [javascript()],
    });
    await host.install(plugin);
    return new SampleRun(host, folder);
  }

  /** Answers what is wrong, nothing where the sample holds. */
  async fault(sample: Sample): Promise<string | undefined> {
    await this.#write(sample.files ?? {});
    const documents = this.#host.documents;
    const { uri, text, language } = sample.document ?? {};
    const document = uri === undefined ? undefined : documents.open(uri, text!, language);
    try {
      const outcome = await this.#call(sample, document);
      return outcome ?? differs("the document", document?.text, sample.after);
    } finally {
      if (uri !== undefined) documents.close(uri);
    }
  }

  async #call(sample: Sample, document: OpenDocument | undefined): Promise<string | undefined> {
    let answer: unknown;
    try {
      answer = await this.#host.execute(
        sample.command,
        sample.input,
        document === undefined ? {} : { document },
      );
    } catch (error) {
      if (sample.failure === undefined || !(error instanceof TenonError)) return String(error);
      return failureFault(sample.failure, error);
    }
    if (sample.failure !== undefined) return `it answered ${JSON.stringify(answer)}`;
    if ("includes" in sample) {
      return contains(answer, sample.includes) ? undefined : mismatch(answer, sample.includes);
    }
    return isDeepStrictEqual(answer, sample.output) ? undefined : mismatch(answer, sample.output);
  }

  async #write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.#folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

// The capabilities that a plugin can't do without.
function required(manifest: string): readonly string[] {
  const { capabilities = {} } = JSON.parse(manifest) as {
    capabilities?: Record<string, { optional?: boolean }>;
  };
  return Object.keys(capabilities).filter((name) => capabilities[name]?.optional !== true);
}

function failureFault(
  { tag, val }: NonNullable<Sample["failure"]>,
  { code, data, message }: TenonError,
): string | undefined {
  if (code !== codes[tag]) return `it failed with ${code}: ${message}`;
  const said = tag === "invalid-input" ? data["problems"] : data["said"];
  return val === undefined || isDeepStrictEqual(said, val) ? undefined : mismatch(said, val);
}

// Whether a value has everything that `part` has. Lists are as long as each other.
function contains(value: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null) return value === part;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(part) && (!Array.isArray(value) || value.length !== part.length)) return false;
  return Object.entries(part).every(([key, inner]) =>
    contains((value as Record<string, unknown>)[key], inner),
  );
}

function differs(what: string, is: unknown, should: unknown): string | undefined {
  return should === undefined || is === should ? undefined : `${what}: ${mismatch(is, should)}`;
}

function mismatch(is: unknown, should: unknown): string {
  return `got ${JSON.stringify(is)}, expected ${JSON.stringify(should)}`;
}
