import type { MostTold } from "../component/engine.ts";
import type { CacheableAnswers } from "./cacheable.ts";

/** Rules for one function of an interface, where it differs from most. */
export interface FunctionRules<Use = unknown> {
  /**
   * The implementation may return a promise; the guest is suspended until it settles. Default:
   * false.
   */
  readonly waits?: boolean;
  /**
   * The function waits for a person. The deadline of the plugin's call is paused while it does.
   * Default: false.
   */
  readonly asksPerson?: boolean;
  /**
   * The function works on what the plugin already holds, so the gate is not asked. Default: false.
   */
  readonly ungated?: boolean;
  /**
   * What a call does, for the audit trail where all of the capability is refused. Decides nothing;
   * what it throws is dropped. Default: the trail names the function alone.
   */
  use?(args: readonly unknown[]): Use | undefined;
  /** How its answers may serve later calls. Default: every call reaches the implementation. */
  readonly cacheable?: CacheableAnswers<Use>;
  /**
   * The definition's `local` answers the function on the thread of a stranger's guest. The function
   * must take and return no resources. Default: false.
   */
  readonly local?: boolean;
  /**
   * A guest on another thread continues before the function has run. For quick
   * functions without a result that take no resources. The function still runs in order with the
   * guest's other calls, and before the guest's own call ends. With `items` and `units`, only so
   * much of each list and string crosses to the host. Default: false.
   */
  readonly oneWay?: boolean | MostTold;
  /**
   * For a function with which guests say something, such as a log's: makes one line of a call's
   * arguments, which are of the imported function's types. The last 4 KiB of such lines are in the
   * error of the instance's crash (`data.said`) and in the audit trail, where they are made
   * visible. They are noted whether or not the call is granted, so a manifest need not ask for the
   * capability to import the function. Default: the function says nothing.
   */
  readonly says?: (...args: never[]) => string;
}

/**
 * Rules by WIT name (`fetch`, `[method]response.read`, `[static]bucket.open`) for the functions of
 * `Module`.
 */
export type FunctionTable<Module = Readonly<Record<string, unknown>>, Use = unknown> = {
  readonly [Name in FunctionName<Module>]?: FunctionRules<Use>;
};

/**
 * The WIT names of the functions of a module, which is a generated one or the result of
 * `implement`.
 */
export type FunctionName<Module> = string extends keyof Module
  ? string
  : { [Key in keyof Module & string]: NamesOf<Module[Key], Kebab<Key>> }[keyof Module & string];

type NamesOf<Member, Name extends string> = Member extends AnyFunction
  ? Name
  : Member extends { prototype: infer Instance }
    ?
        | (Member extends abstract new (...args: never[]) => unknown
            ? `[constructor]${Name}`
            : never)
        | `[static]${Name}.${Kebab<Exclude<keyof Member, "prototype"> & string>}`
        | `[method]${Name}.${Kebab<keyof Instance & string>}`
    : never;

/** Any function, whatever it takes and returns. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * The name in WIT: `compare-and-set` for `compareAndSet`, `status-item` for `StatusItem`. A name
 * with a hyphen is a WIT name already.
 */
type Kebab<Name extends string> = Name extends `${string}-${string}`
  ? Name
  : Name extends `${infer Bare}_`
    ? Hyphened<Uncapitalize<Bare>>
    : Hyphened<Uncapitalize<Name>>;

type Hyphened<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Hyphened<Rest>}`
  : Name;

const NONE: FunctionRules = {};

/** The rules of one function. The name may come from a component. */
export function rulesOf(
  { functions }: { readonly functions?: Readonly<Record<string, FunctionRules | undefined>> },
  name: string,
): FunctionRules {
  return (functions !== undefined && Object.hasOwn(functions, name) && functions[name]) || NONE;
}

/** The names of the functions for whose rules `holds` returns true. */
export function namesWhere(
  { functions = {} }: { readonly functions?: Readonly<Record<string, FunctionRules | undefined>> },
  holds: (rules: FunctionRules) => boolean,
): readonly string[] {
  return Object.entries(functions).flatMap(([name, rules]) =>
    rules && holds(rules) ? [name] : [],
  );
}
