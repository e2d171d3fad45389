import { camelCase, pascalCase } from "../../component/js-names.ts";
import type { ResourceType } from "../../component/types.ts";
import type { WireFunction, WireSurface } from "../wire/surface.ts";
import type { RemoteResourceClass } from "./remote-resource.ts";

/// An instance's exports: functions that `call` on its thread, objects of them, and classes of its
/// resources, which are made by `create`. `imported`: types that the host implements.
export function remoteExports(
  { functions, resources, scopes }: WireSurface,
  imported: ReadonlySet<ResourceType>,
  classOf: (type: ResourceType) => RemoteResourceClass,
  call: (func: WireFunction, args: readonly unknown[]) => Promise<unknown>,
): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  const inner = new Map(scopes.map((name) => [name, {} as Record<string, unknown>]));
  const within = (scope: string | undefined) => (scope === undefined ? root : inner.get(scope)!);
  for (const { scope, name, resource } of resources) {
    if (!imported.has(resource)) within(scope)[pascalCase(name)] = classOf(resource);
  }
  for (const func of functions) {
    const { scope, parsed, name } = func;
    const items = within(scope);
    const key = camelCase(parsed.label);
    const plain = (...args: unknown[]) => call(func, args);
    if (parsed.resource === undefined) {
      items[scope === undefined ? name : key] = plain;
      if (scope === undefined && key !== name) define(root, key, plain);
      continue;
    }
    const Class = items[pascalCase(parsed.resource)] as RemoteResourceClass;
    if (parsed.call === "static") define(Class, key, plain);
    else if (parsed.call === "constructor") define(Class, "create", plain);
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
