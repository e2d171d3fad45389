// The classes of a guest's resources as an embedder sees them: every member is called like a
// function of the plugin.
import { guestResource } from "../../component/engine.ts";

export type GuestClass = (new (...args: unknown[]) => object) & { readonly prototype: object };

type AnyFunction = (...args: unknown[]) => unknown;

/** How the members of such a class are called. */
export interface MemberDoor {
  /**
   * Calls a member; `enter` calls the guest. `later`: it returns a promise, whatever the plugin
   * imports.
   */
  call(operation: string, args: readonly unknown[], enter: () => unknown, later: boolean): unknown;
  /** Calls a destructor. Where no caller waits for it, it must not throw. */
  drop(operation: string, enter: () => unknown): void;
}

/** Whether this is the class of a resource that the guest implements. */
export function isGuestClass(value: unknown): value is GuestClass {
  return (
    typeof value === "function" &&
    typeof value.prototype === "object" &&
    value.prototype !== null &&
    guestResource in value.prototype
  );
}

/**
 * Distinguishes the resources of one class of a plugin from all others, whichever instance made
 * them.
 */
export class ResourceKinds {
  readonly #kinds: Map<string, object> = new Map();

  of(title: string): object {
    let found = this.#kinds.get(title);
    if (found === undefined) this.#kinds.set(title, (found = {}));
    return found;
  }
}

const kind: unique symbol = Symbol("kind of resource");

/**
 * Moves the members of the engine's class, which belongs to one instance, behind `door`. Call it
 * once. `title` is for messages. From then on the objects of the class are of the kind `of`.
 */
export function gateMembers(Class: GuestClass, title: string, of: object, door: MemberDoor): void {
  const { prototype } = Class;
  if (Object.hasOwn(prototype, kind)) return;
  for (const [key, value] of functionsOf(prototype)) {
    if (value === (Class as unknown)) continue;
    const later = isAsync(value);
    define(prototype, key, function (this: unknown, ...args: unknown[]): unknown {
      return door.call(`${title}.${key}`, args, () => Reflect.apply(value, this, args), later);
    });
  }
  const dispose = Reflect.get(prototype, Symbol.dispose) as AnyFunction;
  define(prototype, Symbol.dispose, function (this: unknown): void {
    door.drop(`${title}.[drop]`, () => Reflect.apply(dispose, this, []));
  });
  define(prototype, kind, of);
}

/**
 * Makes the class that an embedder sees in place of the engine's. `construct` and `call` make the
 * calls; a static function is called by its name.
 */
export function guestClass(
  Class: GuestClass,
  of: object,
  construct: AnyFunction,
  call: (key: string) => AnyFunction,
): GuestClass {
  const made = function (...args: unknown[]): unknown {
    if (new.target === undefined) throw new TypeError("a guest's resource is made by `new`");
    return construct(...args);
  };
  const { prototype } = Class;
  Object.defineProperty(made, "prototype", { value: prototype, writable: false });
  define(made, "name", Class.name);
  define(made, Symbol.hasInstance, (value: unknown) => kindOf(value) === of);
  for (const [key] of functionsOf(Class)) define(made, key, call(key));
  if (prototype.constructor === Class) define(prototype, "constructor", made);
  return made as unknown as GuestClass;
}

const AsyncFunction = (async () => {}).constructor as new () => object;

/** Whether a function of the engine has a type that is `async`. */
export function isAsync(func: unknown): boolean {
  return func instanceof AsyncFunction;
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, kind) : undefined;
}

function functionsOf(owner: object): readonly (readonly [string, AnyFunction])[] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(([key, descriptor]) => {
    const value: unknown = descriptor.value;
    return typeof value === "function" ? [[key, value as AnyFunction] as const] : [];
  });
}

function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
