// The imports of an instance whose host is on another thread.
import type { ResourceType, WireFunction, WireItems } from "../../component/wire/index.ts";
import { HostResource, type HostResourceClass } from "./guest-handles.ts";

type AnyFunction = (...args: unknown[]) => unknown;

export type HostCall = (func: WireFunction, args: readonly unknown[]) => unknown;

/** The indices of the functions and resources that the host implements. */
export interface GivenIndices {
  readonly functions: ReadonlySet<number>;
  readonly resources: ReadonlySet<number>;
}

export interface HostImports {
  readonly imports: Readonly<Record<string, unknown>>;
  readonly classes: ReadonlyMap<ResourceType, HostResourceClass>;
}

/**
 * Makes the imports of an instance. What the host does not implement is left out, so that the
 * engine reports it as missing.
 */
export function hostImports(
  wire: WireItems,
  given: GivenIndices,
  call: HostCall,
  /** Returns what to call in place of `ask`, where calls are lent. Undefined: they are not. */
  lent: (func: WireFunction, key: string, ask: AnyFunction) => AnyFunction | undefined = () =>
    undefined,
): HostImports {
  const scopes = new Map<string | undefined, Map<string, unknown>>([[undefined, new Map()]]);
  for (const name of wire.scopes) scopes.set(name, new Map());
  const functions = wire.functions.filter(({ index }) => given.functions.has(index));

  const classes = new Map<ResourceType, HostResourceClass>();
  for (const [index, { scope, name, resource }] of wire.resources.entries()) {
    if (!given.resources.has(index)) continue;
    let Class = classes.get(resource);
    if (Class === undefined) {
      Class = class extends HostResource {};
      classes.set(resource, Class);
    }
    const construct = functions.find(
      ({ parsed, scope: other }) =>
        parsed.call === "constructor" && parsed.resource === name && other === scope,
    );
    scopes
      .get(scope)!
      .set(wire.names.get(scope)!.class(name), constructible(Class, construct, call));
  }
  for (const func of functions) {
    const { scope, parsed, name } = func;
    const items = scopes.get(scope)!;
    const names = wire.names.get(scope)!;
    const key = names.function(name);
    const Class = parsed.resource && (items.get(names.class(parsed.resource)) as HostResourceClass);
    if (parsed.call === "function") {
      const ask = (...args: unknown[]): unknown => call(func, args);
      // A function that is itself an import has its exact name.
      items.set(scope === undefined ? name : key, lent(func, key, ask) ?? ask);
    } else if (Class && parsed.call === "static") {
      define(Class, key, (...args: unknown[]) => call(func, args));
    } else if (Class && parsed.call === "method") {
      define(Class.prototype, key, function (this: unknown, ...args: unknown[]) {
        return call(func, [this, ...args]);
      });
    }
  }
  const [root, ...inner] = [...scopes.values()].map((items) => Object.fromEntries(items));
  const named = Object.fromEntries(wire.scopes.map((name, index) => [name, inner[index]]));
  return { imports: { ...root, ...named }, classes };
}

/**
 * A class that the engine calls with `new` and the guest's arguments. Its instances are those of
 * `Class`.
 */
function constructible(
  Class: HostResourceClass,
  construct: WireFunction | undefined,
  call: HostCall,
): HostResourceClass {
  const stand = function (...args: unknown[]): unknown {
    return construct && call(construct, args);
  };
  stand.prototype = Class.prototype;
  return stand as unknown as HostResourceClass;
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true });
}
