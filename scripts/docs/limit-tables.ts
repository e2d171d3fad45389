import { LIMIT_OPTIONS, LIMIT_ROWS, type LimitOption } from "../../src/catalogues/limit-options.ts";
import type { LimitRow } from "../../src/catalogues/limit-row.ts";
import { between } from "./marks.ts";

const KIB = 1_024;
/** The most that a count in a manifest may be, which needs no mention. */
const ANY_COUNT = 2_147_483_647;

/** Limits that are no numbers, and have pages or tables of their own. */
const BESIDE = [
  ["caps", "what a component and its core modules may measure", "[caps.md](caps.md)"],
  ["features", "WebAssembly proposals that their code may use", "[caps.md](caps.md#features)"],
  ["policies", "what happens to who goes over a limit", "see below"],
] as const;

/** docs/limits.md with its tables made anew. */
export function withLimitTables(text: string): string {
  return between(between(text, "limits", limitTable()), "policies", policyTable());
}

function limitTable(): string {
  return [
    "| limit | the most | default | in a manifest | what happens then | code |",
    "| --- | --- | --- | --- | --- | --- |",
    ...LIMIT_OPTIONS.map((option) => {
      const row = LIMIT_ROWS[option];
      const code = row.code === undefined ? "" : `[\`${row.code}\`](errors.md)`;
      return `| \`${option}\` | ${row.what} | ${shownDefault(option, row)} | ${asked(row)} | ${row.then} | ${code} |`;
    }),
    ...BESIDE.map(([option, what, where]) => {
      const refused =
        option === "policies"
          ? " | "
          : "refused | [`component-limit`, `component-unsupported`](errors.md)";
      return `| \`${option}\` | ${what} | ${where} | | ${refused} |`;
    }),
    "",
  ].join("\n");
}

function policyTable(): string {
  const byLimit = new Map<string, { options: LimitOption[]; policies: readonly string[] }>();
  for (const option of LIMIT_OPTIONS) {
    const { passed } = LIMIT_ROWS[option];
    if (passed === undefined) continue;
    const { options } = byLimit.get(passed.limit) ?? { options: [] };
    byLimit.set(passed.limit, { options: [...options, option], policies: passed.policies });
  }
  const quoted = (names: readonly string[]): string =>
    names.map((name) => `\`${name}\``).join(", ");
  return [
    "| limit | may | as events, policies and `data.limit` name it |",
    "| --- | --- | --- |",
    ...[...byLimit].map(
      ([limit, { options, policies }]) =>
        `| ${quoted(options)} | ${quoted(policies)} | \`${limit}\` |`,
    ),
    "",
  ].join("\n");
}

function shownDefault(option: LimitOption, { default: value }: LimitRow): string {
  if (typeof value === "number") return amount(option, value);
  if ("ms" in value)
    return `${amount("Ms", value["ms"]!)} in each ${amount("Ms", value["withinMs"]!)}`;
  return Object.entries(value)
    .map(([part, one]) => `\`${part}\` ${amount(part, one)}`)
    .join(", ");
}

function asked({ manifest, atMost }: LimitRow): string {
  if (manifest === undefined) return "";
  const { key, top, widens, most } = manifest;
  const where = top ? "beside `limits`, " : "";
  const how = widens ? `up to \`${atMost}\`` : "for less";
  const range = most === ANY_COUNT ? "" : `; 1 to ${most.toLocaleString("en")}`;
  return `\`${key}\`, ${where}${how}${range}`;
}

/** A limit's name says its unit. */
function amount(name: string, value: number): string {
  if (/[bB]ytes(?:PerSecond)?$/u.test(name)) {
    const [size, unit] =
      value % KIB ** 3 === 0
        ? [KIB ** 3, "GiB"]
        : value % KIB ** 2 === 0
          ? [KIB ** 2, "MiB"]
          : [KIB, "KiB"];
    return `${value / size} ${unit}`;
  }
  if (!name.endsWith("Ms")) return value.toLocaleString("en");
  return value < 1_000 ? `${value} ms` : `${value / 1_000} s`;
}
