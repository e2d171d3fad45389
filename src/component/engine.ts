import type { TenonError } from "../errors.ts";
import type { Answers } from "./abi/store.ts";
import type { GuestLimits } from "./abi/limits.ts";
import type { GivenRules } from "./caps/rules.ts";
import type { LentInterface } from "./lent.ts";
import type { MemoryAccount } from "./memory-account.ts";
import type { Interrupt } from "./link/interrupt.ts";
import type { InterruptMode } from "./transform/interrupt.ts";

/**
 * The interface between the plugin host and whatever runs components.
 *
 * Values have jco's documented shapes in JavaScript: records are objects with camelCase keys,
 * variants `{ tag, val }`, `option` is `T | undefined` (nested: `{ tag: "some" | "none" }`), a
 * function's `result` is returned or thrown (an error with `payload`), `list<u8>` is a Uint8Array,
 * 64-bit integers are bigints, flags an object of booleans, resources classes with
 * `Symbol.dispose`.
 *
 * A host resource is any object that passes `instanceof` of the class in the imports. Its methods
 * are taken from that class (`Class.prototype.method.call(resource, …)`), never from the object, so
 * that a class can stand in front of another one's resources. When the guest drops a handle,
 * `Symbol.dispose` of the resource is called, where there is one.
 *
 * A host function returns a value, throws a WitError (any Error with an own `payload`) for the
 * `err` of its result, or returns a promise where `suspend` names it. Any other error, an
 * unannounced promise, a guest's trap, and a call into an instance during a synchronous call end
 * the call with `component-trap` (its `cause` is what was thrown) and poison the instance: from
 * then on every call throws `component-poisoned`, and the guest can call nothing. A call into a
 * suspended instance rejects with `component-suspended` and has no other effect.
 */
export interface Engine {
  /** The engine's name, for messages. */
  readonly name: string;
  /** Rejects with a TenonError whose code starts with `component-`. */
  compile(bytes: Uint8Array, options?: EngineCompileOptions): Promise<EngineComponent>;
}

/** Options of `Engine.compile`. */
export interface EngineCompileOptions {
  /** Compiles checks into the code, so that instances can be stopped. Default: none. */
  readonly interrupt?: InterruptMode | undefined;
  /** Whether instances have `snapshot`. Default: false. */
  readonly restorable?: boolean;
  /**
   * The caps that instances will have: an instance with others needs the core modules compiled
   * again. Default: those of GuestLimits.
   */
  readonly limits?: Pick<EngineLimits, "memoryBytes" | "tableElements">;
  /**
   * How large the component may be, and which WebAssembly proposals its code may use: see
   * CompileOptions. A component that breaks a rule rejects with `component-limit`. An engine that
   * can't tell ignores the rules.
   */
  readonly rules?: GivenRules | undefined;
  /**
   * The caller has checked these bytes, code included, against `rules`, and they passed: the engine
   * need not check again. Default: false.
   */
  readonly checked?: boolean | undefined;
  /**
   * Imported functions that may return a promise, as `interface#function`
   * (`tenon:plugin/http@0.1.0#fetch`, `…#[method]response.read`). Default: none. Where the list is
   * not empty, exported functions return promises.
   */
  readonly suspend?: readonly string[];
  /**
   * The digest of the bytes, `sha256:` and 64 hexadecimal digits, where the caller knows it. The
   * engine keeps results for later runs under it, and uses what it finds there without comparing
   * bytes: the caller must have verified it. Default: nothing is kept.
   */
  readonly digest?: string;
}

/** A compiled component. Disposing of it releases it; its instances go on. */
export interface EngineComponent {
  /** Releases the compiled form. Instances that were made of it live on. */
  [Symbol.dispose](): void;
  /**
   * Makes an instance. Rejects with `component-unlinkable` where an import is missing
   * (`data.missing` lists all of them, as `interface#function`), `component-limit` where the
   * component starts over a cap, and `component-trap` where its start function traps.
   */
  instantiate(imports: EngineImports, options?: EngineInstanceOptions): Promise<EngineInstance>;
}

/**
 * Implementations by the import's exact name: objects of functions (camelCase) and resource classes
 * (PascalCase), or a function for an import that is a function.
 */
export type EngineImports = Readonly<Record<string, unknown>>;

