import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { type PluginStatus, TenonError, visibleJson, visibleText } from "../index.ts";
import { errorJson, readStatus } from "./inspect.ts";
import { readComponent, readSidecar } from "./run.ts";
import { bytes, table, type Terminal } from "./terminal.ts";

type Listed =
  | { readonly file: string; readonly status: PluginStatus }
  | { readonly file: string; readonly error: TenonError };

/** Two folders deep: `plugins/` and `plugins/name/name.wasm`. */
const depth = 2;

export async function list(
  paths: readonly string[],
  options: { readonly json?: boolean },
  out: Terminal,
): Promise<void> {
  const listed: Listed[] = [];
  for (const file of paths.flatMap((path) => componentsIn(path, depth))) {
    try {
      const status = await readStatus(readComponent(file), readSidecar(file));
      listed.push({ file, status });
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      listed.push({ file, error });
    }
  }
  if (options.json === true) return out.raw(`${visibleJson(listed.map(jsonOf), 2)}\n`);
  if (listed.length === 0) return out.line(`no .wasm in ${paths.join(", ")}`);
  const rows = listed.map((item) =>
    "status" in item
      ? [
          item.status.name,
          item.status.version,
          bytes(item.status.size),
          String(item.status.commands.length),
          item.status.standing.map(({ capability }) => capability).join(", ") || "nothing",
          item.file,
        ]
      : [item.error.code, "", "", "", visibleText(item.error.message, { limit: 80 }), item.file],
  );
  const titles = ["plugin", "version", "size", "commands", "asks for", "file"];
  for (const row of table([titles, ...rows])) out.line(row);
}

function componentsIn(path: string, levels: number): string[] {
  const stats = statsOf(path);
  if (stats === undefined) throw new TenonError("package-unreadable", `there is no ${path}`);
  if (stats.isFile()) return [path];
  if (!stats.isDirectory() || levels < 0) return [];
  return readdirSync(path)
    .toSorted()
    .filter((name) => name !== "node_modules" && name !== "target" && !name.startsWith("."))
    .map((name) => join(path, name))
    .flatMap((inner) =>
      statSync(inner, { throwIfNoEntry: false })?.isDirectory() === true
        ? componentsIn(inner, levels - 1)
        : inner.endsWith(".wasm")
          ? [inner]
          : [],
    );
}

/** Undefined where it is not there. Throws `package-unreadable` where that cannot be told. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const message = `cannot read ${path}: ${(cause as Error).message}`;
    throw new TenonError("package-unreadable", message, { cause });
  }
}

function jsonOf(item: Listed): unknown {
  if ("error" in item) {
    return { file: item.file, error: errorJson(item.error) };
  }
  const { name, version, size, digest, commands, standing } = item.status;
  const asks = standing.map(({ capability }) => capability);
  return {
    file: item.file,
    name,
    version,
    size,
    digest,
    commands: commands.map(({ id }) => id),
    asks,
  };
}
