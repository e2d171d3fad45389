import {
  ENGINE_OPTIONS,
  type EngineLimitOption,
  type GrantedLimitOption,
  LIMIT_OPTIONS,
  LIMIT_ROWS,
  type LimitOption,
  type LimitPolicies,
  type LimitValues,
  optionOf,
  type LimitName,
} from "../../catalogues/limit-options.ts";
import {
  ANY_CODE,
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

/**
 * The most that plugins get. Each limit is the default for every plugin. The `limits` of a manifest
 * can only lower it for that plugin (`memoryMiB` and the deadlines may also ask for more, up to the
 * `max…` beside them). docs/limits.md lists the limits and what happens to a plugin that goes over
 * one.
 */
export interface Limits extends LimitValues {
  /**
   * How large a component and its core modules may be, where this differs from the catalogue's
   * defaults (docs/caps.md). A component over a cap is refused before anything of it is compiled.
   */
  readonly caps: Partial<Caps>;
  /**
   * WebAssembly proposals that plugins' code may use. Undefined: all except stack switching and
   * those whose memory can't be counted (garbage collection, stored exceptions).
   */
  readonly features: readonly WasmFeature[] | undefined;
  /** What happens to a plugin that goes over a limit. */
  readonly policies: LimitPolicies;
}

/**
 * How many answers of host functions are kept for later calls, for all plugins of a host together.
 */
export type AnswerLimits = Limits["answers"];

/** At most `ms` milliseconds in any `withinMs` milliseconds. */
export type TimeLimit = Limits["cpu"];

/**
 * What happens in addition to the telemetry event. `refuse`: the operation is not done. `throttle`:
 * the operation waits until the limit allows it; a host function that can't wait is refused.
 * `stop`: the instance ends. `disable`: the plugin is disabled until it is enabled again.
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

/** The limits of a host that is given none. */
export const defaultLimits: Limits = {
  ...defaultValues,
  caps: {},
  features: undefined,
  policies: defaultPolicies,
};

/** The limits that a host sets; the others have the values of `defaultLimits`. */
export type GivenLimits = Partial<Omit<Limits, "policies">> & {
  readonly policies?: Partial<LimitPolicies>;
};

/**
 * The limits of a host. `memories`: how many linear memories there is room for. Throws `usage` for
 * unknown names of limits, caps and features, for values that they can't have, and for limits that
 * contradict each other.
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

/** The options whose value is not undefined. */
function known<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Options;
}

/** What one plugin gets, once the host's limits and its manifest are both applied. */
export type GrantedLimits = Pick<Limits, GrantedLimitOption>;

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

/** How much of a limit there is; for a limit over a window, how much in one window. */
export function amountOf(limits: Limits, granted: GrantedLimits, limit: LimitName): number {
  const option = optionOf(limit);
  const value = option in granted ? granted[option as GrantedLimitOption] : limits[option];
  return typeof value === "number" ? value : partOf(value);
}

function partOf(value: object): number {
  return (value as TimeLimit).ms;
}

export function engineLimits(granted: GrantedLimits): Required<EngineLimits> {
  return Object.fromEntries(ENGINE_OPTIONS.map((option) => [option, granted[option]])) as Required<
    Pick<GrantedLimits, EngineLimitOption>
  >;
}

/** The rules that components are checked against before they are compiled. */
export function rulesFor({ caps, features }: Limits): Rules {
  return rulesOf({ caps, features: features ?? PLUGIN_FEATURES });
}

/** Features whose cost lies in V8's own heap, which a process has for one plugin alone. */
const PROCESS_FEATURES: readonly WasmFeature[] = ["gc", "stored-exceptions"];

/**
 * The same for plugins in processes of their own, whose code can harm nobody else: any code passes,
 * short of the caps and features that the host was given itself.
 */
export function processRulesFor({ caps, features }: Limits): Rules {
  return rulesOf({
    caps: { ...ANY_CODE, ...caps },
    features: features ?? [...PLUGIN_FEATURES, ...PROCESS_FEATURES],
  });
}

/**
 * The deadline of one call, which the caller may set (`own`). Throws `usage` where that is not a
 * duration.
 */
export function deadlineMs(limits: Limits, granted: number, own: number | undefined): number {
  if (own !== undefined) checkDuration("deadlineMs", own, 1);
  return own === undefined ? granted : Math.min(own, limits.maxDeadlineMs);
}