/** Options of `EngineComponent.instantiate`. */
export interface EngineInstanceOptions {
  /** The most that the instance may use. Default: those of GuestLimits. */
  readonly limits?: EngineLimits;
  /**
   * Makes it possible to stop the guest in the middle of its code. The component must have been
   * compiled for this mode. Default: it can't be stopped.
   */
  readonly interrupt?: Interrupt | undefined;
  /**
   * Hears how long start functions and destructors run, and calls that have no account of their
   * own. Default: nobody hears.
   */
  readonly account?: TimeAccount | undefined;
  /**
   * Milliseconds that start functions may take, where the engine can stop them. Default: no limit.
   */
  readonly startMs?: number;
  /**
   * Where the memory of the instance is counted, together with that of others. `wants` is called
   * where the instance needs more during a call than there is room for. Default: it is not counted.
   */
  readonly room?: InstanceRoom | undefined;
  /**
   * Interfaces of which the guest's thread may do a part itself, by the import's name. An engine
   * that runs guests on the caller's thread ignores them. Default: none.
   */
  readonly lent?: ReadonlyMap<string, LentInterface>;
  /**
   * Who is responsible for what the instance does to a thread that it shares: where the thread is
   * lost, all instances of a party are suspected together. Default: its component.
   */
  readonly party?: string;
  /**
   * Is handed the instance before its start functions run. Disposing of it ends them. An engine whose
   * guests hold the caller's thread does not call it.
   */
  readonly begun?: (instance: EngineInstance) => void;
}

/** Hears what an instance, or one call of it, costs. Its methods must not throw. */
export interface TimeAccount {
  /**
   * The guest's own code has run `ms` milliseconds more. Called as soon as they are known, however
   * the code ended, also after the instance has ended. `withHost`: time in host functions is
   * included. An engine that does not measure never calls it.
   */
  ran(ms: number, withHost: boolean): void;
  /**
   * The caller's thread has worked `ms` milliseconds more for an instance on another thread: to
   * read its messages, to run host functions up to their promises, and to write answers.
   */
  hosted(ms: number): void;
  /**
   * The guest's own code runs on the caller's thread, where time in host functions is its time.
   * Called some hundred times a second, and before the guest is stopped.
   */
  runs?(): void;
}

/** Where an instance's memory is counted, and who makes room. */
export interface InstanceRoom {
  /** The account. */
  readonly account: MemoryAccount;
  /** Called when the instance needs so many bytes and there is no room. */
  wants(bytes: number): void;
}

/**
 * The most that an instance may use. Going over a limit ends in `component-limit`; `data.limit` is
 * the limit's name. An engine must keep `memoryBytes`, and ignores others that it can't keep.
 */
export type EngineLimits = Partial<
  Pick<GuestLimits, "memoryBytes" | "tableElements" | "handles" | "liftedBytes" | "liftedElements">
>;

/** A running instance of a component. */
export interface EngineInstance {
  /**
   * The exports by their exact names; interfaces are objects of functions (camelCase) and classes.
   */
  readonly exports: EngineExports;
  readonly state: "live" | "poisoned" | "closed";
  /**
   * Makes one call. `enter` calls one export of the instance, once and before it returns: a
   * function, a method, a constructor, or the destructor of a resource (`Symbol.dispose`). `call`
   * returns what `enter` returns and throws what it throws. The options hold for this call alone; a
   * call without `call` has the defaults.
   */
  call<Answer>(enter: (exports: EngineExports) => Answer, options: CallOptions): Answer;
  /**
   * With `isHeld`, stops the time of the call that was made with these options, because it waits
   * for a person; without, starts the time anew. Missing where the engine does not count the time
   * that a call waits.
   */
  holdTime?(call: CallOptions, isHeld: boolean): void;
  /** Whether exported functions return promises whatever the component imports. Default: false. */
  readonly answersLater?: boolean;
  /** Whether calls can be made in turn: see CallOptions. Default: false. */
  readonly takesTurns?: boolean;
  /**
   * Whether it reports how long the guest's code ran: see TimeAccount.ran. Default: false.
   */
  readonly measures?: boolean;
  /**
   * Whether so much time has passed since the guest last looked that it is about to look again. Cheap
   * enough to be asked at each call of a host function. Undefined: guests run on another thread, or
   * are never stopped.
   */
  readonly mayBeLate?: (() => boolean) | undefined;
  /**
   * Called with a function that drops a resource of the guest's which the host has forgotten (found
   * by the garbage collector). The function is to be called now or later; it returns and throws as
   * an exported function does. `forgotten` itself must not throw. Default: the resource is dropped
   * at once, or at the end of the call under way.
   */
  forgotten?: ((drop: () => unknown) => void) | undefined;
  /** Set where the instance was lost with its thread: `isolate-failed`. */
  readonly gone?: TenonError | undefined;
  /** Bytes of memories and tables that the instance holds now, exported or not. */
  readonly memoryBytes: number;
  /** How many memories it has, exported or not. Default: one. */
  readonly memories?: number;
  /**
   * The present state of the instance, to restore it later. Undefined where the instance is in a
   * call, has ended, or has state that can't be restored. Missing where the engine can't do this at
   * all.
   */
  snapshot?(): EngineSnapshot | undefined;
  /**
   * Ends the instance: guest destructors run, later calls throw `component-closed`, and a suspended
   * call rejects with it. Idempotent.
   */
  [Symbol.dispose](): void;
}

