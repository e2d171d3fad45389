// How what plugins say and are given is put on a terminal.
import { inspect } from "node:util";
import type { Terminal } from "../../src/cli/terminal.ts";
import { visibleText } from "../../src/index.ts";

const LINE = 110;

/**
 * Puts a plugin's answer on the terminal, the first `most` lines of it. It is the plugin's own words: what a
 * terminal would act on is written out, but for the colours of a highlighter.
 */
export function write(out: Terminal, value: unknown, most: number, colours: boolean): void {
  const text = typeof value === "string" ? value : inspect(value, { breakLength: 100, depth: 6 });
  const all = text.split("\n").filter((line, i, every) => line !== "" || i < every.length - 1);
  for (const line of all.slice(0, most)) {
    if (colours) out.raw(`  ${coloured(out, line)}\n`);
    else out.line(`  ${line.slice(0, LINE)}`);
  }
  if (all.length > most) out.line(out.style("dim", `  … ${all.length - most} more lines`));
}

function coloured(out: Terminal, line: string): string {
  // eslint-disable-next-line no-control-regex
  const parts = line.split(/(\u001b\[[\d;]*m)/);
  return parts
    .map((part, i) => (i % 2 === 0 ? out.shown(part) : out.interactive ? part : ""))
    .join("");
}

export function brief(input: unknown): string {
  const text = JSON.stringify(input);
  return input === null ? "" : text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

export function quoted(text: string): string {
  return `“${visibleText(text)}”`;
}
