import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { type Identity, TenonError, visibleJson, visibleText } from "../index.ts";
import { exitCodes } from "./exit-code.ts";
import { readHostModule } from "./host-module.ts";
import { errorJson } from "./inspect.ts";
import { type ReadPlugin, readStatus } from "./read-status.ts";
import { knownKeys } from "./packages/keys.ts";
import {
  isPluginFolder,
  isSourceFile,
  readPlugin,
  readSidecar,
  readSignature,
} from "./packages/package-files.ts";
import { bytes, table, type Terminal } from "./terminal.ts";

type Listed =
  | ({ readonly file: string } & ReadPlugin)
  | { readonly file: string; readonly error: TenonError };

/** Two folders deep: `plugins/` and `plugins/name/name.wasm`. */
const depth = 2;

/** Lists plugins, those that are refused too. Returns the exit code: 3 where one was refused. */
export async function list(
  paths: readonly string[],
  options: { readonly state: string; readonly json?: boolean; readonly host?: string },
  out: Terminal,
): Promise<number> {
  const own = await readHostModule(options.host);
  const listed: Listed[] = [];
  for (const file of paths.flatMap((path) => componentsIn(path, depth))) {
    try {
      const component = readPlugin(file);
      const sidecar = readSidecar(file);
      const signature = readSignature(file);
      const beside = { sidecar, signature, keys: knownKeys(options) };
      const read = await readStatus({ component, ...beside, own, module: options.host });
      listed.push({ file, ...read });
    } catch (error) {
      if (!(error instanceof TenonError) || error.code === "usage") throw error;
      listed.push({ file, error });
    }
  }
  if (options.json === true) out.raw(`${visibleJson(listed.map(jsonOf), 2)}\n`);
  else if (listed.length === 0) out.line(`no plugin in ${paths.join(", ")}`);
  else print(listed, out);
  return listed.some((item) => "error" in item) ? exitCodes.refused : exitCodes.ok;
}

function print(listed: readonly Listed[], out: Terminal): void {
  const rows = listed.map((item) =>
    "status" in item
      ? [
          item.status.name,
          item.status.version,
          bytes(item.status.size),
          String(item.status.commands.length),
          asksOf(item).join(", ") || "nothing",
          shortMaker(item.status.identity),
          item.file,
        ]
      : [
          item.error.code,
          "",
          "",
          "",
          visibleText(item.error.message, { limit: 80 }),
          "",
          item.file,
        ],
  );
  const titles = ["plugin", "version", "size", "commands", "asks for", "made by", "file"];
  for (const row of table([titles, ...rows])) out.line(row);
}

/** The capabilities that it asks for, and which of them this host does not offer. */
function asksOf({ status, notOffered }: ReadPlugin): readonly string[] {
  return status.standing.map(({ capability }) =>
    notOffered.capabilities.includes(capability) ? `${capability} (not offered)` : capability,
  );
}

/** In few words: the table has a row for each plugin. */
function shortMaker(identity: Identity): string {
  if (identity.tag === "place") return "a trusted place";
  if (identity.tag === "digest") return "not signed";
  const { name, key } = identity;
  if (name !== undefined) return `signed by ${visibleText(name, { limit: 20 })}`;
  return `signed, ${key.slice(4, 20).replace(/(.{4})(?=.)/gu, "$1-")}`;
}

function componentsIn(path: string, levels: number): string[] {
  const stats = statsOf(path);
  if (stats === undefined) throw new TenonError("package-unreadable", `there is no ${path}`);
  if (stats.isFile()) return [path];
  if (!stats.isDirectory() || levels < 0) return [];
  if (isPluginFolder(path)) return [path];
  return readdirSync(path)
    .toSorted()
    .filter((name) => name !== "node_modules" && name !== "target" && !name.startsWith("."))
    .map((name) => join(path, name))
    .flatMap((inner) =>
      statSync(inner, { throwIfNoEntry: false })?.isDirectory() === true
        ? componentsIn(inner, levels - 1)
        : inner.endsWith(".wasm") || isPluginSource(inner)
          ? [inner]
          : [],
    );
}

/** Of all the sources in a folder those that begin with a manifest. */
function isPluginSource(path: string): boolean {
  return isSourceFile(path) && /^\s*\/\*+\s*tenon:manifest\b/u.test(readFileSync(path, "utf8"));
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
  const { name, version, size, digest, identity, maker, commands, standing } = item.status;
  const asks = standing.map(({ capability }) => capability);
  return {
    file: item.file,
    name,
    version,
    size,
    digest,
    identity,
    maker,
    commands: commands.map(({ id }) => id),
    asks,
    notOffered: item.notOffered,
  };
}
