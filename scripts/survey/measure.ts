import type { CapName, Caps } from "../../src/component/caps/cap-row.ts";
import { CAP_NAMES } from "../../src/component/caps/catalogue.ts";
import { ALL_FEATURES } from "../../src/component/caps/features.ts";
import { CodeSums } from "../../src/component/caps/code-sums.ts";
import { checkModule } from "../../src/component/caps/module-scanner.ts";
import { Tally } from "../../src/component/caps/tally.ts";
import { coreModulesOf } from "../../src/component/compile.ts";
import { decode } from "../../src/component/decode/decode.ts";
import { Planner } from "../../src/component/link/planner.ts";
import { validate } from "../../src/component/validate/validate.ts";
import { TenonError } from "../../src/errors.ts";

/** What a file measures, by cap: of functions and modules the largest. */
export type Sizes = ReadonlyMap<CapName, number>;

const endless = Object.fromEntries(CAP_NAMES.map((name) => [name, Infinity])) as Caps;
const rules = { caps: endless, features: ALL_FEATURES };

/** Whether the bytes are a component; undefined of anything but WebAssembly. */
export function kindOf(bytes: Uint8Array): "component" | "module" | undefined {
  const [a, b, c, d, version, , layer] = bytes;
  if (a !== 0 || b !== 0x61 || c !== 0x73 || d !== 0x6d) return undefined;
  return layer === 1 && version === 0x0d ? "component" : "module";
}

/** By the scanners that refuse what is over a cap, with no end to any. */
export function measure(bytes: Uint8Array): Sizes {
  const sizes = new Map<CapName, number>();
  const raise = (found: Readonly<Partial<Record<CapName, number>>>): void => {
    for (const [name, value] of Object.entries(found) as [CapName, number][]) {
      sizes.set(name, Math.max(value, sizes.get(name) ?? 0));
    }
  };
  const sums = new CodeSums(endless);
  if (kindOf(bytes) === "module") {
    raise(checkModule(bytes, { offset: 0, length: bytes.length }, rules, "code", sums));
    raise(sums.sizes);
    return sizes;
  }
  const tally = new Tally(endless);
  const resolved = validate(bytes, decode(bytes, tally), rules, tally);
  raise(tally.sizes);
  for (const module of coreModulesOf(resolved)) {
    raise(checkModule(bytes, module, rules, "code", sums));
  }
  raise(sums.sizes);
  const planner = new Planner(endless, new Map());
  try {
    planner.plan(resolved);
  } catch (error) {
    // It imports components, and is linked with them only.
    if (!(error instanceof TenonError)) throw error;
  }
  raise(planner.tally.sizes);
  return sizes;
}
