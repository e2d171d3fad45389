import { TenonError } from "../../errors.ts";
import type { GuestCall } from "../calls/call-group.ts";
import {
  gateMembers,
  guestClass,
  type GuestClass,
  isAsync,
  isGuestClass,
  type MemberDoor,
} from "../instance/guest-class.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { Plugin } from "./plugin.ts";
import { suspendingImports } from "./start.ts";

type Call = (...args: unknown[]) => unknown;
type Exports = Readonly<Record<string, unknown>>;

/** Milliseconds that a destructor may take. */
const DROP_MS = 100;

/** What it is called where the host has forgotten a resource. */
const FORGOTTEN = "the destructor of a forgotten resource";

/**
 * A plugin's exports for an embedder that calls them directly. On the caller's thread, where nothing it
 * imports may wait, a call answers at once, and one into an instance that has ended throws; ask for
 * the exports again. Otherwise each call waits for its turn, has the deadline of a command, and
 * starts the plugin anew where that is needed. Where the plugin exports resources all calls are of its
 * first instance.
 *
 * Resources' constructors, methods, static functions and destructors are calls like all others. A
 * resource ends with the instance that it is of: its methods are rejected then with why that ended.
 */
export async function directExports(plugin: Plugin): Promise<Exports> {
  return plugin.use("exports", async (instance) => {
    const waits =
      suspendingImports(await plugin.package.links()).length > 0 || instance.answersLater;
    const how = waits ? new InTurn(plugin, instance) : new AtOnce(plugin, instance);
    return how.facade(instance.exports, []);
  });
}

/** Makes what an embedder has of an instance's exports. */
abstract class Direct {
  protected readonly plugin: Plugin;
  /** Whether the plugin exports resources: those that a call is given are of the first instance. */
  protected readonly first: boolean;
  readonly #deadlineMs: number;

  constructor(plugin: Plugin, { exports }: PluginInstance) {
    this.plugin = plugin;
    this.first = hasClasses(exports);
    this.#deadlineMs = plugin.allowance.granted.commandMs;
  }

  /** Makes calls of what lies at a path: `enter` calls it. */
  abstract at(
    path: readonly string[],
    enter: (target: unknown, args: readonly unknown[]) => unknown,
  ): Call;

  protected callOf(operation: string, enter: () => unknown, ms?: number): GuestCall {
    return { operation, deadlineMs: ms ?? this.#deadlineMs, enter };
  }

  facade(exports: Exports, path: readonly string[]): Exports {
    const made: Record<string, unknown> = {};
    for (const key of Object.getOwnPropertyNames(exports)) {
      const value = this.#facadeOf(exports[key], [...path, key]);
      // A function of a world itself is there by its camelCase name, too, which does not enumerate.
      const { enumerable = false } = Object.getOwnPropertyDescriptor(exports, key)!;
      if (value !== undefined) Object.defineProperty(made, key, { value, enumerable });
    }
    return Object.freeze(made);
  }

  #facadeOf(value: unknown, path: readonly string[]): unknown {
    if (isGuestClass(value)) {
      const construct = this.at(path, (Class, args) =>
        Reflect.construct(Class as GuestClass, args),
      );
      const kind = this.plugin.kinds.of(path.join("#"));
      return guestClass(value, kind, construct, (key) => this.at([...path, key], apply));
    }
    if (typeof value === "function") return this.at(path, apply);
    return isExports(value) ? this.facade(value, path) : undefined;
  }

  protected gate(instance: PluginInstance, door: MemberDoor): void {
    if (!this.first) return;
    const visit = (exports: Exports, path: readonly string[]): void => {
      for (const key of Object.getOwnPropertyNames(exports)) {
        const value = exports[key];
        const inner = [...path, key];
        const title = inner.join("#");
        if (isGuestClass(value)) gateMembers(value, title, this.plugin.kinds.of(title), door);
        else if (isExports(value)) visit(value, inner);
      }
    };
    visit(instance.exports, []);
    instance.forgotten = (drop) => door.drop(FORGOTTEN, drop);
  }
}

/**
 * Calls that answer at once, of one instance; those of functions whose type is `async` wait for their
 * turn.
 */
class AtOnce extends Direct {
  readonly #instance: PluginInstance;
  /** Made for the first that does. */
  #inTurn: InTurn | undefined;

