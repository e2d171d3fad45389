import { TenonError } from "../../errors.ts";
import { checkCount, checkKnown } from "../../options.ts";
import { visibleText } from "../../visible-text.ts";
import type { CapName, Caps } from "./cap-row.ts";
import { CAP_NAMES, DEFAULT_CAPS } from "./catalogue.ts";
import { ALL_FEATURES, type WasmFeature } from "./features.ts";

/**
 * The rules that a component and its core modules must pass before anything of them is compiled.
 */
export interface Rules {
  readonly caps: Caps;
  readonly features: readonly WasmFeature[];
}

/** Rules as they are given. Missing ones have their defaults. */
export interface GivenRules {
  /** Default: those of the catalogue. */
  readonly caps?: Partial<Caps> | undefined;
  /** WebAssembly proposals that the code may use. Default: all that the engine knows. */
  readonly features?: readonly WasmFeature[] | undefined;
}

export const DEFAULT_RULES: Rules = { caps: DEFAULT_CAPS, features: ALL_FEATURES };

/**
 * Throws `usage` for a cap that is not a number of 0 or more, or whose name does not exist, and for
 * an unknown feature: a misspelt name must not silently leave a limit unset.
 */
export function rulesOf({ caps, features }: GivenRules): Rules {
  if (caps === undefined && features === undefined) return DEFAULT_RULES;
  const merged: Record<CapName, number> = { ...DEFAULT_CAPS };
  checkKnown("caps", caps, CAP_NAMES);
  for (const [name, most] of Object.entries(caps ?? {})) {
    if (most === undefined) continue;
    checkCount(`caps.${name}`, most, 0);
    merged[name as CapName] = most;
  }
  const allowed = features ?? ALL_FEATURES;
  for (const name of allowed) {
    if (ALL_FEATURES.includes(name)) continue;
    const message = `there is no feature ${visibleText(String(name), { limit: 60 })}; there are ${ALL_FEATURES.join(", ")}`;
    throw new TenonError("usage", message, { data: { feature: name } });
  }
  return { caps: merged, features: ALL_FEATURES.filter((name) => allowed.includes(name)) };
}

export function sameRules(one: Rules, other: Rules): boolean {
  if (one === other) return true;
  return (
    one.features.length === other.features.length &&
    one.features.every((name, index) => name === other.features[index]) &&
    CAP_NAMES.every((name) => one.caps[name] === other.caps[name])
  );
}
