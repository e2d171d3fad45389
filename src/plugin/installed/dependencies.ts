import { satisfies } from "semver";
import { TenonError } from "../../errors.ts";
import type { Dependency } from "../manifest/manifest.ts";

/** What resolving needs to know of a plugin. */
export interface Dependent {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly Dependency[];
}

/** A dependency that is not there, or only in another version. */
export interface UnmetDependency {
  /** The plugin that needs it. */
  readonly by: string;
  readonly name: string;
  readonly range: string;
  /** The version that is installed; undefined where none is. */
  readonly found: string | undefined;
}

/**
 * The plugins that have to be started for `plugin` to run, itself last: each after everything that
 * it needs, in the order of the manifests where that leaves a choice.
 * Throws `dependency-missing` or, where all are there and some in another version,
 * `dependency-version`, with all of them in `data.unmet`; `dependency-cycle` with `data.cycle`,
 * from the first plugin round to itself.
 */
export function startOrder<Plugin extends Dependent>(
  plugin: Plugin,
  installed: (name: string) => Plugin | undefined,
): readonly Plugin[] {
  const order: Plugin[] = [];
  const unmet: UnmetDependency[] = [];
  const states = new Map<string, "open" | "done">([[plugin.name, "open"]]);
  // A stack of our own: a chain of dependencies may be longer than the engine's is deep.
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
