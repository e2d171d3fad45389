import { TenonError, WitError } from "../../src/errors.ts";
import type { EngineImports } from "../../src/component/engine.ts";
import type { FunctionName } from "./artifact.ts";
import type { Life } from "./life.ts";
import { camelCase } from "../../src/component/js-names.ts";
import { parseFunctionName } from "./member-names.ts";

type HostFunction = (this: unknown, ...args: unknown[]) => unknown;
type HostClass = (new (...args: unknown[]) => object) & { readonly prototype: object };

export interface ImportPlan {
  readonly functions: readonly FunctionName[];
  /** JavaScript names by interface, classes among them that are only passed around. */
  readonly required: ReadonlyMap<string, readonly string[]>;
  /** `interface#function` of those that may answer with a promise. */
  readonly suspend: ReadonlySet<string>;
}

/**
 * The host's implementations as the glue wants them, each behind a guard: what it throws ends the
 * instance unless it is a WitError. `life` is asked at each call, since an instance that has ended
 * may still be on the stack.
 */
export function guardImports(
  plan: ImportPlan,
  imports: EngineImports,
  life: () => Life,
): Record<string, object> {
  const missing: string[] = [];
  const guarded = new Map<string, Record<string, unknown>>();
  const guard = new Guard(life);
  for (const { interface: owner, name } of plan.functions) {
    const mayWait = plan.suspend.has(`${owner}#${name}`);
    const given = Object.hasOwn(imports, owner) ? imports[owner] : undefined;
    if (owner === name) {
      if (typeof given !== "function") missing.push(owner);
      else guarded.set(owner, { default: guard.callable(owner, given as HostFunction, mayWait) });
      continue;
    }
    const target = entry(guarded, owner);
    const label = `${owner}#${name}`;
    if (!guard.add(target, given, name, label, mayWait)) missing.push(label);
  }
  for (const [owner, names] of plan.required) {
    const target = entry(guarded, owner);
    const given = Object.hasOwn(imports, owner) ? imports[owner] : undefined;
    for (const name of names) {
      if (Object.hasOwn(target, name)) continue;
      const found = member(given, name);
      if (typeof found === "function") target[name] = guard.standIn(found as HostClass);
      else if (/^[A-Z]/u.test(name)) missing.push(`${owner}#${name}`);
    }
  }
  if (missing.length > 0) throw unlinkable(missing);
  return Object.fromEntries(guarded);
}

class Guard {
  readonly #life: () => Life;
  readonly #standIns = new Map<HostClass, HostClass>();

  constructor(life: () => Life) {
    this.#life = life;
  }

  // Adds one function of an interface to what the glue gets. False where the host has none.
  add(
    target: Record<string, unknown>,
    given: unknown,
    name: string,
    label: string,
    mayWait: boolean,
  ): boolean {
    const parsed = parseFunctionName(name);
    if (parsed.tag === "function") {
      const found = member(given, camelCase(name));
      if (typeof found !== "function") return false;
      target[camelCase(name)] = this.callable(label, found as HostFunction, mayWait);
      return true;
    }
    const original = member(given, parsed.className);
    if (typeof original !== "function") return false;
    const standIn = this.standIn(original as HostClass);
    target[parsed.className] = standIn;
    if (parsed.tag === "constructor") return true;
    const owner = parsed.tag === "method" ? original.prototype : original;
    const found = member(owner, parsed.member);
    if (typeof found !== "function") return false;
    Object.defineProperty(parsed.tag === "method" ? standIn.prototype : standIn, parsed.member, {
      value: this.callable(label, found as HostFunction, mayWait),
    });
    return true;
  }

  // Stands before a host class: constructs guarded, carries guarded methods only, and takes the
  // instances of the class for its own.
  standIn(original: HostClass): HostClass {
    const known = this.#standIns.get(original);
    if (known !== undefined) return known;
    const construct = this.callable(original.name, (...args) => new original(...args), false);
    const standIn = function (...args: unknown[]): unknown {
      return construct(...args);
    };
    Object.defineProperty(standIn, Symbol.hasInstance, {
      value: (value: unknown) => value instanceof original,
    });
    this.#standIns.set(original, standIn as unknown as HostClass);
    return standIn as unknown as HostClass;
  }

  callable(label: string, fn: HostFunction, mayWait: boolean): HostFunction {
    const life = this.#life;
    return function (this: unknown, ...args: unknown[]): unknown {
      const current = life();
      if (!current.live) throw ended();
      let value: unknown;
      try {
        value = fn.apply(this, args);
      } catch (error) {
        throw answerOrFault(current, label, error);
      }
      if (!(value instanceof Promise)) return value;
      if (mayWait) return settle(current, label, value);
      value.catch(() => undefined);
      const cause = new TenonError(
        "component-promise",
        `${label} answered with a promise; name it in \`suspend\`.`,
      );
      throw fault(current, label, cause);
    };
  }
}

async function settle(life: Life, label: string, promise: Promise<unknown>): Promise<unknown> {
  try {
    const value = await promise;
    if (life.live) return value;
  } catch (error) {
    throw answerOrFault(life, label, error);
  }
  // Nobody waits for the guest any more: its stack is let go rather than run on.
  return new Promise(() => undefined);
}

function answerOrFault(life: Life, label: string, error: unknown): unknown {
  if (!(error instanceof WitError)) return fault(life, label, error);
  // The glue reads an own property.
  return Object.assign(new Error("err"), { payload: error.payload });
}

function fault(life: Life, label: string, cause: unknown): Error {
  life.poison(cause, label);
  return ended();
}

// The glue hands on exactly this class; a guest that catches it meets it again at its next call.
function ended(): Error {
  return new WebAssembly.RuntimeError("the instance has ended");
}

export function unlinkable(missing: readonly string[]): TenonError {
  return new TenonError(
    "component-unlinkable",
    `The component imports what it was not given: ${missing.join(", ")}.`,
    { data: { missing } },
  );
}

function entry(map: Map<string, Record<string, unknown>>, key: string): Record<string, unknown> {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = {}));
  return found;
}

// A member that the host defined: never one that every object or function has.
function member(owner: unknown, name: string): unknown {
  if (name === "constructor") return undefined;
  let at = owner;
  while (
    (typeof at === "object" || typeof at === "function") &&
    at !== null &&
    at !== Object.prototype &&
    at !== Function.prototype
  ) {
    if (Object.hasOwn(at, name)) return (at as Record<string, unknown>)[name];
    at = Object.getPrototypeOf(at);
  }
  return undefined;
}
