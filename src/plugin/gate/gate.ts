import type { Permit } from "../../capability/authority.ts";
import { JsNames, keyGiven, parseFuncName } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { isThenable } from "../../realms.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import { type FunctionRules, rulesOf } from "../../interfaces/functions.ts";
import { gateCacheable } from "./gate-cacheable.ts";
import {
  failedCall,
  heldUpBy,
  refuse,
  traced,
  tracker,
  type GatePowers,
  type HostFunction,
} from "./gate-outcome.ts";
import { quickGate } from "./gate-quick.ts";
import { refusedByAccount } from "./gate-refused-by-account.ts";
import { HostFault } from "./host-fault.ts";

/**
 * The door between one instance of a plugin and the implementation of one interface. Every call of
 * a function that the component imports is checked, counted and traced here, and only a value or a
 * WitError comes back. Anything else that the implementation throws becomes a HostFault, which ends
 * the instance; the guest learns nothing of it.
 */
export function gateInterface(
  definition: InterfaceDefinition,
  functions: readonly string[],
  implementation: Readonly<Record<string, unknown>>,
  powers: GatePowers,
): Readonly<Record<string, unknown>> {
  const gated = new Map<string | symbol, unknown>();
  for (const [name, value] of Object.entries(implementation)) {
    // Classes whose resources the guest only passes on are needed as well, without methods.
    if (/^[A-Z]/u.test(name) && typeof value === "function") {
      gated.set(name, standIn(value as HostClass));
    }
  }
  const others = Object.keys(definition.functions ?? {}).filter(
    (name) => !functions.includes(name),
  );
  const names = new JsNames([...functions, ...others]);
  for (const name of functions) {
    const place = placeOf(name, names, implementation, gated);
    if (place === undefined) throw unimplemented(definition, name);
    const { target, key, call } = place;
    const value = gateFunction(definition, name, call, powers);
    if (target === undefined) gated.set(key, value);
    else Object.defineProperty(target, key, { value, configurable: true });
  }
  const unknown = others.filter((name) => !placeOf(name, names, implementation, gated));
  if (unknown.length > 0) throw unknownRules(definition, unknown);
  return Object.freeze(Object.fromEntries(gated));
}

interface Place {
  /** Undefined: the interface itself. */
  readonly target: object | undefined;
  readonly key: string | typeof construct;
  readonly call: HostFunction;
}

/**
 * Where the gate of a function is put, and what it calls. The name comes from a component, so only
 * what the implementation itself defines is found.
 */
function placeOf(
  name: string,
  names: JsNames,
  implementation: Readonly<Record<string, unknown>>,
  gated: Map<string | symbol, unknown>,
): Place | undefined {
  const { call, resource, label } = parseFuncName(name);
  if (resource === undefined) {
    const own = (key: string) =>
      Object.hasOwn(implementation, key) ? implementation[key] : undefined;
    const key = keyGiven(label, names.function(name), (at) => own(at) !== undefined);
    const found = own(key);
    return typeof found === "function"
      ? { target: undefined, key, call: found as HostFunction }
      : undefined;
  }
  const className = keyGiven(resource, names.class(resource), (at) =>
    Object.hasOwn(implementation, at),
  );
  const original = Object.hasOwn(implementation, className)
    ? (implementation[className] as HostClass)
    : undefined;
  if (typeof original !== "function") return undefined;
  if (!gated.has(className)) gated.set(className, standIn(original));
  const stand = gated.get(className) as HostClass;
  if (call === "constructor") {
    return { target: stand, key: construct, call: (...args) => new original(...args) };
  }
  const [owner, target] =
    call === "static" ? [original, stand] : [original.prototype, stand.prototype];
  const key = keyGiven(label, names.function(name), (at) => definedMember(owner, at) !== undefined);
  const member = definedMember(owner, key);
  // A prototype's `constructor` is the class itself, and no method.
  return member && member !== (original as unknown) ? { target, key, call: member } : undefined;
}

/**
 * A member of a class or of the classes that it extends, but not of `Function.prototype` or
 * `Object.prototype`.
 */
function definedMember(owner: object, name: string): HostFunction | undefined {
  for (
    let at: object | null = owner;
    at !== null && at !== Function.prototype && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    const found = Object.getOwnPropertyDescriptor(at, name)?.value as unknown;
    if (typeof found === "function") return found as HostFunction;
  }
  return undefined;
}

/** Undefined if the function has no rule `use`, or the rule cannot read these arguments. */
function useOf(rules: FunctionRules, args: readonly unknown[]): unknown {
  try {
    return rules.use?.(args);
  } catch {
    return undefined;
  }
}

/** The permit of functions that need no capability. */
const open: Permit = Object.freeze({ allowed: true });

type Says = (...args: unknown[]) => string;

