// By their files: the package's index is CommonJS, all of which a bundler keeps.
import satisfies from "semver/functions/satisfies.js";
import { TenonError } from "../../errors.ts";
import type { Dependency } from "../manifest/manifest.ts";

/** The part of a plugin that resolving dependencies needs. */
export interface Dependent {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly Dependency[];
}

/** A dependency that is not installed, or only in another version. */
export interface UnmetDependency {
  /** The plugin that has the dependency. */
  readonly by: string;
  readonly name: string;
  readonly range: string;
  /** The version that is installed; undefined where none is. */
  readonly found: string | undefined;
}

/**
 * The plugins that must run for `plugin` to run, itself last. Each comes after everything that it
 * needs; otherwise they are in the order of the manifests. Throws `dependency-missing`, or
 * `dependency-version` where all are installed and some in another version, each with all of them
 * in `data.unmet`; and `dependency-cycle` with `data.cycle`, from the first plugin back to itself.
 */
export function startOrder<Plugin extends Dependent>(
  plugin: Plugin,
  installed: (name: string) => Plugin | undefined,
): readonly Plugin[] {
  const order: Plugin[] = [];
  const unmet: UnmetDependency[] = [];
  const states = new Map<string, "open" | "done">([[plugin.name, "open"]]);
  // An explicit stack: a chain of dependencies may be longer than the engine's call stack is deep.
  const open = [{ plugin, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const needed = top.plugin.dependencies[top.next++];
    if (needed === undefined) {
      states.set(top.plugin.name, "done");
      order.push(top.plugin);
      open.pop();
      continue;
    }
    const { name, range } = needed;
    const found = name === plugin.name ? plugin : installed(name);
    if (!found || !satisfies(found.version, range)) {
      unmet.push({ by: top.plugin.name, name, range, found: found?.version });
      continue;
    }
    const state = states.get(name);
    if (state === "open")
      throw cycle(
        open.map((one) => one.plugin.name),
        name,
      );
    if (state === "done") continue;
    states.set(name, "open");
    open.push({ plugin: found, next: 0 });
  }
  if (unmet.length > 0) throw unmetDependencies(plugin.name, unmet);
  return order;
}

/** The names of the plugins that need one directly, in their order. */
export function dependentsOf(name: string, plugins: Iterable<Dependent>): readonly string[] {
  return Array.from(plugins)
    .filter((one) => one.name !== name && one.dependencies.some((needs) => needs.name === name))
    .map((one) => one.name);
}

/** `plugin-needed`, with the plugins that need it in `data.by`. */
export function needed(plugin: string, operation: string, by: readonly string[]): TenonError {
  const names = by.slice(0, 20).join(", ");
  return new TenonError(
    "plugin-needed",
    `"${plugin}" is needed by ${names}${by.length > 20 ? ", …" : ""}; ${operation} these first, or say cascade: true.`,
    { plugin, operation, data: { by } },
  );
}

function cycle(open: readonly string[], name: string): TenonError {
  const names = [...open.slice(open.indexOf(name)), name];
  return new TenonError(
    "dependency-cycle",
    `plugins need one another in a circle: ${names.slice(0, 20).join(" → ")}`,
    { plugin: open[0]!, operation: "resolve", data: { cycle: names } },
  );
}

function unmetDependencies(plugin: string, unmet: readonly UnmetDependency[]): TenonError {
  const missing = unmet.some(({ found }) => found === undefined);
  const lines = unmet.map(
    ({ by, name, range, found }) =>
      `\n  ${by} needs ${name} ${range}${found === undefined ? "" : `, and ${found} is installed`}`,
  );
  return new TenonError(
    missing ? "dependency-missing" : "dependency-version",
    `plugins that "${plugin}" needs are not installed:${lines.slice(0, 20).join("")}`,
    { plugin, operation: "resolve", data: { unmet } },
  );
}
