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

/** The operation of a destructor for a resource that the host has forgotten. */
const FORGOTTEN = "the destructor of a forgotten resource";

/**
 * A plugin's exports, for an embedder that calls them directly.
 *
 * On the caller's thread, where none of the plugin's imports may wait, a call returns its result at
 * once, and a call into an instance that has ended throws: ask for the exports again. Otherwise
 * each call waits for its turn, has the deadline of a command, and starts the plugin where it does
 * not run. Where the plugin exports resources, all calls are made of its first instance.
 *
 * A resource's constructor, methods, static functions and destructor are calls like all others. A
 * resource ends with its instance; its methods then reject with the reason for which that ended.
 */
export async function directExports(plugin: Plugin): Promise<Exports> {
  return plugin.use("exports", async (instance) => {
    const waits =
      suspendingImports(await plugin.package.links()).length > 0 || instance.answersLater;
    const how = waits ? new InTurn(plugin, instance) : new AtOnce(plugin, instance);
    return how.facade(instance.exports, []);
  });
}

/** Makes the exports of an instance as an embedder sees them. */
abstract class Direct {
  protected readonly plugin: Plugin;
  /**
   * Whether all calls must be made of the first instance, because a call may be given resources of
   * it.
   */
  protected readonly first: boolean;
  readonly #deadlineMs: number;

  constructor(plugin: Plugin, { exports }: PluginInstance) {
    this.plugin = plugin;
    this.first = hasClasses(exports);
    this.#deadlineMs = plugin.allowance.granted.commandMs;
  }

  /** Makes a function that calls the export at a path. `enter` calls the export. */
  abstract at(
    path: readonly string[],
    enter: (target: unknown, args: readonly unknown[]) => unknown,
  ): Call;

  protected callOf(
    operation: string,
    args: readonly unknown[],
    enter: () => unknown,
    ms: number = this.#deadlineMs,
  ): GuestCall {
    return { operation, deadlineMs: ms, passed: () => args, enter };
  }

  facade(exports: Exports, path: readonly string[]): Exports {
    const made: Record<string, unknown> = {};
    for (const key of Object.getOwnPropertyNames(exports)) {
      const value = this.#facadeOf(exports[key], [...path, key]);
      // A world's own function is exported by its camelCase name as well, as a property that is not
      // enumerable.
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
 * Calls of one instance that return at once. Functions whose type is `async` wait for their turn.
 */
class AtOnce extends Direct {
  readonly #instance: PluginInstance;
  /** Made for the first function that waits. */
  #inTurn: InTurn | undefined;

  constructor(plugin: Plugin, instance: PluginInstance) {
    super(plugin, instance);
    this.#instance = instance;
    this.gate(instance, {
      call: (operation, args, enter, later) =>
        later
          ? this.#later.callOfResource(instance, this.callOf(operation, args, enter), args)
          : this.#call(this.callOf(operation, args, enter)),
      drop: (operation, enter) => this.#drop(this.callOf(operation, [], enter, DROP_MS)),
    });
  }

  override at(
    path: readonly string[],
    enter: (target: unknown, args: readonly unknown[]) => unknown,
  ): Call {
    const operation = path.join("#");
    const target = found(this.#instance.exports, path);
    if (isAsync(target)) return this.#later.at(path, enter);
    return (...args) => this.#callNow(this.callOf(operation, args, () => enter(target, args)));
  }

  get #later(): InTurn {
    return (this.#inTurn ??= new InTurn(this.plugin, this.#instance));
  }

  #call(call: GuestCall): unknown {
    if (this.#instance.state.tag === "ended") throw this.#instance.gone!;
    return this.#callNow(call);
  }

  /** The call has no turn that would notice the end of the instance, so the plugin is told. */
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
    // During another call, the destructor runs at the end of that call, within its deadline.
    if (instance.busy) call.enter(instance.exports);
    else this.#callNow(call);
  }
}

/** Calls that wait for their turn. */
class InTurn extends Direct {
  /** The last instance whose classes were put behind this door. */
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
          const call = this.callOf(operation, args, () => enter(target, args));
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
        this.callOfResource(instance, this.callOf(operation, args, enter), args),
      drop: (operation, enter) => {
        if (!instance.live) return;
        const call = this.callOf(operation, [], enter, DROP_MS);
        // The disposer does not wait. A destructor that fails ends the instance, which is reported
        // there.
        this.callOfResource(instance, call, [], true).catch(() => {});
      },
    });
  }

  /** `owed`: the call is made however many calls wait. */
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

/** The export at a path. Only own properties count. */
function found(exports: Exports, path: readonly string[]): unknown {
  let at: unknown = exports;
  for (const key of path) {
    if (at === undefined || !Object.hasOwn(at as object, key)) return undefined;
    at = (at as Exports)[key];
  }
  return at;
}

/** Whether an export is an instance; modules are not. */
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

/** Whether a value contains only data, so that it can be handed over any number of times. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every((item) => isPlain(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isPlain(item));
}

/** Roughly how many bytes a value takes. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + bytesOf(part), 0);
}
