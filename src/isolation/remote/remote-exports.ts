import type { ResourceType, WireFunction, WireItems } from "../../component/wire/index.ts";
import { worldNames } from "../../component/engine.ts";
import type { RemoteType } from "./host-handles.ts";

/**
 * An instance's exports: functions that `call` on its thread, objects of such functions, and
 * classes of its resources, whose `new` returns a promise. `imported`: types that the host
 * implements.
 */
export function remoteExports(
  { functions, resources, scopes, names }: WireItems,
  imported: ReadonlySet<ResourceType>,
  remoteOf: (type: ResourceType) => RemoteType,
  call: (func: WireFunction, args: readonly unknown[]) => Promise<unknown>,
): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  const inner = new Map(scopes.map((name) => [name, {} as Record<string, unknown>]));
  const within = (scope: string | undefined) => (scope === undefined ? root : inner.get(scope)!);
  const types = new Map<string, RemoteType>();
  for (const { scope, name, resource } of resources) {
    if (imported.has(resource)) continue;
    const remote = remoteOf(resource);
    types.set(`${scope ?? ""}#${name}`, remote);
    const key = names.get(scope)!.class(name);
    define(remote.Class, "name", key);
    within(scope)[key] = remote.Class;
  }
  for (const func of functions) {
    const { scope, parsed, name } = func;
    const items = within(scope);
    const place = names.get(scope)!;
    const key = place.function(name);
    const plain = (...args: unknown[]) => call(func, args);
    if (parsed.resource === undefined) {
      const exact = scope === undefined ? worldNames(place, name)[0] : key;
      items[exact] = plain;
      if (key !== exact) define(root, key, plain);
      continue;
    }
    const { link, Class } = types.get(`${scope ?? ""}#${parsed.resource}`)!;
    if (parsed.call === "static") define(Class, key, plain);
    else if (parsed.call === "constructor") link.construct = (args) => call(func, args);
    else {
      define(Class.prototype, key, function (this: unknown, ...args: unknown[]) {
        return call(func, [this, ...args]);
      });
    }
  }
  return Object.assign(root, Object.fromEntries(inner));
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
