import { CAP_NAMES, CATALOGUE, type CapRow } from "../../src/component/caps/catalogue.ts";
import { FEATURES, type WasmFeature } from "../../src/component/caps/features.ts";

const HEADS: readonly (readonly [CapRow["scope"], string])[] = [
  ["function", "Each function"],
  ["module", "Each core module"],
  ["component", "A component and all that is nested in it"],
];

function count(value: number): string {
  return value.toLocaleString("en");
}

/// What docs/caps.md says of the catalogue.
export function capTable(): string {
  return HEADS.flatMap(([scope, head]) => [
    `### ${head}`,
    "",
    "| cap | counts | most | largest seen | why |",
    "| --- | --- | ---: | ---: | --- |",
    ...CAP_NAMES.filter((name) => CATALOGUE[name].scope === scope).map((name) => {
      const { unit, most, seen, purpose } = CATALOGUE[name];
      return `| \`${name}\` | ${unit} | ${count(most)} | ${count(seen)} | ${purpose} |`;
    }),
    "",
  ]).join("\n");
}

export function featureTable(): string {
  const rows = Object.entries(FEATURES) as [WasmFeature, (typeof FEATURES)[WasmFeature]][];
  return [
    "| feature | plugins | shown by |",
    "| --- | --- | --- |",
    ...rows.map(
      ([name, { plugins, shownBy }]) => `| \`${name}\` | ${plugins ? "yes" : "no"} | ${shownBy} |`,
    ),
    "",
  ].join("\n");
}

/// The text with what stands between the marks of both tables made anew.
export function withTables(text: string): string {
  return between(between(text, "caps", capTable()), "features", featureTable());
}

function between(text: string, mark: string, table: string): string {
  const [start, end] = [`<!-- ${mark} -->\n`, `<!-- /${mark} -->\n`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no marks of "${mark}"`);
  return `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
}
