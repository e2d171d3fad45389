import type { GuestCall } from "./call-group.ts";
import type { Plugin } from "./plugin.ts";
import { suspendingImports } from "./start.ts";

type Call = (...args: unknown[]) => unknown;

/// A plugin's exports for an embedder that calls them directly. On the caller's thread, where nothing it
/// imports may wait, a call answers at once, and one into an instance that has ended throws; ask for
/// the exports again. Otherwise each call waits for its turn, has the deadline of a command, and
/// starts the plugin anew where that is needed. Where the plugin exports resources all calls are of its
/// first instance.
export async function directExports(plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  return plugin.use("exports", async (instance) => {
    const waits =
      suspendingImports(await plugin.package.links()).length > 0 || instance.answersLater;
    const deadline = plugin.allowance.granted.commandMs;
    const first = Object.values(instance.exports).some(
      (value) => typeof value === "object" && value !== null && Object.keys(value).some(isClass),
    );
    const direct = new Map<string, unknown>();
    const wrap = (path: readonly string[], func: unknown): Call => {
      const operation = path.join("#");
      const enter = (exports: object, args: unknown[]): unknown => {
        const call = path.reduce<unknown>(
          (at, key) => (at as Record<string, unknown>)[key],
          exports,
        ) as Call;
        return call(...args);
      };
      const callOf = (args: unknown[]): GuestCall => ({
        operation,
        deadlineMs: deadline,
        enter: (exports) => enter(exports, args),
      });
      // One whose type is `async` may give way to others.
      if (!waits && !(func instanceof AsyncFunction))
        return (...args) => instance.callNow(callOf(args));
      return (...args) =>
        plugin.call({
          event: operation,
          ready: () => ({ tag: "call", call: callOf(args), read: (answer) => answer }),
          alone: !args.every((arg) => isPlain(arg)),
          first,
        });
    };
    for (const [name, value] of Object.entries(instance.exports)) {
      if (typeof value === "function") direct.set(name, wrap([name], value));
      else if (typeof value === "object" && value !== null) {
        const members = Object.entries(value).map(([key, member]: [string, unknown]) => [
          key,
          // A guest's resource class is the engine's: `new` and `instanceof` are to work on it.
          isClass(key) ? member : wrap([name, key], member),
        ]);
        direct.set(name, Object.freeze(Object.fromEntries(members)));
      }
    }
    return Object.freeze(Object.fromEntries(direct));
  });
}

/// Whether it is data through and through, which can be handed over any number of times.
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every((item) => isPlain(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isPlain(item));
}

const AsyncFunction = (async () => {}).constructor as new () => object;

/// Functions are in camelCase, classes in PascalCase.
function isClass(key: string): boolean {
  return /^[A-Z]/u.test(key);
}
