import type { MostTold } from "../platform/local-answers.ts";
import type { CacheableAnswers } from "./cacheable.ts";

/** What holds for one function of an interface, where it is other than for most. */
export interface FunctionRules<Use = unknown> {
  /** The implementation may answer with a promise; the guest is suspended until it settles. Default: false. */
  readonly waits?: boolean;
  /** It waits for a person: the deadline of the plugin's call stands still meanwhile. Default: false. */
  readonly asksPerson?: boolean;
  /** It works on what the plugin already holds, and the gate is not asked for it. Default: false. */
  readonly ungated?: boolean;
  /** How its answers may serve for later calls. Default: each call is made. */
  readonly cacheable?: CacheableAnswers<Use>;
  /**
   * `local` of the definition answers it on the thread of a stranger's guest. It takes no resources and
   * gives none. Default: false.
   */
  readonly local?: boolean;
  /**
   * For a function without an answer that takes no resources and is quick: a guest on a thread of its own
   * goes on before it is done. It is done in order with the guest's other calls, and before the guest's own
   * call ends. With `items` and `units`, what is over them stays on the guest's thread, and the host never
   * sees it. Default: false.
   */
  readonly oneWay?: boolean | MostTold;
}

/** Rules by WIT name (`fetch`, `[method]response.read`, `[static]bucket.open`), for functions of `Module`. */
export type FunctionTable<Module = Readonly<Record<string, unknown>>, Use = unknown> = {
  readonly [Name in FunctionName<Module>]?: FunctionRules<Use>;
};

/** The WIT names of the functions of a module: of one that was generated, or of what `implement` gives. */
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

export type AnyFunction = (...args: never[]) => unknown;

/** `compareAndSet` and `StatusItem` as WIT has them. What has a hyphen is spelt so already. */
type Kebab<Name extends string> = Name extends `${string}-${string}`
  ? Name
  : Name extends `${infer Bare}_`
    ? Hyphened<Uncapitalize<Bare>>
    : Hyphened<Uncapitalize<Name>>;

type Hyphened<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Hyphened<Rest>}`
  : Name;

/** The functions of a table that may wait, by the names that they have in JavaScript, without their class. */
export type WaitingName<Table> = {
  [Name in keyof Table & string]: Table[Name] extends { readonly waits: true }
    ? Camel<Label<Name>>
    : never;
}[keyof Table & string];

type Label<Name extends string> = Name extends `[${string}]${string}.${infer Member}`
  ? Member
  : Name;

type Camel<Name extends string> = Name extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<Camel<Rest>>}`
  : Name;

const NONE: FunctionRules = {};

/** The rules of one function, whose name may come from a component. */
export function rulesOf(
  { functions }: { readonly functions?: Readonly<Record<string, FunctionRules | undefined>> },
  name: string,
): FunctionRules {
  return (functions !== undefined && Object.hasOwn(functions, name) && functions[name]) || NONE;
}

/** The names of the functions of which `holds` is true. */
export function namesWhere(
  { functions = {} }: { readonly functions?: Readonly<Record<string, FunctionRules | undefined>> },
  holds: (rules: FunctionRules) => boolean,
): readonly string[] {
  return Object.entries(functions).flatMap(([name, rules]) =>
    rules && holds(rules) ? [name] : [],
  );
}