/** An instance's exports by name: functions, classes, and interfaces as objects of them. */
export type EngineExports = Readonly<Record<string, unknown>>;

/** How one call is made. */
export interface CallOptions {
  /**
   * Milliseconds that the guest may run before it is stopped: a `component-trap` of kind
   * `interrupted`. An engine that can't stop guests ignores it. Default: no limit.
   */
  readonly timeMs?: number | undefined;
  /**
   * Hears what this call costs. Where the call is under way when the instance ends, that includes
   * the destructors on another thread. Default: the account of the instance.
   */
  readonly account?: TimeAccount | undefined;
  /**
   * The call waits for earlier calls in turn. Calls in turn follow each other, in order, without
   * returning to the caller's thread in between. Once one has ended the instance, or has not left
   * it as its snapshot was, those behind it are not entered. An engine without `takesTurns` ignores
   * it. Default: a call into a suspended instance is rejected.
   */
  readonly turn?: InTurn | undefined;
  /**
   * Where an answer goes that comes later; the exported function then returns LATER in place of a
   * promise. A function whose type is `async` returns a promise in any case, and so does an engine
   * that ignores this option. Default: a promise.
   */
  readonly answers?: Answers | undefined;
  /**
   * Aborting it asks the guest to give up, where the function's type is `async`: it is told so when
   * it waits, and the call rejects with the signal's reason once it has. A call that has not begun is
   * rejected at once. A guest that answers all the same fulfils the call. Engines that can't ask
   * ignore it. Default: the call is not cancelled.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Hears of one call that is made in turn. */
export interface InTurn {
  /**
   * Milliseconds that this call may run together with those before it that are under way and those
   * behind it, counted from the first. A call that finds them used up is not entered; one that uses
   * them up is stopped as by `timeMs`. Default: no limit.
   */
  readonly sharedMs?: number;
  /**
   * The call is on its way. Called before the call returns. Where it is not called, the call was
   * refused; calls behind it must not be made, because they would overtake its failure.
   */
  sent(): void;
  /**
   * The call's answer has arrived, and nothing yet of what the guest did after it: what the next
   * call asks the host for comes later. `entered` is false where the call was not entered and
   * rejects with `component-poisoned` or `component-suspended`. The call's promise settles after
   * this. Must not throw.
   */
  answered(entered: boolean): void;
}

/** An earlier state of an instance, which it can be put back to. */
export interface EngineSnapshot {
  /** The bytes that the snapshot takes. */
  readonly bytes: number;
  /**
   * Restores memories, globals, tables and handles, so that nothing shows what the guest has done
   * since. Host resources that it has acquired since are disposed of; no code of the guest runs.
   * Returns false where that is not possible (a memory has grown; the snapshot has been released;
   * the host holds a newer resource of the guest; the instance is in a call or has ended): the
   * caller must end the instance then. Throws what a host resource threw when it was disposed of;
   * the instance is restored all the same.
   */
  restore(): boolean;
}

// Other parts of the engine for modules that hold or run instances.
export { DEFAULT_LIMITS } from "./abi/limits.ts";
export type { AsciiDecoder } from "./abi/context.ts";
export type { Answers, HostClass } from "./abi/store.ts";
export { askable, hostFailure, saidBy } from "./abi/trap.ts";
export { ENGINE_DIGEST } from "./compiled/engine-digest.ts";
export { isOverRules } from "./caps/faults.ts";
export type { Caps } from "./caps/cap-row.ts";
export { ANY_CODE } from "./caps/catalogue.ts";
export { PLUGIN_FEATURES, type WasmFeature } from "./caps/features.ts";
export { type GivenRules, type Rules, rulesOf } from "./caps/rules.ts";
export { closedInCall, componentReleased, instanceClosed, instancePoisoned } from "./ended.ts";
export { lacksMemory } from "./faults.ts";
export type { DerivedStore } from "./compiled/derived-store.ts";
export type { LentFunction, LentInterface, Lease, Lender, MostTold } from "./lent.ts";
export { JsNames, keyGiven, parseFuncName, worldNames } from "./js-names.ts";
export { type Given, resolveNeed } from "./link/imports.ts";
export type { Interrupt, Verdict } from "./link/interrupt.ts";
export { guestResource, LATER } from "./marks.ts";
export {
  MemoryAccount,
  type MemoryShare,
  ShareCounter,
  type ShareWords,
} from "./memory-account.ts";
export type { InterruptMode } from "./transform/interrupt.ts";
