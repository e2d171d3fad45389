import {
  type EngineOption,
  type GrantedOption,
  LIMIT_OPTIONS,
  LIMIT_ROWS,
  type LimitOption,
  type LimitPolicies,
  type LimitRows,
  optionOf,
  type LimitName,
} from "../../catalogues/limits.ts";
import {
  type Caps,
  type EngineLimits,
  PLUGIN_FEATURES,
  type Rules,
  rulesOf,
  type WasmFeature,
} from "../../component/engine.ts";
import { checkDuration } from "../../options.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { checkLimits, checkOrder } from "./check-limits.ts";

export type { LimitName, LimitPolicies };

/** What a limit is: a number, or numbers by the name of their part. */
type LimitValue<Default> = Default extends number
  ? number
  : { readonly [Part in keyof Default]: number };

/** The limits of the catalogue, by name. */
export type LimitValues = {
  readonly [Option in keyof LimitRows]: LimitValue<LimitRows[Option]["default"]>;
};

/**
 * What plugins get at most. Each is the default of every plugin; a manifest's `limits` narrows it
 * for its own (`memoryMiB` and the deadlines may also ask for more, up to the `max…` beside them).
 * docs/limits.md has them in a table, with what happens to who goes over one.
 */
export interface Limits extends LimitValues {
  /**
   * What a component and its core modules may measure, where it is other than the catalogue's defaults
   * (docs/caps.md): what is over a cap is refused before anything of it is compiled.
   */
  readonly caps: Partial<Caps>;
  /**
   * WebAssembly proposals that plugins' code may use. Undefined: all but those
   * whose memory nobody can count (garbage collection, stored exceptions) and stack switching.
   */
  readonly features: readonly WasmFeature[] | undefined;
  /** What happens to a plugin that goes over one. */
  readonly policies: LimitPolicies;
}

/** How much of answered calls is kept for later ones, of all plugins of a host. */
export type AnswerLimits = Limits["answers"];

/** `ms` of each `withinMs` milliseconds. */
export type TimeLimit = Limits["cpu"];

/**
 * What happens next, beside the telemetry event. `refuse`: what was wanted is not done. `throttle`: it
 * is done once there is room; a host function that can't wait is refused. `stop`: the instance ends.
 * `disable`: the plugin is disabled, until somebody enables it.
 */
export type OverLimit = LimitPolicies[LimitName];

const defaultPolicies = Object.fromEntries(
  Object.values(LIMIT_ROWS).flatMap(({ passed }) =>
    passed === undefined ? [] : [[passed.limit, passed.policies[0]]],
  ),
) as LimitPolicies;

const defaultValues = Object.fromEntries(
  LIMIT_OPTIONS.map((option) => [option, LIMIT_ROWS[option].default]),
) as LimitValues;

export const defaultLimits: Limits = {
  ...defaultValues,
  caps: {},
  features: undefined,
  policies: defaultPolicies,
};

/** What a host says about limits; the rest is `defaultLimits`. */
export type GivenLimits = Partial<Omit<Limits, "policies">> & {
  readonly policies?: Partial<LimitPolicies>;
};

/**
 * `memories`: how many linear memories there is room for. Throws `usage` for limits, caps and features of
 * names or values that make no sense, and for limits that contradict each other.
 */
export function limitsOf(given: GivenLimits = {}, memories: number = Infinity): Limits {
  checkLimits("limits", given);
  rulesOf(given);
  const limits = {
    ...defaultLimits,
    instances: Math.min(defaultLimits.instances, memories),
    ...known(given),
    policies: { ...defaultPolicies, ...known(given.policies ?? {}) },
  };
  checkOrder("limits", given, limits);
  return limits;
}

/** Without options of the value undefined. */
function known<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Options;
}

/** What one plugin gets, once host and manifest have spoken. */
export type GrantedLimits = Pick<Limits, GrantedOption>;

export function grantedLimits(host: Limits, manifest: Manifest): GrantedLimits {
  const granted = LIMIT_OPTIONS.filter((option) => LIMIT_ROWS[option].manifest !== undefined);
  return Object.fromEntries(
    granted.map((option) => [option, grantedOf(option, host, manifest)]),
  ) as GrantedLimits;
}

function grantedOf(option: LimitOption, host: Limits, manifest: Manifest): number | TimeLimit {
  const { manifest: row, atMost } = LIMIT_ROWS[option];
  const { key, top = false, times = 1, widens = false } = row!;
  const asked: unknown = (top ? manifest : manifest.limits)[key as never];
  const wanted = asked === undefined ? undefined : (asked as number) * times;
  const own = host[option];
  if (typeof own !== "number") {
    return { ...(own as TimeLimit), ms: least(partOf(own), wanted) };
  }
  return widens ? least(host[atMost as "maxDeadlineMs"], wanted ?? own) : least(own, wanted);
}

function least(most: number, wanted: number | undefined): number {
  return wanted === undefined ? most : Math.min(most, wanted);
}

/** How much of a limit there is: of one over a window, in that window. */
export function amountOf(limits: Limits, granted: GrantedLimits, limit: LimitName): number {
  const option = optionOf(limit);
  const value = option in granted ? granted[option as GrantedOption] : limits[option];
  return typeof value === "number" ? value : partOf(value);
}

function partOf(value: object): number {
  return (value as TimeLimit).ms;
}

export function engineLimits(granted: GrantedLimits): Required<EngineLimits> {
  const kept = LIMIT_OPTIONS.filter((option) => LIMIT_ROWS[option].engine) as EngineOption[];
  return Object.fromEntries(kept.map((option) => [option, granted[option]])) as Required<
    Pick<GrantedLimits, EngineOption>
  >;
}

/** What components are set against before they are compiled. */
export function rulesFor({ caps, features }: Limits): Rules {
  return rulesOf({ caps, features: features ?? PLUGIN_FEATURES });
}

/** What one call may take, where the caller names a time of its own. Throws `usage` for one that is none. */
export function deadlineMs(limits: Limits, granted: number, own: number | undefined): number {
  if (own !== undefined) checkDuration("deadlineMs", own, 1);
  return own === undefined ? granted : Math.min(own, limits.maxDeadlineMs);
}
