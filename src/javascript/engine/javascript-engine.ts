import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "../../component/engine.ts";
import { GuestReaders } from "../conform/from-guest.ts";
import { Handles } from "../conform/handles.ts";
import { GuestWriters } from "../conform/to-guest.ts";
import { isContract } from "../../interfaces/contract/contract.ts";
import { MAY_WAIT } from "../../interfaces/contract/may-wait.ts";
import { bindingFiles } from "../plan/bindings.ts";
import { MAIN, mainModule, type Slot, slotsOf } from "../plan/main-module.ts";
import { Plan } from "../plan/plan.ts";
import type { Surface } from "../plan/surface.ts";
import { startRealm, type SourceFile } from "../realm/realm.ts";
import { GuestThrown } from "../realm/targets.ts";
import type { Program } from "../source/program.ts";
import { SourceMaps } from "../source/source-map.ts";
import type { KnownWorlds } from "../worlds/known-worlds.ts";
import { ProgramInstance } from "./program-instance.ts";
import { type ProgramPowers, ProgramTargets } from "./program-targets.ts";
import { ThrownReader } from "./thrown.ts";

/** The runtime that programs run in: a component. */
export interface RuntimeBytes {
  readonly bytes: Uint8Array;
  /** `sha256:…`, where the bytes are known to have it. */
  readonly digest?: string | undefined;
}

/** A program, and what it is made of. Made by JavaScriptReader (`language.ts`). */
export interface EnginePowers extends ProgramPowers {
  readonly program: Program;
  readonly surface: Surface;
  readonly worlds: KnownWorlds;
  readonly runtime: () => Promise<RuntimeBytes>;
  /** Whether it may run text as code. */
  readonly mayEval: boolean;
}

/**
 * An engine in front of another one: what it compiles is the program, whatever the bytes, and what runs
 * is an instance of the runtime, which the engine behind it compiles once for all programs. Gates,
 * limits, threads and accounts are those of the engine behind it.
 */
export function javascriptEngine(inner: Engine, powers: EnginePowers): Engine {
  return {
    name: `${inner.name} (JavaScript)`,
    async compile(_: Uint8Array, options: EngineCompileOptions = {}): Promise<EngineComponent> {
      const { bytes, digest } = await powers.runtime();
      const { suspend = [], rules: _rules, ...rest } = options;
      const waiting = new Set(suspend);
      const waits = (name: string, one: string): boolean => {
        return waiting.has(`${name}#${one}`) || mayWait(name, one);
      };
      const plan = new Plan(powers.surface, powers.worlds, waits);
      // The runtime is the host's own: it is not measured by what plugins may be.
      const compiled = await inner.compile(bytes, {
        ...rest,
        suspend: [],
        checked: true,
        ...(digest === undefined ? {} : { digest }),
      });
      return new ProgramComponent(compiled, plan, powers, options.restorable === true);
    },
  };
}

/** Whether a function of the contract waits on some platform, and so is a promise on each. */
function mayWait(name: string, one: string): boolean {
  return isContract(name) && MAY_WAIT.has(`${name.replaceAll(/^.*\/|@.*$/gu, "")}#${one}`);
}

/** Bytes that the runtime itself needs beside what its programs allocate. */
const RUNTIME_BYTES = 3 * 1024 * 1024;
const LEAST_BYTES = 1024 * 1024;
const DEFAULT_MEMORY = 64 * 1024 * 1024;
const DEFAULT_HANDLES = 10_000;

class ProgramComponent implements EngineComponent {
  readonly #compiled: EngineComponent;
  readonly #plan: Plan;
  readonly #powers: EnginePowers;
  readonly #restorable: boolean;
  readonly #slots: readonly Slot[];
  readonly #files: readonly SourceFile[];
  readonly #readers: GuestReaders;
  readonly #writers: GuestWriters;
  readonly #thrown: ThrownReader;

  constructor(compiled: EngineComponent, plan: Plan, powers: EnginePowers, restorable: boolean) {
    this.#compiled = compiled;
    this.#plan = plan;
    this.#powers = powers;
    this.#restorable = restorable;
    this.#slots = slotsOf(plan.exports);
    const { program } = powers;
    this.#thrown = new ThrownReader(new SourceMaps(program.modules));
    const modules = plan.modules.map(({ owner }) => owner.name);
    const main = { name: MAIN, source: mainModule(program.main, this.#slots, modules) };
    const own = program.modules.map(({ name, source }) => ({ name, source }));
    this.#files = [...own, ...plan.modules.flatMap(bindingFiles), main];
    this.#readers = new GuestReaders((resource) => plan.kindOf(resource));
    this.#writers = new GuestWriters((resource) => plan.kindOf(resource));
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    const { limits = {}, startMs, account } = options;
    const { memoryBytes = DEFAULT_MEMORY, liftedBytes, liftedElements } = limits;
    const handles = new Handles(limits.handles ?? DEFAULT_HANDLES);
    const readers = this.#readers;
    const writers = this.#writers;
    const plan = this.#plan;
    const interfaces = { plan, imports, handles, readers, writers };
    const targets = new ProgramTargets(interfaces, this.#powers, this.#thrown);
    const realm = await startRealm(
      this.#compiled,
      {
        targets,
        instance: options,
        limits: {
          memory: Math.max(LEAST_BYTES, memoryBytes - RUNTIME_BYTES),
          ...(liftedBytes === undefined ? {} : { value: liftedBytes }),
          eval: this.#powers.mayEval,
        },
        values: { resources: true, maxValues: liftedElements },
        unhandled: (error) => targets.wrote("an unhandled rejection", error),
        stuck: "fails",
      },
      { timeMs: startMs, account },
    );
    try {
      await realm.load(this.#files, MAIN, { timeMs: startMs, account });
    } catch (error) {
      realm.end(error);
      handles.end();
      if (targets.fault !== undefined) throw targets.fault;
      if (!(error instanceof GuestThrown)) throw error;
      throw this.#thrown.failed(error.value, "the plugin's module threw");
    }
    return new ProgramInstance({
      realm,
      slots: this.#slots,
      handles,
      readers,
      writers,
      fault: () => targets.fault,
      thrown: this.#thrown,
      wrote: (thrown) => targets.wrote("an exception", thrown),
      restorable: this.#restorable,
    });
  }

  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }
}
