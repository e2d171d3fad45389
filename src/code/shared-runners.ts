import type { Isolation } from "../catalogues/isolations.ts";
import { checkOptions } from "../options.ts";
import type { Platform } from "../platform/platform.ts";
import type { CodeResult } from "./code-run.ts";
import type { CodeRunnerOptions, RunCodeOptions } from "./options.ts";
import type { CodeRunner } from "./runner.ts";

type OfPlatform = Map<Isolation | undefined, CodeRunner>;

/** The runners of `runCode`: one for each platform and place, as long as the platform lives. */
export class SharedRunners {
  readonly #create: (options: CodeRunnerOptions) => CodeRunner;
  readonly #own: OfPlatform = new Map();
  readonly #given: WeakMap<Platform, OfPlatform> = new WeakMap();

  constructor(create: (options: CodeRunnerOptions) => CodeRunner) {
    this.#create = create;
  }

  /** Rejects as `run` of a runner does. */
  async run(source: string, options: RunCodeOptions): Promise<CodeResult> {
    checkOptions("the last argument of runCode", options);
    const { platform, isolation, ...program } = options;
    const runners = platform === undefined ? this.#own : this.#of(platform);
    let runner = runners.get(isolation);
    if (runner === undefined) {
      runner = this.#create({ platform, isolation });
      runners.set(isolation, runner);
    }
    return await runner.run(source, program);
  }

  #of(platform: Platform): OfPlatform {
    const known = this.#given.get(platform) ?? new Map();
    this.#given.set(platform, known);
    return known;
  }
}
