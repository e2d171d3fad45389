type Callable = (...args: never[]) => unknown;

/**
 * Exports as they answer across threads: each function, constructor and method returns a promise.
 * `Exports` are their types as they answer at once, such as those that `tenon types` writes.
 */
export type Promised<Exports> = Exports extends Callable
  ? PromisedFunction<Exports>
  : Exports extends { readonly prototype: infer Resource }
    ? PromisedClass<Exports, Resource>
    : PromisedValue<Exports>;

type PromisedFunction<Function> = Function extends (...args: infer Args) => infer Result
  ? (...args: PromisedArgs<Args>) => Promise<PromisedValue<Awaited<Result>>>
  : never;

type PromisedArgs<Args> = { [Index in keyof Args]: PromisedValue<Args[Index]> };

type PromisedClass<Class, Resource> = {
  readonly prototype: PromisedValue<Resource>;
} & (Class extends new (...args: infer Args) => unknown
  ? new (...args: PromisedArgs<Args>) => Promise<PromisedValue<Resource>>
  : unknown) & {
    readonly [Name in Exclude<keyof Class, "prototype">]: Promised<Class[Name]>;
  };

/** Data stays as it is; the methods of resources return promises. */
type PromisedValue<Value> = Value extends ArrayBufferView | string | number | bigint | boolean
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Item>
    ? ReadonlyMap<Key, PromisedValue<Item>>
    : {
        [Name in keyof Value]: Name extends typeof Symbol.dispose
          ? Value[Name]
          : Promised<Value[Name]>;
      };
