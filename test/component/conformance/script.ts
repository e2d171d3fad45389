// Runs one script of `wasm-tools json-from-wast` through the engine's public API.

import { readFileSync } from "node:fs";
import path from "node:path";
import * as engine from "../../../src/component/index.ts";
import { TenonError } from "../../../src/errors.ts";
import { camelCase, matches, type ScriptValue, toJs } from "./values.ts";

export interface Command {
  readonly type: string;
  readonly line: number;
  readonly filename?: string;
  readonly module_type?: "binary" | "text";
  readonly name?: string;
  readonly module?: string;
  readonly instance?: string;
  readonly text?: string;
  readonly action?: {
    readonly type: string;
    readonly module?: string;
    readonly field: string;
    readonly args: readonly ScriptValue[];
  };
  readonly expected?: readonly ScriptValue[];
}

export type Outcome =
  | { readonly tag: "passed" }
  | { readonly tag: "failed" | "skipped"; readonly reason: string };

type Answer = { readonly value: unknown } | { readonly thrown: unknown };

interface Running {
  readonly exports: Readonly<Record<string, unknown>>;
}

// Which of the engine's two ways to make functions is run.
const code: "text" | "closures" = process.argv.includes("--closures") ? "closures" : "text";

class Skip extends Error {}

const passed: Outcome = { tag: "passed" };

export class Script {
  readonly #folder: string;
  readonly #definitions: Map<string, engine.Component> = new Map();
  readonly #instances: Map<string, Running | Skip> = new Map();
  /** What commands without a name are about. */
  #current: Running | Skip = new Skip("nothing is instantiated yet");

  constructor(folder: string) {
    this.#folder = folder;
  }

  async run(command: Command): Promise<Outcome> {
    try {
      return await this.#command(command);
    } catch (error) {
      if (error instanceof Skip) return { tag: "skipped", reason: error.message };
      return { tag: "failed", reason: describe(error) };
    }
  }

  async #command(command: Command): Promise<Outcome> {
    switch (command.type) {
      case "module":
        return this.#module(command);
      case "module_definition":
        this.#define(command.name, this.#compile(command));
        return passed;
      case "module_instance":
        return this.#instantiateNamed(command);
      case "assert_malformed":
        return this.#refused(command, "component-malformed");
      case "assert_invalid":
        return this.#refused(command, "component-invalid");
      case "assert_uninstantiable":
      case "assert_unlinkable":
        return this.#uninstantiable(command);
      case "action":
        await this.#call(command);
        return passed;
      case "assert_return":
        return this.#returns(command);
      case "assert_trap":
        return this.#traps(command);
      default:
        throw new Error(`unknown command ${command.type}`);
    }
  }

  #define(name: string | undefined, component: engine.Component): void {
    if (name !== undefined) this.#definitions.set(name, component);
  }

  /** A definition and an instance of it. */
  #module(command: Command): Outcome {
    const component = this.#compile(command);
    this.#define(command.name, component);
    this.#start(command.name, component);
    // That it compiles is the assertion; calls say why they are skipped where it doesn't run.
    return passed;
  }

  #instantiateNamed(command: Command): Outcome {
    const component = this.#definitions.get(command.module!);
    if (component === undefined) throw new Error(`no definition ${command.module}`);
    this.#start(command.instance, component);
    if (this.#current instanceof Skip) throw this.#current;
    return passed;
  }

  #start(name: string | undefined, component: engine.Component): void {
    try {
      this.#current = run(component);
    } catch (error) {
      if (!(error instanceof Skip)) throw error;
      this.#current = error;
    }
    if (name !== undefined) this.#instances.set(name, this.#current);
  }

  #compile({ filename, module_type }: Command): engine.Component {
    if (module_type === "text") throw new Skip("text format");
    return engine.compileSync(readFileSync(path.join(this.#folder, filename!)));
  }

  #refused(command: Command, code: string): Outcome {
    try {
      this.#compile(command);
    } catch (error) {
      if (error instanceof TenonError && error.code === code) return passed;
      throw error;
    }
    return { tag: "failed", reason: `compiles; expected: ${command.text}` };
  }

  #uninstantiable(command: Command): Outcome {
    const component = this.#compile(command);
    try {
      run(component);
    } catch (error) {
      if (error instanceof TenonError) return passed;
      throw error;
    }
    return { tag: "failed", reason: `instantiates; expected: ${command.text}` };
  }

  async #call({ action }: Command): Promise<Answer> {
    const { module, field, args } = action!;
    const instance = module === undefined ? this.#current : this.#instances.get(module);
    if (instance === undefined) throw new Error(`no instance ${module}`);
    if (instance instanceof Skip) throw instance;
    const found = instance.exports[field] ?? instance.exports[camelCase(field)];
    if (typeof found !== "function") throw new Error(`no export ${field}`);
    try {
      return { value: await (found as (...args: unknown[]) => unknown)(...args.map(toJs)) };
    } catch (thrown) {
      if (isUnsupported(thrown)) throw new Skip(thrown.message);
      return { thrown };
    }
  }

  async #returns(command: Command): Promise<Outcome> {
    const answer = await this.#call(command);
    const [expected] = command.expected ?? [];
    if (expected === undefined) {
      if ("thrown" in answer) throw answer.thrown;
      return passed;
    }
    // A function's result is returned or thrown.
    const found =
      expected.type !== "result"
        ? answer
        : "thrown" in answer
          ? { value: { tag: "err", val: (answer.thrown as { payload?: unknown }).payload } }
          : { value: { tag: "ok", val: answer.value } };
    if ("thrown" in found) throw found.thrown;
    if (matches(found.value, expected)) return passed;
    return {
      tag: "failed",
      reason: `answered ${show(found.value)}, expected ${JSON.stringify(expected)}`,
    };
  }

  async #traps(command: Command): Promise<Outcome> {
    const stuck = /deadlock/.test(command.text ?? "");
    const answer = await (stuck ? orNever(this.#call(command)) : this.#call(command));
    if (answer === undefined) return passed;
    if (!("thrown" in answer)) {
      return { tag: "failed", reason: `answered ${show(answer.value)}; expected: ${command.text}` };
    }
    const { thrown } = answer;
    if (thrown instanceof TenonError && trapCodes.has(thrown.code)) return passed;
    throw thrown;
  }
}

// A trap, and what an instance answers that is poisoned by an earlier one.
const trapCodes: ReadonlySet<string> = new Set(["component-trap", "component-poisoned"]);

/**
 * Undefined: not answered. The scripts want a trap where nothing inside of a component can end a
 * wait; here the host may still do so, by another call.
 */
async function orNever(answer: Promise<Answer>): Promise<Answer | undefined> {
  const later = new Promise<undefined>((resolve) => {
    setTimeout(resolve, 50, undefined);
  });
  return Promise.race([answer, later]);
}

function run(component: engine.Component): Running {
  try {
    return engine.instantiate(component, {}, { code });
  } catch (error) {
    if (isUnsupported(error)) throw new Skip(error.message);
    throw error;
  }
}

// Not supported, or poisoned because something was not.
function isUnsupported(error: unknown): error is TenonError {
  const code = "component-unsupported";
  return error instanceof TenonError && (error.code === code || error.data["code"] === code);
}

function describe(error: unknown): string {
  if (error instanceof TenonError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint" ? `${inner}n` : inner,
  );
}
