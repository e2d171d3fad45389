// npm run bench -- [component|structures|isolation|javascript …] [--json FILE] [--traces FOLDER] [--only TEXT]
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";
import type { BenchModule, BenchRow } from "./row.ts";

const here = import.meta.dirname;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    traces: { type: "string" },
    only: { type: "string" },
  },
});
const groups =
  positionals.length > 0 ? positionals : ["component", "structures", "isolation", "javascript"];

if (existsSync(join(here, "package.json")) && !existsSync(join(here, "node_modules"))) {
  console.log("installing the peers …");
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], {
    cwd: here,
    stdio: "inherit",
  });
}

// Threads of guests do not keep a process alive, and a row may wait for nothing else.
const alive = setInterval(() => undefined, 60_000);
const rows: BenchRow[] = [];
for (const group of groups) {
  const folder = join(here, group);
  if (!existsSync(folder)) throw new Error(`no bench group "${group}"`);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  for (const file of files.toSorted()) {
    if (values.only !== undefined && !file.includes(values.only)) continue;
    const module = (await import(join(folder, file))) as Partial<BenchModule>;
    if (module.rows === undefined) continue;
    const measured = await module.rows(
      values.traces === undefined ? {} : { traces: values.traces },
    );
    print(`${group}/${file}`, measured);
    rows.push(...measured);
  }
}
clearInterval(alive);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, null, 2) + "\n");
const missed = rows.filter((row) => !row.holds);
console.log(
  `\n${rows.length} rows, ${rows.length - missed.length} hold, ${missed.length} do not ` +
    `(Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"})`,
);

function print(title: string, measured: readonly BenchRow[]): void {
  console.log(`\n${styleText("bold", title)}`);
  for (const row of measured) {
    const goal =
      row.goal === undefined ? "" : ` goal ≤ ${figure(row.goal.atMost)} × ${row.goal.to}`;
    const mark = row.holds ? styleText("green", "holds ") : styleText("red", "misses");
    const peers = Object.entries(row.peers)
      .map(([name, value]) => `${name} ${figure(value)}`)
      .join(" · ");
    console.log(
      `${mark} ${row.bench.padEnd(44)} ${figure(row.ours).padStart(10)} ${row.unit.padEnd(3)}` +
        ` = ${figure(row.ratio.value)} × ${row.ratio.to}${goal}\n         ${peers}`,
    );
  }
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}
