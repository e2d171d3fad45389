// What derives from the rows of limits.ts.

import type { LimitRow } from "./limit-row.ts";
import { LIMITS } from "./limits.ts";

type LimitRows = typeof LIMITS;

/** The type of a limit's value: a number, or numbers by the name of their part. */
type LimitValue<Default> = Default extends number
  ? number
  : { readonly [Part in keyof Default]: number };

/** The limits of the catalogue, by name. */
export type LimitValues = {
  readonly [Option in keyof LimitRows]: LimitValue<LimitRows[Option]["default"]>;
};

/** A limit by its name in the host's options. */
export type LimitOption = keyof LimitRows;

type Passed = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly passed: infer Row } ? Row : never;
}[LimitOption];

/** A limit by its name in events, policies and errors. */
export type LimitName = Passed["limit"];

/**
 * For each limit, its possible policies. A guest can't continue without memory, handles or time
 * that it needs.
 */
export type LimitPolicies = {
  readonly [Row in Passed as Row["limit"]]: Row["policies"][number];
};

type Code = {
  [Option in LimitOption]: LimitRows[Option] extends { code: infer Code } ? Code : never;
};

/**
 * Codes of errors for going over a limit. `data.limit` is its name (LimitName), `data.value` its
 * value.
 */
export type LimitErrorCode = Extract<Code[LimitOption], `limit-${string}`>;

/** The codes that some row tells cause and remedy of. ERROR_CODES wants all of LimitErrorCode. */
export type ToldLimitCode = {
  [Option in LimitOption]: LimitRows[Option] extends {
    readonly code: infer Code extends LimitErrorCode;
    readonly cause: string;
    readonly remedy: string;
  }
    ? Code
    : never;
}[LimitOption];

/** The limits that a manifest can ask for. */
export type GrantedLimitOption = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly manifest: object } ? Option : never;
}[LimitOption];

/** The keys of a manifest's `limits`. */
export type ManifestLimitKey = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly manifest: infer Row }
    ? Row extends { readonly top: true }
      ? never
      : Row extends { readonly key: infer Key }
        ? Key
        : never
    : never;
}[LimitOption];

type KeptBy<Keeper> = {
  [Option in LimitOption]: LimitRows[Option] extends { readonly keptBy: Keeper } ? Option : never;
}[LimitOption];

/** The limits that the engine enforces. */
export type EngineLimitOption = KeptBy<"engine">;

/** The limits that interfaces enforce. */
export type InterfaceLimitOption = KeptBy<"interface">;

/** Their names in events, policies and errors. */
export type InterfaceLimitName = {
  [Option in InterfaceLimitOption]: LimitRows[Option] extends { readonly passed: infer Row }
    ? Row extends { readonly limit: infer Name }
      ? Name
      : never
    : never;
}[InterfaceLimitOption];

export const LIMIT_ROWS: Readonly<Record<LimitOption, LimitRow>> = LIMITS;

export const LIMIT_OPTIONS: readonly LimitOption[] = Object.keys(LIMITS) as LimitOption[];

export const ENGINE_OPTIONS: readonly EngineLimitOption[] = keptBy("engine") as EngineLimitOption[];

export const INTERFACE_OPTIONS: readonly InterfaceLimitOption[] = keptBy(
  "interface",
) as InterfaceLimitOption[];

function keptBy(keeper: "engine" | "interface"): readonly LimitOption[] {
  return LIMIT_OPTIONS.filter((option) => LIMIT_ROWS[option].keptBy === keeper);
}

/** For each limit, the option that has its value and messages: the first whose row names it. */
const options: ReadonlyMap<string, LimitOption> = new Map(
  LIMIT_OPTIONS.toReversed().flatMap((option) => {
    const { passed } = LIMIT_ROWS[option];
    return passed === undefined ? [] : [[passed.limit, option] as const];
  }),
);

export function optionOf(limit: LimitName): LimitOption {
  return options.get(limit)!;
}

/** The keys that a manifest's `limits` may have. */
export const MANIFEST_LIMITS: readonly (readonly [
  key: ManifestLimitKey,
  row: { readonly what: string; readonly most: number },
])[] = LIMIT_OPTIONS.flatMap((option) => {
  const { what, manifest } = LIMIT_ROWS[option];
  if (manifest === undefined || manifest.top) return [];
  return [[manifest.key as ManifestLimitKey, { what, most: manifest.most }] as const];
});
