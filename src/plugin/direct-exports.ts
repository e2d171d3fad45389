import type { Plugin } from "./plugin.ts";
import { suspendingImports } from "./start.ts";

type Call = (...args: unknown[]) => unknown;

/// A plugin's exports for an embedder that calls them directly. On the caller's thread, where nothing it
/// imports may wait, a call answers at once, and one into an instance that has ended throws; ask for
/// the exports again. Otherwise each call waits for its turn, has the deadline of a command, and
/// starts the plugin anew where that is needed.
export async function directExports(plugin: Plugin): Promise<Readonly<Record<string, unknown>>> {
  return plugin.use("exports", async (instance) => {
    const waits =
      suspendingImports(await plugin.package.contents()).length > 0 || instance.answersLater;
    const deadline = plugin.allowance.granted.commandMs;
    const direct = new Map<string, unknown>();
    const wrap = (path: readonly string[]): Call => {
      const operation = path.join("#");
      const enter = (exports: object, args: unknown[]): unknown => {
        const call = path.reduce<unknown>(
          (at, key) => (at as Record<string, unknown>)[key],
          exports,
        ) as Call;
        return call(...args);
      };
      if (!waits) {
        return (...args) => instance.callNow(operation, deadline, (it) => enter(it, args));
      }
      return (...args) =>
        plugin.use(operation, (current) =>
          current.call(operation, deadline, (exports) => enter(exports, args)),
        );
    };
    for (const [name, value] of Object.entries(instance.exports)) {
      if (typeof value === "function") direct.set(name, wrap([name]));
      else if (typeof value === "object" && value !== null) {
        const members = Object.entries(value).map(([key, member]: [string, unknown]) => [
          key,
          // A guest's resource class is the engine's: `new` and `instanceof` are to work on it.
          isClass(key) ? member : wrap([name, key]),
        ]);
        direct.set(name, Object.freeze(Object.fromEntries(members)));
      }
    }
    return Object.freeze(Object.fromEntries(direct));
  });
}

/// Functions are in camelCase, classes in PascalCase.
function isClass(key: string): boolean {
  return /^[A-Z]/u.test(key);
}