function gateFunction(
  definition: InterfaceDefinition,
  name: string,
  call: HostFunction,
  powers: GatePowers,
): HostFunction {
  const { authority, meter, telemetry, clock } = powers;
  const { plugin } = powers.caller;
  const account = powers.allowance.account(definition.name);
  const rules = rulesOf(definition, name);
  const capability = rules.ungated ? undefined : definition.capability?.name;
  const operation = `${definition.name}#${name}`;
  const mayWait = rules.waits ?? false;
  const heldUp = heldUpBy(definition, powers);
  const track = mayWait ? tracker(definition, name, operation, powers) : undefined;
  const rule = rules.cacheable;
  if (rule !== undefined) {
    return gateCacheable({ definition, name, operation, capability, rule, mayWait, run }, powers);
  }
  const permit = capability === undefined ? open : authority.permit(plugin, capability);
  const { says } = rules;
  if (says !== undefined) return heard(says as Says);
  const quick = { plugin, operation, call, permit, account, meter, telemetry, track, heldUp };
  return quickGate({ ...quick, careful });

  /** What it says is noted, whether or not the call is allowed. */
  function heard(words: Says): HostFunction {
    return function (this: unknown, ...args: unknown[]): unknown {
      try {
        powers.said(words(...args));
      } catch (error) {
        throw failedCall(account, operation, error, plugin);
      }
      return careful.apply(this, args);
    };
  }

  function careful(this: unknown, ...args: unknown[]): unknown {
    meter.hostCalls++;
    if (!account.admits()) {
      return refusedByAccount({ definition, name, operation, mayWait }, powers, () =>
        careful.apply(this, args),
      );
    }
    if (capability !== undefined) {
      const told = (): unknown => useOf(rules, args);
      const permission = authority.may(plugin, capability, undefined, operation, told);
      if (!permission.allowed) {
        return refuse(definition, name, operation, capability, permission.reason, powers);
      }
    }
    if (telemetry.traced) return traced(operation, powers, () => run(this, args));
    return run(this, args);
  }

  function run(self: unknown, args: unknown[]): unknown {
    let value: unknown;
    for (const arg of args) account.sent(arg);
    const calls = account.sample();
    const started = calls > 0 ? clock.monotonic() : 0;
    heldUp?.enters(operation);
    try {
      try {
        value = call.apply(self, args);
      } finally {
        heldUp?.left();
      }
      if (track !== undefined && isThenable(value)) return track(value);
      account.received(value);
    } catch (error) {
      throw failedCall(account, operation, error, plugin);
    }
    if (calls > 0) meter.sampledMs += (clock.monotonic() - started) * calls;
    account.answered();
    return value;
  }
}

/**
 * Takes the place of an interface that this host does not have and that the plugin can do without.
 * A call of one of its functions ends the instance: the guest is expected to ask
 * `capabilities.query` first.
 */
export function unavailableInterface(
  name: string,
  functions: readonly string[],
): Readonly<Record<string, unknown>> {
  const stubs = new Map<string, unknown>();
  const names = new JsNames(functions);
  for (const functionName of functions) {
    const stub = (): never => {
      throw new HostFault(`${name}#${functionName}`, "unavailable");
    };
    const { call, resource } = parseFuncName(functionName);
    if (resource === undefined) {
      stubs.set(names.function(functionName), stub);
      continue;
    }
    const className = names.class(resource);
    const stand = (stubs.get(className) ?? standIn(class Unavailable {})) as HostClass;
    stubs.set(className, stand);
    const target = call === "method" ? stand.prototype : stand;
    const key = call === "constructor" ? construct : names.function(functionName);
    Object.defineProperty(target, key, { value: stub, configurable: true });
  }
  return Object.freeze(Object.fromEntries(stubs));
}

function unknownRules({ name }: InterfaceDefinition, unknown: readonly string[]): TenonError {
  const message = `${name} has rules for ${unknown.join(", ")}, which implement gives no function for.`;
  return new TenonError("usage", message, { data: { interface: name, unknown } });
}

function unimplemented(definition: InterfaceDefinition, name: string): TenonError {
  return new TenonError(
    "component-unlinkable",
    `This host's ${definition.name} does not have ${name}.`,
    { data: { missing: [`${definition.name}#${name}`] } },
  );
}

/** A host resource class, as an implementation defines it. */
type HostClass = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** The member of a stand-in that `new` calls. */
const construct: unique symbol = Symbol("construct");

/**
 * Makes a class in front of another. It accepts the other's resources as its own (`instanceof`) and
 * has none of its members until they are added: static functions and `construct` to the class,
 * methods to its prototype.
 */
function standIn(original: HostClass): HostClass {
  const stand = function (this: unknown, ...args: unknown[]): object {
    const make = (stand as { [construct]?: (...args: unknown[]) => object })[construct];
    if (make === undefined) throw new TypeError(`${original.name} is not constructed here`);
    return make(...args);
  };
  Object.defineProperty(stand, Symbol.hasInstance, {
    value: (value: unknown) => value instanceof original,
  });
  return stand as unknown as HostClass;
}
