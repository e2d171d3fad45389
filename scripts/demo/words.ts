/// How what plugins say and are given is put on a terminal.
import { inspect } from "node:util";
import type { Terminal } from "../../src/cli/terminal.ts";
import { harmlessText } from "../../src/index.ts";
import { visibleText } from "../../src/interfaces/visible-text.ts";

/// A plugin's answer is its own words: what a terminal would act on is taken out, but for the
/// colours of a highlighter, of which only colours are kept.
export function written(out: Terminal, value: unknown, most: number, colours: boolean): string[] {
  const text = typeof value === "string" ? value : inspect(value, { breakLength: 100, depth: 6 });
  const all = text.split("\n").filter((line, i, every) => line !== "" || i < every.length - 1);
  const kept = all
    .slice(0, most)
    .map((line) => (colours ? coloured(out, line) : visibleText(line.slice(0, 110))));
  return all.length > most
    ? [...kept, out.style("dim", `… ${all.length - most} more lines`)]
    : kept;
}

function coloured(out: Terminal, line: string): string {
  // eslint-disable-next-line no-control-regex
  const parts = line.split(/(\u001b\[[\d;]*m)/);
  return parts
    .map((part, i) => (i % 2 === 0 ? visibleText(part) : out.interactive ? part : ""))
    .join("");
}

export function brief(input: unknown): string {
  const text = JSON.stringify(input);
  return input === null ? "" : text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

export function quoted(text: string): string {
  return `“${harmlessText(text)}”`;
}
