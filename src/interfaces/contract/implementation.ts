import type { AnyFunction } from "../functions.ts";

/**
 * What a host provides for an interface: the same functions, and classes for its resources. `Module`
 * is the interface's type, as `tenon types` writes it. `Waits` names the functions that may return a
 * promise, by their WIT names (`"add" | "[method]task.end"`), or is the type of a definition's
 * `functions`, where `waits` says so. Default: none may.
 */
export type Implementation<Module, Waits = never> = Given<
  Module,
  Waits extends string ? JsName<Waits> : WaitingName<Waits>
>;

type Given<Module, Waiting extends string> = {
  readonly [Name in keyof Module]: Module[Name] extends AnyFunction
    ? Method<Module[Name], Name, Waiting>
    : Module[Name] extends { prototype: infer Instance }
      ? ResourceClass<Module[Name], Instance, Waiting>
      : Module[Name];
};

type ResourceClass<Static, Instance, Waiting extends string> = {
  readonly prototype: { [Name in keyof Instance]: Method<Instance[Name], Name, Waiting> };
} & {
  readonly [Name in Exclude<keyof Static, "prototype">]: Method<Static[Name], Name, Waiting>;
};

/** In the form of a method, so that a resource among the arguments may be the host's own class. */
type Method<Member, Name, Waiting extends string> = Member extends (
  ...args: infer Args
) => infer Result
  ? {
      method(
        ...args: { [Index in keyof Args]: Answer<Args[Index], Waiting> }
      ): Name extends Waiting
        ? Answer<Result, Waiting> | Promise<Answer<Result, Waiting>>
        : Answer<Result, Waiting>;
    }["method"]
  : Member;

/**
 * Resources in arguments and results are the host's own objects, with the same methods, some of
 * which may wait.
 */
type Answer<Value, Waiting extends string> = Value extends ArrayBufferView
  ? Value
  : Value extends readonly unknown[]
    ? { [Index in keyof Value]: Answer<Value[Index], Waiting> }
    : Value extends object
      ? { [Name in keyof Value]: Method<Value[Name], Name, Waiting> }
      : Value;

/** The names in JavaScript, without the class, of those functions of a table that may wait. */
type WaitingName<Table> = {
  [Name in keyof Table & string]: Table[Name] extends { readonly waits: true }
    ? JsName<Name>
    : never;
}[keyof Table & string];

/** The name in JavaScript, without the class, of the function with a WIT name. */
type JsName<Name extends string> = Camel<Label<Name>>;

type Label<Name extends string> = Name extends `[${string}]${string}.${infer Member}`
  ? Member
  : Name;

type Camel<Name extends string> = Name extends `${infer Word}-${infer Rest}`
  ? `${Word}${Capitalize<Camel<Rest>>}`
  : Name;
