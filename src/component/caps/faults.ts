import { TenonError } from "../../errors.ts";
import { type CapName, CATALOGUE } from "./catalogue.ts";
import { FEATURES, type WasmFeature } from "./features.ts";

/**
 * `component-limit` for what measures more than its cap. `data.limit` is the cap's name, beside `value`,
 * `most`, `offset` in bytes from the component's start, and `function` where it is one's.
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
    `${who} has ${value} ${unit}, and may have ${most} (at byte ${offset}): ${advice}, ` +
      `or raise limits.caps.${name} where you trust it`,
    {
      data: { limit: name, value, most, offset, ...(func === undefined ? {} : { function: func }) },
    },
  );
}

/** `component-unsupported` for code that uses a proposal which is not allowed; `data.feature` is its name. */
export function refusedFeature(feature: WasmFeature, what: string, offset: number): TenonError {
  const advice = FEATURES[feature].plugins
    ? `allow it in limits.features`
    : `plugins may not use it, since what it costs can't be bounded here: use a toolchain that ` +
      `does without, or allow it in limits.features where you trust it`;
  return new TenonError(
    "component-unsupported",
    `the module uses ${feature} (${what}, at byte ${offset}), which is not allowed: ${advice}`,
    { data: { feature, offset } },
  );
}

/**
 * `component-unsupported` for an instruction, a type or a section that this engine does not know and so
 * can't say the cost of.
 */
export function unknownCode(what: string, offset: number): TenonError {
  return new TenonError(
    "component-unsupported",
    `this engine does not have ${what} (at byte ${offset})`,
    { data: { feature: what, offset } },
  );
}
