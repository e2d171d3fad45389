import {
  type CallOptions,
  type EngineExports,
  type EngineInstance,
  type EngineSnapshot,
} from "../../component/engine.ts";
import type { FuncType } from "../../component/wit-world.ts";
import { TenonError } from "../../errors.ts";
import type { FromGuest, GuestReaders } from "../conform/from-guest.ts";
import type { Handles } from "../conform/handles.ts";
import { MisfitThrown } from "../conform/misfit-thrown.ts";
import type { GuestWriters, ToGuest } from "../conform/to-guest.ts";
import type { Slot } from "../plan/main-module.ts";
import type { Realm } from "../realm/realm.ts";
import { GuestThrown, NeverSettles } from "../realm/targets.ts";
import { ValueError } from "../values/value-error.ts";
import { outcomes } from "./interface-targets.ts";
import type { ThrownReader } from "./thrown.ts";

/** Made by `startProgram` (`javascript-engine.ts`). */
export interface ProgramParts {
  readonly realm: Realm;
  readonly slots: readonly Slot[];
  readonly handles: Handles;
  readonly readers: GuestReaders;
  readonly writers: GuestWriters;
  /** What a function of the host's threw that ended the program, if one did. */
  readonly fault: () => unknown;
  readonly thrown: ThrownReader;
  /** Told of an exception that became an `err`. */
  readonly wrote: (thrown: unknown) => void;
  readonly restorable: boolean;
}

/**
 * A program, as an instance of its world. Its exported functions return promises. It can be called while
 * calls are under way: none of them holds the runtime's instance while it waits.
 */
export class ProgramInstance implements EngineInstance {
  readonly #parts: ProgramParts;
  readonly exports: EngineExports;
  readonly answersLater = true;
  /** Those of the call that is being entered. */
  #options: CallOptions | undefined;
  #closed = false;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.exports = exportsOf(parts, (slot, js, make) => this.#function(slot, js, make));
  }

  get #instance(): EngineInstance {
    return this.#parts.realm.instance;
  }

  get state(): EngineInstance["state"] {
    if (this.#closed) return "closed";
    return this.#parts.realm.ended === undefined ? this.#instance.state : "poisoned";
  }

  get measures(): boolean {
    return this.#instance.measures ?? false;
  }

  get gone(): TenonError | undefined {
    return this.#instance.gone;
  }

  get memoryBytes(): number {
    return this.#instance.memoryBytes;
  }

  get memories(): number {
    return this.#instance.memories ?? 1;
  }

  get mayBeLate(): (() => boolean) | undefined {
    return this.#instance.mayBeLate;
  }

  call<Answer>(enter: (exports: EngineExports) => Answer, options: CallOptions): Answer {
    const before = this.#options;
    this.#options = options;
    try {
      return enter(this.exports);
    } finally {
      this.#options = before;
    }
  }

  snapshot(): EngineSnapshot | undefined {
    const { realm, handles, restorable } = this.#parts;
    if (!restorable || realm.inFlight > 0 || realm.ended !== undefined) return undefined;
    const inner = this.#instance.snapshot?.();
    if (inner === undefined) return undefined;
    const mark = handles.mark;
    return {
      bytes: inner.bytes,
      restore: () => {
        if (realm.inFlight > 0 || realm.ended !== undefined) return false;
        return handles.backTo(mark) && inner.restore();
      },
    };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    const { realm, handles } = this.#parts;
    realm.end(new TenonError("component-closed", "the instance was closed"));
    handles.end();
  }

  #function(slot: Slot, js: string, type: FuncType): (...args: unknown[]) => Promise<unknown> {
    const { readers, writers } = this.#parts;
    const params = type.params.map(({ name, type: of }) => ({ name, write: writers.of(of) }));
    const { ok } = outcomes(type);
    const read = ok && readers.of(ok);
    const what = slot.made.known === undefined ? js : `${slot.made.from}.${js}`;
    return (...args) => this.#enter({ slot, js, what, params, read, type }, args);
  }

  async #enter(one: ExportedFunction, args: readonly unknown[]): Promise<unknown> {
    const { realm, handles, readers, thrown, wrote } = this.#parts;
    const { slot, js, what, type } = one;
    if (this.#closed) throw new TenonError("component-closed", "the instance was closed");
    if (realm.ended !== undefined) throw poisoned(realm.ended.why);
    const { timeMs, account } = this.#options ?? {};
    const written = writeArguments(one, args, handles);
    try {
      const value = await this.#run([slot.key, js], written, { timeMs, account });
      return this.#result(one, value);
    } catch (error) {
      if (!(error instanceof GuestThrown)) throw this.#lost(error, what);
      const err = thrown.errOf(error.value, type, readers, handles);
      if (err === undefined) throw this.#lost(thrown.failed(error.value, `${what} threw`), what);
      if (!hasPayload(error.value)) wrote(error.value);
      throw err;
    }
  }

  #run(
    path: readonly string[],
    args: readonly unknown[],
    options: Pick<CallOptions, "timeMs" | "account">,
  ): unknown {
    try {
      return this.#parts.realm.enter(path, args, options);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const data = { limit: "liftedBytes" };
      throw new TenonError("component-limit", error.message, { cause: error, data });
    }
  }

  #result({ what, read }: ExportedFunction, value: unknown): unknown {
    try {
      return read?.(value, this.#parts.handles);
    } catch (error) {
      if (!(error instanceof MisfitThrown)) throw error;
      const { message } = error.told(`${what}: the result`);
      throw new TenonError("component-trap", message, { data: { kind: "wrong-return" } });
    }
  }

  /** The program has failed, and ends. Returns what its caller is told. */
  #lost(error: unknown, what: string): unknown {
    const { realm, handles, fault } = this.#parts;
    const told = fault() ?? endOf(error, what);
    realm.end(told);
    try {
      handles.end();
    } catch {
      // The call fails with what came first.
    }
    return told;
  }
}

