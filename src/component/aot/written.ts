// Runs a component whose plan and code were written ahead of time.
import { TenonError } from "../../errors.ts";
import type { Bind } from "../abi/call-site.ts";
import type { Route } from "../abi/route.ts";
import { DEFAULT_LIMITS } from "../abi/limits.ts";
import * as generated from "../abi/adapter-runtime.ts";
import { placedStub } from "../abi/stub.ts";
import type { CompiledModule } from "../compiled/memory.ts";
import { CoreModules } from "../compiled/core-modules.ts";
import type { Growth } from "../caps/growth.ts";
import { Code, type CodeSource } from "../link/code.ts";
import { planClasses } from "../link/exports.ts";
import { gather, type Linked } from "../link/gather.ts";
import type { Instance } from "../link/instance.ts";
import { type Ingredients, runPlan, runPlanAsync } from "../link/instantiate.ts";
import { tasks } from "../link/tasks.ts";
import type { Imports, InstantiateOptions } from "../link/linker.ts";
import { bytesOf, type ComponentSource, readSource } from "../source.ts";
import {
  FORMAT,
  type PlanNodes,
  type WrittenFunction,
  type WrittenModule,
  type WrittenStyle,
} from "./format.ts";
import { readPlan } from "./plan-data.ts";

/** What a written module is made of. Made by the modules that `writeAhead` writes. */
export interface WrittenParts {
  /** The build of the engine that wrote it. */
  readonly format: string;
  /** The imports that may answer with a promise. */
  readonly suspend: boolean | readonly string[];
  /** The core modules. */
  readonly modules: readonly WrittenModule[];
  /** How instances are linked. */
  readonly plan: PlanNodes;
  /** The code of the functions. */
  readonly functions: readonly WrittenFunction[];
}

/** Options of a written module's `instantiate`. */
export type WrittenOptions = Pick<InstantiateOptions, "limits" | "decodeAscii">;

/** The module that `tenon component aot` writes. */
export interface WrittenComponent {
  /** Reads and compiles the core modules, for `instantiate` where files can't be read at once. */
  readonly load: () => Promise<void>;
  /**
   * Does what the engine's `instantiate` does. Throws `component-source` where a core module would
   * have to be fetched: call `load` first.
   */
  readonly instantiate: (imports?: Imports, options?: WrittenOptions) => Instance;
  /** Makes an instance, after reading and compiling the core modules. */
  readonly instantiateAsync: (imports?: Imports, options?: WrittenOptions) => Promise<Instance>;
}

/** Components that were written ahead of time can be neither stopped nor restored. */
const PLAIN = { tasks, interruption: undefined, snapshots: undefined };

/** The most bytes that a core module may have. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Throws `component-unsupported` for parts that another version of Tenon has written. */
export function written(parts: WrittenParts): WrittenComponent {
  if (parts.format !== FORMAT) {
    const message = `written for another version of tenon (${parts.format}, this is ${FORMAT}): run tenon component aot again`;
    throw new TenonError("component-unsupported", message, { data: { features: ["format"] } });
  }
  let link: Linked | undefined;
  const modules = new Modules(parts.modules);
  const prepare = (imports: Imports, options: WrittenOptions): Ingredients => {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const settings = { limits, decodeAscii: options.decodeAscii, ...PLAIN };
    link ??= linkWritten(parts, (shapes) => shapes.map((shape, nth) => placedStub(nth, shape)));
    return gather(link, imports, settings, ({ offset }) => modules.get(offset, limits));
  };
  return {
    load: () => modules.prepare(DEFAULT_LIMITS),
    instantiate: (imports = {}, options = {}) => runPlan(prepare(imports, options)),
    instantiateAsync: async (imports = {}, options = {}) => {
      const ingredients = prepare(imports, options);
      await modules.prepare(ingredients.limits);
      return runPlanAsync(ingredients);
    },
  };
}

export function linkWritten(
  { plan: nodes, functions, suspend }: Pick<WrittenParts, "plan" | "functions" | "suspend">,
  stubs: Route["stubs"],
  pauses = false,
): Linked {
  const { plan, parts } = readPlan(nodes);
  const found = new Map<string, WrittenFunction>();
  for (const one of functions) found.set(`${one[0]} ${one[1]}`, one);
  const indices = new Map(parts.map((part, index) => [part, index]));
  const bind = (part: object, style: WrittenStyle | undefined): Bind => {
    const one = found.get(`${indices.get(part)} ${style}`);
    if (one === undefined) throw new TypeError("a function was not written");
    return one[3](generated, one[2]) as Bind;
  };
  const source: CodeSource = {
    lift: (_, lift, style) => bind(lift, style),
    lower: (_, lower) => bind(lower, undefined),
    returning: (_, lift) => bind(lift, "return"),
    resolve: (_, lower) => bind(lower, "return"),
    items: (_, step, host) => bind(step, host ? "host" : "guest"),
    stubs,
  };
  return { code: new Code(plan, source, suspend, pauses), classes: planClasses(plan) };
}

/** The core modules. Each is read once, and compiled once for each set of growth caps. */
class Modules {
  readonly #written: ReadonlyMap<number, WrittenModule>;
  readonly #read: Map<number, { readonly modules: CoreModules; readonly length: number }> =
    new Map();

  constructor(list: readonly WrittenModule[]) {
    this.#written = new Map(list.map((one) => [one.offset, one]));
  }

  get(offset: number, caps: Growth): CompiledModule {
    const found = this.#read.get(offset) ?? this.#keep(offset, this.#readNow(offset));
    return found.modules.get({ offset: 0, length: found.length }, caps);
  }

  async prepare(caps: Growth): Promise<void> {
    await Promise.all(
      [...this.#written.values()].map(async ({ offset, read }) => {
        const found =
          this.#read.get(offset) ??
          this.#keep(offset, await readSource(read() as ComponentSource, MAX_BYTES));
        await found.modules.prepare([{ offset: 0, length: found.length }], caps);
      }),
    );
  }

  #readNow(offset: number): Uint8Array {
    const bytes = this.#written.get(offset)?.readSync();
    if (bytes !== undefined) return bytesOf(bytes, MAX_BYTES);
    const message =
      "the core modules can't be read at once here: await load(), or instantiateAsync";
    throw new TenonError("component-source", message);
  }

  #keep(offset: number, bytes: Uint8Array): { modules: CoreModules; length: number } {
    const kept = { modules: new CoreModules(bytes), length: bytes.length };
    this.#read.set(offset, kept);
    return kept;
  }
}
