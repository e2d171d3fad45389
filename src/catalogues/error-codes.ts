// The one list of error codes. A new code needs a row in one of the six catalogues beside this
// file (the code of a limit: in limits.ts) and the code that throws it. TenonErrorCode and
// docs/errors.md derive from them.

import { codeErrors } from "./code-errors.ts";
import { componentErrors } from "./component-errors.ts";
import { hostErrors } from "./host-errors.ts";
import { identityErrors } from "./identity-errors.ts";
import { LIMIT_ROWS, type LimitErrorCode, type ToldLimitCode } from "./limit-options.ts";
import { packageErrors } from "./package-errors.ts";
import { structureErrors } from "./structure-errors.ts";

/**
 * Who caused an error. `application`: what the host's user called, passed or set. `plugin`: its
 * package, or what it did; at run time this counts towards its quarantine. `interface`: the host's
 * side of an interface, which may be the application's own. `platform`: a disk, a network, a
 * runtime. `nobody`: a state that was asked for, or something that another plugin did.
 */
export type Fault = "application" | "plugin" | "interface" | "platform" | "nobody";

export interface ErrorRow {
  readonly fault: Fault;
  readonly cause: string;
  readonly remedy: string;
}

/** Codes for reading a package: the file, its manifest, its imports. */
export type PackageErrorCode = keyof typeof packageErrors;

/** The code of a TenonError: see docs/errors.md for what each means and what to do. */
export type TenonErrorCode =
  | keyof typeof componentErrors
  | PackageErrorCode
  | keyof typeof hostErrors
  | keyof typeof identityErrors
  | LimitErrorCode
  | keyof typeof structureErrors
  | keyof typeof codeErrors;

const limitErrors = Object.fromEntries(
  Object.values(LIMIT_ROWS).flatMap(({ code, fault = "plugin", cause, remedy }) =>
    cause === undefined ? [] : [[code, { fault, cause, remedy }]],
  ),
) as Readonly<Record<ToldLimitCode, ErrorRow>>;

/** A code that is missing here has no cause and remedy: where it is a limit's, its row lacks them. */
export const ERROR_CODES: Readonly<Record<TenonErrorCode, ErrorRow>> = {
  ...componentErrors,
  ...packageErrors,
  ...hostErrors,
  ...identityErrors,
  ...limitErrors,
  ...structureErrors,
  ...codeErrors,
};
