import { TenonError } from "../../errors.ts";
import type { CapName } from "./cap-row.ts";
import { CATALOGUE } from "./catalogue.ts";
import { FEATURES, type WasmFeature } from "./features.ts";

/** The value of `data.limit` where a feature is refused. */
const FEATURES_LIMIT = "features";

/**
 * `component-limit` for something over its cap. `data.limit` is the cap's name; `data` also has
 * `value`, `most`, `offset` in bytes from the component's start, and `function` where a function is
 * over it.
 */
export function overCap(
  name: CapName,
  value: number,
  most: number,
  offset: number,
  func?: number,
): TenonError {
  const { scope, unit } = CATALOGUE[name];
  const who = func === undefined ? `the ${scope}` : `function ${func}`;
  const advice =
    scope === "function"
      ? "compile it with optimisation, or split the function"
      : "make it smaller, or split it";
  return new TenonError(
    "component-limit",
    `${who} has ${value} ${unit}, and may have ${most} (at byte ${offset}). This comes from how the component ` +
      `was built: its author can ${advice}. Where you trust it, raise limits.caps.${name}`,
    {
      data: { limit: name, value, most, offset, ...(func === undefined ? {} : { function: func }) },
    },
  );
}

/**
 * `component-limit` for code that uses a proposal which is not allowed. `data.limit` is `features`;
 * `data.feature` is the proposal's name.
 */
export function refusedFeature(feature: WasmFeature, what: string, offset: number): TenonError {
  const why = FEATURES[feature].plugins ? "" : ", since what it costs can't be bounded";
  return new TenonError(
    "component-limit",
    `the module uses ${feature} (${what}, at byte ${offset}), which is not allowed${why}. This comes from how ` +
      `the component was built: its author can use a toolchain that does without. Where you trust it, ` +
      `add ${feature} to limits.features`,
    { data: { limit: FEATURES_LIMIT, feature, offset } },
  );
}

/**
 * Whether a component was refused because it is over a cap, or because of a feature that is not
 * allowed.
 */
export function isOverRules({ code, data }: TenonError): boolean {
  const limit = String(data["limit"]);
  if (code !== "component-limit") return false;
  return limit === FEATURES_LIMIT || Object.hasOwn(CATALOGUE, limit);
}

/**
 * `component-unsupported` for an instruction, a type or a section that this engine does not know,
 * and whose cost it therefore can't bound.
 */
export function unknownCode(what: string, offset: number): TenonError {
  return new TenonError(
    "component-unsupported",
    `this engine does not have ${what} (at byte ${offset})`,
    { data: { feature: what, offset } },
  );
}
