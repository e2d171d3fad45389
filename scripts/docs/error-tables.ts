import { codeErrors } from "../../src/catalogues/code-errors.ts";
import { componentErrors } from "../../src/catalogues/component-errors.ts";
import { ERROR_CODES, type TenonErrorCode } from "../../src/catalogues/error-codes.ts";
import { hostErrors } from "../../src/catalogues/host-errors.ts";
import { identityErrors } from "../../src/catalogues/identity-errors.ts";
import { packageErrors } from "../../src/catalogues/package-errors.ts";
import { structureErrors } from "../../src/catalogues/structure-errors.ts";
import { between } from "./marks.ts";

const CODES = Object.keys(ERROR_CODES) as TenonErrorCode[];

const groups: readonly (readonly [mark: string, holds: (code: TenonErrorCode) => boolean])[] = [
  ["component", (code) => code in componentErrors],
  ["package", (code) => code in packageErrors],
  ["identity", (code) => code in identityErrors],
  ["host", (code) => code in hostErrors],
  ["limits", (code) => code.startsWith("limit-")],
  ["structure", (code) => code in structureErrors],
  ["code", (code) => code in codeErrors],
];

/** docs/errors.md with its tables made anew. */
export function withErrorTables(text: string): string {
  return groups.reduce(
    (made, [mark, holds]) => between(made, mark, errorTable(CODES.filter(holds))),
    text,
  );
}

function errorTable(codes: readonly TenonErrorCode[]): string {
  return [
    "| code | fault | cause | remedy |",
    "| --- | --- | --- | --- |",
    ...codes.map((code) => {
      const { fault, cause, remedy } = ERROR_CODES[code];
      return `| \`${code}\` | ${fault} | ${cause} | ${remedy} |`;
    }),
    "",
  ].join("\n");
}
