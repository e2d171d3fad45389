import { type FuncType, type ValueType } from "../../component/wit-world.ts";
import { type EngineImports, hostFailure, keyGiven } from "../../component/engine.ts";
import { errOf, TenonError } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import type { FromGuest, GuestReaders } from "../conform/from-guest.ts";
import type { Handles } from "../conform/handles.ts";
import { MisfitThrown } from "../conform/misfit-thrown.ts";
import type { GuestWriters, ToGuest } from "../conform/to-guest.ts";
import type { Plan, PlannedFunction } from "../plan/plan.ts";
import { type BegunCall, GuestError, type Targets } from "../realm/targets.ts";

/** What functions of interfaces need. Made by ProgramInstance (`program-instance.ts`). */
export interface InterfacePowers {
  readonly plan: Plan;
  readonly imports: EngineImports;
  readonly handles: Handles;
  readonly readers: GuestReaders;
  readonly writers: GuestWriters;
}

type Call = (args: readonly unknown[], call: BegunCall | undefined) => unknown;

/** The functions of the interfaces that a program imports, by their numbers. */
export class InterfaceTargets implements Pick<Targets, "call" | "start"> {
  readonly #calls: ReadonlyMap<number, Call>;

  constructor(powers: InterfacePowers) {
    const { plan, imports } = powers;
    this.#calls = new Map(
      Array.from(plan.functions, ([target, one]) => [
        target,
        new BoundFunction(one, implementationOf(one, imports), powers).call,
      ]),
    );
  }

  call(target: number, args: readonly unknown[]): unknown {
    const answer = this.#get(target)(args, undefined);
    if (!isThenable(answer)) return answer;
    Promise.resolve(answer).catch(() => {});
    throw new TenonError("component-promise", "a function that may not wait returned a promise");
  }

  start(target: number, args: readonly unknown[], call: BegunCall): unknown {
    return this.#get(target)(args, call);
  }

  #get(target: number): Call {
    const call = this.#calls.get(target);
    if (call !== undefined) return call;
    throw new GuestError(new TypeError("the plugin imports no such function"));
  }
}

type Implementation = (args: readonly unknown[]) => unknown;

/** What a function of the host's is called with: a method's first argument is the resource. */
function implementationOf(
  { owner, function: one }: PlannedFunction,
  imports: EngineImports,
): Implementation {
  const given = (imports[owner.name] ?? {}) as Readonly<Record<string, unknown>>;
  const at = (from: object, label: string, js: string): unknown => {
    const key = keyGiven(label, js, (name) => Reflect.get(from, name) !== undefined);
    return Reflect.get(from, key);
  };
  const { call, resource, js, name } = one;
  const label = name.slice(Math.max(name.indexOf("]"), name.indexOf(".")) + 1);
  if (resource === undefined) return (args) => apply(at(given, label, js), undefined, args);
  const className = owner.resources.find((made) => made.label === resource)?.js ?? resource;
  const Class = at(given, resource, className) as (new (...args: unknown[]) => object) | undefined;
  if (call === "constructor") return (args) => new Class!(...args);
  if (call === "static") return (args) => apply(at(Class!, label, js), Class, args);
  return ([self, ...args]) => apply(at(Class!.prototype as object, label, js), self, args);
}

function apply(target: unknown, self: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(target as (...given: unknown[]) => unknown, self, args);
}

/** One function, with what reads its arguments and writes its result. */
class BoundFunction {
  readonly #place: string;
  readonly #short: string;
  readonly #implementation: Implementation;
  readonly #handles: Handles;
  readonly #params: readonly { readonly name: string; readonly read: FromGuest }[];
  readonly #ok: ToGuest | undefined;
  /** Undefined: the function's type has no err. */
  readonly #err: ToGuest | undefined;

  constructor(
    { owner, function: one }: PlannedFunction,
    implementation: Implementation,
    { handles, readers, writers }: InterfacePowers,
  ) {
    const { params } = one.type;
    this.#place = `${owner.name}#${one.name}`;
    this.#short = `${owner.local}: ${one.js}`;
    this.#implementation = implementation;
    this.#handles = handles;
    this.#params = params.map(({ name, type }) => ({ name, read: readers.of(type) }));
    const { ok, err } = outcomes(one.type);
    this.#ok = ok && writers.of(ok);
    this.#err = err.tag === "none" ? undefined : (err.type && writers.of(err.type)) || nothing;
  }

  readonly call = (args: readonly unknown[]): unknown => {
    const read = this.#params.map((param, index) => this.#argument(param, args[index], index));
    let answer: unknown;
    try {
      answer = this.#implementation(read);
    } catch (thrown) {
      throw this.#thrown(thrown);
    }
    if (!isThenable(answer)) return this.#returned(answer);
    return answer.then(
      (value) => this.#returned(value),
      (thrown: unknown) => {
        throw this.#thrown(thrown);
      },
    );
  };

  #argument(
    { name, read }: { readonly name: string; readonly read: FromGuest },
    value: unknown,
    index: number,
  ): unknown {
    try {
      return read(value, this.#handles);
    } catch (error) {
      if (!(error instanceof MisfitThrown)) throw error;
      const { message } = error.told(`${this.#short}: argument ${index} (${name})`);
      throw new GuestError(new TypeError(message));
    }
  }

  #returned(value: unknown): unknown {
    try {
      return this.#ok?.(value, this.#handles);
    } catch (error) {
      throw this.#misfit(error, "the result");
    }
  }

  /** What is the function's `err` is thrown in the program; all else ends it. */
  #thrown(thrown: unknown): unknown {
    const err = errOf(thrown);
    if (err === undefined || this.#err === undefined) return hostFailure(thrown, this.#place);
    let payload: unknown;
    try {
      payload = this.#err(err.payload, this.#handles);
    } catch (error) {
      return this.#misfit(error, "the err");
    }
    const error = new Error(`${this.#short}: ${described(payload)}`);
    return new GuestError(Object.assign(error, { payload }));
  }

  #misfit(error: unknown, what: string): unknown {
    if (!(error instanceof MisfitThrown)) return error;
    const cause = error.told(what);
    return new TenonError("component-trap", `${this.#place}: ${cause.message}`, {
      cause,
      data: { kind: "host-result", import: this.#place },
    });
  }
}

const nothing: ToGuest = () => undefined;

/** What a function answers, and what is its err. */
export function outcomes({ result }: FuncType): {
  readonly ok: ValueType | undefined;
  readonly err:
    | { readonly tag: "none" }
    | { readonly tag: "some"; readonly type: ValueType | undefined };
} {
  if (result?.kind !== "result") return { ok: result, err: { tag: "none" } };
  return { ok: result.ok, err: { tag: "some", type: result.err } };
}

/** An err in a few words: `invalid-key: the key is empty`. */
function described(payload: unknown): string {
  if (typeof payload === "string") return payload.slice(0, 300);
  if (typeof payload !== "object" || payload === null) return String(payload ?? "err");
  const { tag, val } = payload as { readonly tag?: unknown; readonly val?: unknown };
  if (typeof tag !== "string") return "err";
  return val === undefined ? tag : `${tag}: ${described(val)}`.slice(0, 300);
}
