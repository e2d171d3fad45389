import type { CapRow } from "../../src/component/caps/cap-row.ts";
import { CAP_NAMES, CATALOGUE } from "../../src/component/caps/catalogue.ts";
import { FEATURES, type WasmFeature } from "../../src/component/caps/features.ts";
import { between } from "./marks.ts";

const HEADS: readonly (readonly [CapRow["scope"], string])[] = [
  ["function", "Each function"],
  ["module", "Each core module"],
  ["component", "A component and all that is nested in it"],
];

function count(value: number): string {
  return value.toLocaleString("en");
}

function capTable(): string {
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

function featureTable(): string {
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

/** docs/caps.md with its tables made anew. */
export function withCapTables(text: string): string {
  return between(between(text, "caps", capTable()), "features", featureTable());
}
