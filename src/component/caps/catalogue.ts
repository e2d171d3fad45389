// The one list of how large a component and its core modules may be, dimension by dimension.
// Everything that names a cap derives from it: the options' types, the defaults, error messages,
// and the table of docs/caps.md (`npm run docs`).
//
// All caps are checked before WebAssembly.Module sees a byte. V8's time and memory grow with each
// dimension, on a thread that can't be interrupted, and for some dimensions far faster than with
// the number of bytes.
//
// Its rows are in a file for each scope.

import type { CapName, CapRow, Caps } from "./cap-row.ts";
import { COMPONENT_CAPS } from "./component-caps.ts";
import { FUNCTION_CAPS } from "./function-caps.ts";
import { MODULE_CAPS } from "./module-caps.ts";

/** All caps, by name. */
export const CATALOGUE: Readonly<Record<CapName, CapRow>> = {
  ...FUNCTION_CAPS,
  ...MODULE_CAPS,
  ...COMPONENT_CAPS,
};

export const CAP_NAMES: readonly CapName[] = Object.keys(CATALOGUE) as CapName[];

/**
 * Caps that let any code pass: what it costs to compile is bounded where it is compiled. Those of
 * decoding, validating and linking a component hold.
 */
export const ANY_CODE: Partial<Caps> = Object.fromEntries(
  CAP_NAMES.filter((name) => CATALOGUE[name].scope !== "component").map((name) => [
    name,
    Number.MAX_SAFE_INTEGER,
  ]),
);

/** The caps of a host that is given none: `most` of each row of `CATALOGUE`. */
export const DEFAULT_CAPS: Caps = Object.fromEntries(
  CAP_NAMES.map((name) => [name, CATALOGUE[name].most]),
) as Caps;
