import { readFile } from "node:fs/promises";

import { componentEngine } from "../../../src/component/tenon-engine.ts";
import type { EngineComponent, Verdict } from "../../../src/component/engine.ts";
import {
  type Realm,
  type RealmOptions,
  type SourceFile,
  startRealm,
} from "../../../src/javascript/realm/realm.ts";
import { GuestThrown, type Targets } from "../../../src/javascript/realm/targets.ts";
import { RUNTIME_DIGEST, RUNTIME_URL } from "../../../src/javascript/runtime/runtime-component.ts";

let compiled: Promise<EngineComponent> | undefined;

/** The runtime, compiled once for a test file: its code can be stopped. */
export function runtime(): Promise<EngineComponent> {
  compiled ??= readFile(RUNTIME_URL).then((bytes) =>
    componentEngine().compile(bytes, { interrupt: "count", digest: RUNTIME_DIGEST }),
  );
  return compiled;
}

/** A host function of a test. */
export type Target = (...args: unknown[]) => unknown;

/** What a realm of a test is given, and what has been seen of it. */
export class World {
  /** Lines of `console`: level and text. */
  readonly lines: [string, string][] = [];
  /** Errors that nobody handled. */
  readonly unhandled: unknown[] = [];
  /** Resources that were dropped: class and handle. */
  readonly dropped: [number, number][] = [];
  /** Host functions by number, from 16 on. */
  readonly targets: Target[];
  /** Host functions below 16 that stand in for the usual ones. */
  readonly own = new Map<number, Target>();
  now = 1_700_000_000_000;
  /** When the programs of this world are stopped, by `performance.now()`. */
  deadline: number = performance.now() + 20_000;

  constructor(...targets: Target[]) {
    this.targets = targets;
  }

  async start(options: Omit<RealmOptions, "targets"> = {}): Promise<Realm> {
    return await startRealm(await runtime(), {
      unhandled: (error) => this.unhandled.push(error),
      ...options,
      instance: { interrupt: { ask: () => this.#verdict() }, ...options.instance },
      targets: this.#targets(),
    });
  }

  /** Evaluates a program in a realm of its own: what it returns. Throws what it throws. */
  async evaluate(source: string, options: Omit<RealmOptions, "targets"> = {}): Promise<unknown> {
    using realm = await this.start(options);
    return await value(() => realm.evaluate("program.js", source));
  }

  /** Loads a module of these files in a realm of its own. */
  async load(files: Readonly<Record<string, string>>, main: string): Promise<unknown> {
    using realm = await this.start();
    return await value(() => realm.load(filesOf(files), main));
  }

  #verdict(): Verdict {
    return performance.now() < this.deadline ? "go-on" : "stop";
  }

  #targets(): Targets {
    return {
      call: (target, args) => this.#call(target, args),
      start: (target, args, { signal }) => {
        if (target !== 2 || this.own.has(target)) return this.#call(target, args);
        return new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, args[0] as number);
          signal.addEventListener("abort", () => clearTimeout(timer));
        });
      },
      now: () => this.now,
    };
  }

  #call(target: number, args: readonly unknown[]): unknown {
    const own = this.own.get(target);
    if (own !== undefined) return own(...args);
    switch (target) {
      case 0:
        this.lines.push(args as [string, string]);
        return undefined;
      case 1:
        return crypto.getRandomValues(new Uint8Array(args[0] as number));
      case 3:
        this.dropped.push(args as [number, number]);
        return undefined;
      case 4:
        return performance.now();
      default: {
        const found = this.targets[target - 16];
        if (found === undefined) throw new Error(`The test has no host function ${target}.`);
        return found(...args);
      }
    }
  }
}

export function filesOf(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([name, source]) => ({ name, source }));
}

/** A file that hands host functions over as globals: those of `calls` answer at once. */
export function globalsFile(calls: readonly string[], starts: readonly string[] = []): SourceFile {
  const made = [
    ...calls.map((name, at) => `${name}: (...args) => call(${16 + at}, args)`),
    ...starts.map((name, at) => `${name}: (...args) => start(${16 + calls.length + at}, args)`),
  ];
  const source = `import { call, start } from "tenon:internal";
Object.assign(globalThis, { ${made.join(", ")} });`;
  return { name: "tenon:globals", source };
}

/** What a run returns; what the program threw is thrown as it is. */
export async function value(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof GuestThrown ? error.value : error;
  }
}

/** What a run of this source throws. */
export async function thrown(run: Promise<unknown>): Promise<Error> {
  try {
    await run;
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
}
