import type { Permit } from "../capability/authority.ts";
import { camelCase, parseFunctionName } from "../component/js-names.ts";
import { TenonError } from "../errors.ts";
import type { InterfaceDefinition } from "../interfaces/define.ts";
import { gateCacheable } from "./gate-cacheable.ts";
import {
  failedCall,
  refuse,
  traced,
  tracker,
  type GatePowers,
  type HostFunction,
} from "./gate-outcome.ts";
import { quickGate } from "./gate-quick.ts";
import { heldUp } from "./gate-held-up.ts";
import { HostFault } from "./host-fault.ts";
import { construct, standIn, type HostClass } from "./stand-in.ts";

/// The door between one plugin instance and the implementation of one interface: every function that
/// the component imports is checked, counted, traced and called here, and nothing but a value or a
/// WitError comes back through it. Anything else that an implementation throws becomes a HostFault,
/// which ends the instance; the guest learns nothing of it.
export function gateInterface(
  definition: InterfaceDefinition,
  functions: readonly string[],
  implementation: Readonly<Record<string, unknown>>,
  powers: GatePowers,
): Readonly<Record<string, unknown>> {
  const gated = new Map<string | symbol, unknown>();
  for (const [name, value] of Object.entries(implementation)) {
    // Classes that the guest only passes around are there too, without methods.
    if (/^[A-Z]/u.test(name) && typeof value === "function") {
      gated.set(name, standIn(value as HostClass));
    }
  }
  for (const name of functions) {
    const place = placeOf(name, implementation, gated);
    if (place === undefined) throw unimplemented(definition, name);
    const { target, key, call } = place;
    const value = gateFunction(definition, name, call, powers);
    if (target === undefined) gated.set(key, value);
    else Object.defineProperty(target, key, { value, configurable: true });
  }
  return Object.freeze(Object.fromEntries(gated));
}

interface Place {
  /// Undefined: the interface itself.
  readonly target: object | undefined;
  readonly key: string | typeof construct;
  readonly call: HostFunction;
}

/// Where a function goes, and what it calls. The names come from a component: only what the
/// implementation itself defines is found.
function placeOf(
  name: string,
  implementation: Readonly<Record<string, unknown>>,
  gated: ReadonlyMap<string | symbol, unknown>,
): Place | undefined {
  const parsed = parseFunctionName(name);
  if (parsed.tag === "function") {
    const key = camelCase(name);
    const call = Object.hasOwn(implementation, key) ? implementation[key] : undefined;
    return typeof call === "function"
      ? { target: undefined, key, call: call as HostFunction }
      : undefined;
  }
  const stand = gated.get(parsed.className) as HostClass | undefined;
  if (stand === undefined) return undefined;
  const original = implementation[parsed.className] as HostClass;
  if (parsed.tag === "constructor") {
    return { target: stand, key: construct, call: (...args) => new original(...args) };
  }
  const [owner, target] =
    parsed.tag === "static" ? [original, stand] : [original.prototype, stand.prototype];
  const call = definedMember(owner, parsed.member);
  return call && { target, key: parsed.member, call };
}

/// A member of a class or of those it extends; never one that every function or object has.
function definedMember(owner: object, name: string): HostFunction | undefined {
  if (name === "constructor") return undefined;
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

/// For functions that need no capability.
const open: Permit = Object.freeze({ allowed: true });

function gateFunction(
  definition: InterfaceDefinition,
  name: string,
  call: HostFunction,
  powers: GatePowers,
): HostFunction {
  const { authority, meter, telemetry, clock } = powers;
  const { plugin } = powers.caller;
  const account = powers.allowance.account(definition.name);
  const capability = definition.ungated?.includes(name) ? undefined : definition.capability?.name;
  const operation = `${definition.name}#${name}`;
  const mayWait = definition.suspends?.includes(name) ?? false;
  const track = mayWait ? tracker(definition, name, operation, powers) : undefined;
  const { cacheable = {} } = definition;
  const rule = Object.hasOwn(cacheable, name) ? cacheable[name] : undefined;
  if (rule !== undefined) {
    return gateCacheable({ definition, name, operation, capability, rule, mayWait, run }, powers);
  }
  const permit = capability === undefined ? open : authority.permit(plugin, capability);
  const quick = { plugin, operation, call, permit, account, meter, telemetry, track };
  return quickGate({ ...quick, careful });

  function careful(this: unknown, ...args: unknown[]): unknown {
    meter.hostCalls++;
    if (!account.admits()) {
      return heldUp({ definition, name, operation, mayWait }, powers, () =>
        careful.apply(this, args),
      );
    }
    if (capability !== undefined) {
      const permission = authority.may(plugin, capability, undefined, operation);
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
    try {
      value = call.apply(self, args);
      // A Proxy may throw when it is asked.
      if (track !== undefined && value instanceof Promise) return track(value);
      account.received(value);
    } catch (error) {
      throw failedCall(account, operation, error, plugin);
    }
    if (calls > 0) meter.hostMs += (clock.monotonic() - started) * calls;
    account.succeeded();
    return value;
  }
}

/// Stands for an interface that this host does not have and the plugin can do without: calling it
/// ends the instance. The guest asks `capabilities.query` first.
export function unavailableInterface(
  name: string,
  functions: readonly string[],
): Readonly<Record<string, unknown>> {
  const stubs = new Map<string, unknown>();
  for (const functionName of functions) {
    const stub = (): never => {
      throw new HostFault(`${name}#${functionName}`, "unavailable");
    };
    const parsed = parseFunctionName(functionName);
    if (parsed.tag === "function") {
      stubs.set(camelCase(functionName), stub);
      continue;
    }
    const stand = (stubs.get(parsed.className) ?? standIn(class Unavailable {})) as HostClass;
    stubs.set(parsed.className, stand);
    const target = parsed.tag === "method" ? stand.prototype : stand;
    const key = parsed.tag === "constructor" ? construct : parsed.member;
    Object.defineProperty(target, key, { value: stub, configurable: true });
  }
  return Object.freeze(Object.fromEntries(stubs));
}

function unimplemented(definition: InterfaceDefinition, name: string): TenonError {
  return new TenonError(
    "component-unlinkable",
    `This host's ${definition.name} does not have ${name}.`,
    { data: { missing: [`${definition.name}#${name}`] } },
  );
}