interface ExportedFunction {
  readonly slot: Slot;
  readonly js: string;
  /** For messages: `commands.run`. */
  readonly what: string;
  readonly params: readonly { readonly name: string; readonly write: ToGuest }[];
  readonly read: FromGuest | undefined;
  readonly type: FuncType;
}

function exportsOf(
  { slots }: ProgramParts,
  make: (slot: Slot, js: string, type: FuncType) => unknown,
): EngineExports {
  const exports: Record<string, unknown> = {};
  for (const slot of slots) {
    const { name, known, functions } = slot.made;
    const made = Object.fromEntries(functions.map(({ js, type }) => [js, make(slot, js, type)]));
    if (known !== undefined) exports[name] = Object.freeze(made);
    else for (const { js } of functions) exports[name] = made[js];
  }
  return Object.freeze(exports);
}

/** What the host passed is wrong: the program is not called. */
function writeArguments(
  { what, params }: ExportedFunction,
  args: readonly unknown[],
  handles: Handles,
): readonly unknown[] {
  return params.map(({ name, write }, index) => {
    try {
      return write(args[index], handles);
    } catch (error) {
      if (!(error instanceof MisfitThrown)) throw error;
      throw error.told(`${what}: argument ${index} (${name})`);
    }
  });
}

function hasPayload(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && Object.hasOwn(thrown, "payload");
}

function poisoned(why: unknown): TenonError {
  return new TenonError("component-poisoned", "the program has ended", { cause: why });
}

function endOf(error: unknown, what: string): unknown {
  if (error instanceof NeverSettles) {
    const message = `${what} awaits a promise that nothing will settle`;
    return new TenonError("component-trap", message, { data: { kind: "not-returned" } });
  }
  if (error instanceof ValueError) {
    const message = `${what}: ${error.message}`;
    return new TenonError("component-trap", message, { cause: error, data: { kind: "other" } });
  }
  return error;
}