  constructor(plugin: Plugin, instance: PluginInstance) {
    super(plugin, instance);
    this.#instance = instance;
    this.gate(instance, {
      call: (operation, args, enter, later) =>
        later
          ? this.#later.callOfResource(instance, this.callOf(operation, enter), args)
          : this.#call(this.callOf(operation, enter)),
      drop: (operation, enter) => this.#drop(this.callOf(operation, enter, DROP_MS)),
    });
  }

  override at(
    path: readonly string[],
    enter: (target: unknown, args: readonly unknown[]) => unknown,
  ): Call {
    const operation = path.join("#");
    const target = found(this.#instance.exports, path);
    if (isAsync(target)) return this.#later.at(path, enter);
    return (...args) => this.#callNow(this.callOf(operation, () => enter(target, args)));
  }

  get #later(): InTurn {
    return (this.#inTurn ??= new InTurn(this.plugin, this.#instance));
  }

  #call(call: GuestCall): unknown {
    if (this.#instance.state.tag === "ended") throw this.#instance.gone!;
    return this.#callNow(call);
  }

  /** A call has no turn here: where it ends the instance, the plugin is to be told. */
  #callNow(call: GuestCall): unknown {
    try {
      return this.#instance.callNow(call);
    } catch (error) {
      if (!this.#instance.live) void this.plugin.sweep();
      throw error;
    }
  }

  #drop(call: GuestCall): void {
    const instance = this.#instance;
    if (!instance.live) return;
    // In the middle of a call it runs at that one's end, and in its time.
    if (instance.busy) call.enter(instance.exports);
    else this.#callNow(call);
  }
}

/** Calls that wait for their turn. */
class InTurn extends Direct {
  /** The last one whose members were gated. */
  #gated: PluginInstance | undefined;

  override at(
    path: readonly string[],
    enter: (target: unknown, args: readonly unknown[]) => unknown,
  ): Call {
    const operation = path.join("#");
    return (...args) =>
      this.plugin.call({
        event: operation,
        ready: (instance) => {
          this.#gate(instance);
          const target = found(instance.exports, path);
          if (target === undefined) throw this.#notThere(operation);
          const call = this.callOf(operation, () => enter(target, args));
          return { tag: "call", call, read: (answer) => answer };
        },
        alone: !args.every((arg) => isPlain(arg)),
        bytes: bytesOf(args),
        first: this.first,
      });
  }

  #gate(instance: PluginInstance): void {
    if (this.#gated === instance) return;
    this.#gated = instance;
    this.gate(instance, {
      call: (operation, args, enter) =>
        this.callOfResource(instance, this.callOf(operation, enter), args),
      drop: (operation, enter) => {
        if (!instance.live) return;
        const call = this.callOf(operation, enter, DROP_MS);
        // Who disposes of it does not wait; a destructor that fails ends the instance, which is told.
        this.callOfResource(instance, call, [], true).catch(() => {});
      },
    });
  }

  /** `owed`: it is made however many wait. */
  callOfResource(
    of: PluginInstance,
    call: GuestCall,
    args: readonly unknown[],
    owed: boolean = false,
  ): Promise<unknown> {
    return this.plugin.call({
      event: call.operation,
      ready: () => ({ tag: "call", call, read: (answer) => answer }),
      alone: !args.every((arg) => isPlain(arg)),
      bytes: bytesOf(args),
      first: true,
      of,
      owed,
    });
  }

  #notThere(operation: string): TenonError {
    const { name } = this.plugin.manifest;
    return new TenonError("usage", `"${name}" exports no ${operation} any more.`, {
      plugin: name,
      operation,
    });
  }
}

function apply(target: unknown, args: readonly unknown[]): unknown {
  return (target as Call)(...args);
}

/** What lies at a path, of what is the exports' own. */
function found(exports: Exports, path: readonly string[]): unknown {
  let at: unknown = exports;
  for (const key of path) {
    if (at === undefined || !Object.hasOwn(at as object, key)) return undefined;
    at = (at as Exports)[key];
  }
  return at;
}

/** An instance among the exports; a module is none. */
function isExports(value: unknown): value is Exports {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function hasClasses(exports: Exports): boolean {
  return Object.values(exports).some(
    (value) => isGuestClass(value) || (isExports(value) && hasClasses(value)),
  );
}

/** Whether it is data through and through, which can be handed over any number of times. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every((item) => isPlain(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isPlain(item));
}

/** About how many bytes a value takes. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + bytesOf(part), 0);
}
