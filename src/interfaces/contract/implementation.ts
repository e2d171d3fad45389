import type { AnyFunction, WaitingName } from "../functions.ts";

/**
 * What a host provides for a generated module: the same functions and classes. Functions with the
 * rule `waits` in `Table`, the type of a definition's `functions`, may return a promise.
 */
export type Implementation<Module, Table = object> = Given<Module, WaitingName<Table>>;

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

type Method<Member, Name, Waiting extends string> = Member extends (
  ...args: infer Args
) => infer Result
  ? (
      ...args: Args
    ) => Name extends Waiting
      ? Answer<Result, Waiting> | Promise<Answer<Result, Waiting>>
      : Answer<Result, Waiting>
  : Member;

/**
 * Resources in results are the host's own objects, with the same methods, some of which may wait.
 */
type Answer<Value, Waiting extends string> = Value extends Uint8Array | readonly unknown[]
  ? Value
  : Value extends object
    ? { [Name in keyof Value]: Method<Value[Name], Name, Waiting> }
    : Value;
