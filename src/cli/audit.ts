import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TenonError, visibleJson, visibleText } from "../index.ts";
import { nearest } from "../near-names.ts";
import { table, type Terminal } from "./terminal.ts";

interface AuditOptions {
  readonly state: string;
  readonly plugin?: string;
  readonly refused?: boolean;
  readonly last: string;
  readonly json?: boolean;
}

interface Line {
  readonly at: number;
  readonly plugin: string;
  readonly maker?: string;
  readonly operation: string;
  readonly decision: string;
  readonly capability?: string;
  readonly reason?: string;
  readonly use?: string;
}

/** Plugins that a message names. */
const MOST_SHOWN = 10;

export const auditFile = "audit.jsonl";

/** Says on `err` how many entries it left out. */
export function audit(options: AuditOptions, out: Terminal, err: Terminal): void {
  const last = Number(options.last);
  if (!Number.isInteger(last) || last < 1)
    throw new TenonError("usage", "--last takes a whole number, 1 or more");
  const path = join(options.state, auditFile);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const all = text.split("\n").flatMap((line) => parse(line));
  if (options.plugin !== undefined && all.length > 0) assertKnown(options.plugin, all, path);
  const wanted = all
    .filter((line) => options.plugin === undefined || line.plugin === options.plugin)
    .filter((line) => options.refused !== true || line.decision === "refused");
  const lines = wanted.slice(-last);
  if (wanted.length > last) {
    const note = `the last ${last} of ${wanted.length} entries; --last ${wanted.length} shows all`;
    err.line(err.style("dim", note));
  }
  if (options.json === true) {
    for (const line of lines) out.raw(`${visibleJson(line)}\n`);
    return;
  }
  if (lines.length === 0) {
    return out.line(all.length === 0 ? `nothing in ${path} yet` : `no such entry in ${path}`);
  }
  const rows = lines.map((line) => [
    new Date(line.at).toISOString(),
    line.plugin,
    visibleText(line.maker ?? "", { limit: 20 }),
    line.decision,
    line.capability ?? "",
    line.operation,
    [line.use, line.reason].filter((text) => text !== undefined).join("  "),
  ]);
  for (const row of table([
    ["when", "plugin", "made by", "decision", "capability", "operation", "reason"],
    ...rows,
  ])) {
    out.line(row);
  }
}

/** Throws `usage` for a plugin that the trail does not mention: it has none of its refusals, either. */
function assertKnown(plugin: string, lines: readonly Line[], path: string): void {
  const known = [...new Set(lines.map((line) => line.plugin))].filter(
    (name) => typeof name === "string",
  );
  if (known.includes(plugin)) return;
  const near = nearest(plugin, known);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : `it has entries of ${known.slice(0, MOST_SHOWN).join(", ")}${known.length > MOST_SHOWN ? ", …" : ""}`;
  throw new TenonError("usage", `no plugin "${plugin}" is known in ${path}; ${hint}`);
}

/** Skips a line that a crash has cut short: the lines before and after it are still valid. */
function parse(line: string): Line[] {
  if (line === "") return [];
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}
