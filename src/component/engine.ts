import type { TenonError } from "../errors.ts";
import type { Answers } from "./abi/store.ts";
import type { GuestLimits } from "./abi/limits.ts";
import type { GivenRules } from "./caps/rules.ts";
import type { InsideInterface } from "./inside.ts";
import type { MemoryAccount } from "./memory-account.ts";
import type { Interrupt } from "./link/interrupt.ts";
import type { InterruptMode } from "./transform/interrupt.ts";

/**
 * The seam between the plugin host and whatever runs components.
 *
 * JavaScript shapes of values are jco's documented ones: records as objects with camelCase keys,
 * variants as `{ tag, val }`, `option` as `T | undefined` (nested: `{ tag: "some" | "none" }`),
 * a function's `result` returned or thrown (an error with `payload`), `list<u8>` as Uint8Array,
 * 64-bit integers as bigint, flags as an object of booleans, resources as classes with
 * `Symbol.dispose`.
 *
 * A host resource is whatever passes `instanceof` of the class that the imports gave. Its methods
 * are taken from that class (`Class.prototype.method.call(resource, …)`), never from the object, so
 * that a class can stand before the resources of another. A handle that the guest drops calls
 * `Symbol.dispose` of the resource, where it has one.
 *
 * A host function answers with a value, throws a WitError (any Error with a `payload` of its own)
 * for the `err` of its result, or answers
 * with a promise where `suspend` names it. Anything else it throws, a promise where none was
 * announced, a guest's trap and a call into an instance that is in the middle of a synchronous call
 * end the call with `component-trap` (its `cause` is what was thrown) and poison the instance: from
 * then on every call throws `component-poisoned`, and the guest can call nothing. A call into an
 * instance that is suspended rejects with `component-suspended` and changes nothing.
 */
export interface Engine {
  readonly name: string;
  /** Rejects with a TenonError whose code starts with `component-`. */
  compile(bytes: Uint8Array, options?: EngineCompileOptions): Promise<EngineComponent>;
}

export interface EngineCompileOptions {
  /** Compiles checks into the code, so that its instances can be stopped. Default: none. */
  readonly interrupt?: InterruptMode | undefined;
  /** Whether instances are to have `snapshot`. Default: false. */
  readonly restorable?: boolean;
  /**
   * Caps that instances will be given: those with others compile its core modules again. Default: those
   * of GuestLimits.
   */
  readonly limits?: Pick<EngineLimits, "memoryBytes" | "tableElements">;
  /**
   * What the component may measure and which WebAssembly proposals its code may use: see CompileOptions.
   * What is over a cap, or uses another proposal, rejects with `component-limit`. An
   * engine that can't tell takes no notice.
   */
  readonly rules?: GivenRules | undefined;
  /**
   * The caller has set these bytes against `rules`, code included, and they passed: it needn't be done
   * again. Default: false.
   */
  readonly checked?: boolean | undefined;
  /**
   * Imported functions that may answer with a promise, as `interface#function`
   * (`tenon:plugin/http@0.1.0#fetch`, `…#[method]response.read`). Default: none.
   * Where the list is not empty, exported functions answer with promises.
   */
  readonly suspend?: readonly string[];
  /**
   * `sha256:` and 64 hexadecimal digits, of the bytes, where the caller knows it: what an engine
   * keeps of a component from one run to the next it finds again under it, and it may be another
   * component's of the same digest that is used: check it. Default: nothing is.
   */
  readonly digest?: string;
}

export interface EngineComponent {
  /** Releases what the compiled form holds. Instances made from it live on. */
  [Symbol.dispose](): void;
  /**
   * Rejects with `component-unlinkable` where an import is missing (`data.missing` lists them all,
   * as `interface#function`), `component-limit` where the component starts over a cap, and
   * `component-trap` where its start function traps.
   */
  instantiate(imports: EngineImports, options?: EngineInstanceOptions): Promise<EngineInstance>;
}

/**
 * Implementations by the import's exact name; each an object of functions (camelCase) and
 * resource classes (PascalCase), or a function for an import that is one.
 */
export type EngineImports = Readonly<Record<string, unknown>>;

export interface EngineInstanceOptions {
  /** Default: those of GuestLimits. */
  readonly limits?: EngineLimits;
  /**
   * Lets the guest be stopped in the middle of its code. Needs a component that was compiled for its
   * mode. Default: it can't be.
   */
  readonly interrupt?: Interrupt | undefined;
  /**
   * Told how many milliseconds more the guest's own code ran, as soon as that is known: of start
   * functions, calls and destructors, however they end, and after the instance has ended, too.
   * `withHost`: what it called of the host is in it. An engine that does not measure takes no notice.
   */
  readonly ran?: ((ms: number, withHost: boolean) => void) | undefined;
  /**
   * Told how many milliseconds more the caller's thread worked for an instance on another one: for
   * reading what it says, for host functions up to their promises, and for writing answers.
   */
  readonly hosted?: ((ms: number) => void) | undefined;
  /** Milliseconds that start functions may take, where the engine can stop them. Default: no end. */
  readonly startMs?: number;
  /**
   * Where what it holds is counted, with what others do, and `wants` is told where it would grow in the
   * middle of a call by so many bytes that there is no room for. Default: nowhere.
   */
  readonly room?: InstanceRoom | undefined;
  /**
   * By the import's name, interfaces of which something may be done where the guest runs. An engine
   * whose guests run on the caller's thread takes no notice. Default: none.
   */
  readonly inside?: ReadonlyMap<string, InsideInterface>;
  /**
   * Who answers for what the instance does to a thread that it shares with others: all instances of a
   * party are suspected together where such a thread is lost. Default: its component.
   */
  readonly party?: string;
}

export interface InstanceRoom {
  readonly account: MemoryAccount;
  wants(bytes: number): void;
}

/**
 * What an instance may take at most; what goes over one ends in `component-limit`, whose `data.limit`
 * is the limit's name. An engine that can't keep one but `memoryBytes` takes no notice of it.
 */
export type EngineLimits = Partial<
  Pick<GuestLimits, "memoryBytes" | "tableElements" | "handles" | "liftedBytes" | "liftedElements">
>;

export interface EngineInstance {
  /** By the export's exact name; interfaces are objects of functions (camelCase) and classes. */
  readonly exports: EngineExports;
  readonly state: "live" | "poisoned" | "closed";
  /**
   * Makes one call. `enter` calls one thing that the instance exports, once and before it returns: a
   * function, a method, a constructor, or the destructor of a resource (`Symbol.dispose`). `call` returns
   * what `enter` returns and throws what it throws. The options are for that call alone; one that is made
   * without `call` has the default of each.
   */
  call<Answer>(enter: (exports: EngineExports) => Answer, options: CallOptions): Answer;
  /**
   * Stops the time of the call that was made with these options (`isHeld`), because it waits for a person;
   * then starts it anew. An engine that does not count what a call waits for lacks it.
   */
  holdTime?(call: CallOptions, isHeld: boolean): void;
  /** Whether exported functions answer with promises whatever the component imports. Default: false. */
  readonly answersLater?: boolean;
  /** Whether calls can be made in turn: see CallOptions. Default: false. */
  readonly takesTurns?: boolean;
  /** Whether it tells what the guest's code ran: see EngineInstanceOptions.ran. Default: false. */
  readonly measures?: boolean;
  /**
   * Set: is handed what drops a resource of the guest's that its host has forgotten (the garbage collector
   * found it), to be called now or later; what it answers and throws is what an exported function does.
   * It must not throw. Default: undefined, it is dropped at once, or at the end of the call under way.
   */
  forgotten?: ((drop: () => unknown) => void) | undefined;
  /** Set where it was lost with its thread: `isolate-failed`. */
  readonly gone?: TenonError | undefined;
  /** Bytes of memories and tables that the instance holds now, exported or not. */
  readonly memoryBytes: number;
  /** How many memories it has, exported or not. Default: one. */
  readonly memories?: number;
  /**
   * How the instance is now, to make it so again. Undefined where it is in a call or has ended, or
   * keeps state that nothing can put back. An engine that can't do it at all lacks it.
   */
  snapshot?(): EngineSnapshot | undefined;
  /**
   * Ends the instance: guest destructors run, later calls throw `component-closed`, and so does a
   * call that is suspended. Idempotent.
   */
  [Symbol.dispose](): void;
}

export type EngineExports = Readonly<Record<string, unknown>>;

/** How one call is made. */
export interface CallOptions {
  /**
   * Milliseconds that the guest may run until it is stopped: a `component-trap` of kind `interrupted`. An
   * engine that can't stop guests ignores it. Default: no end.
   */
  readonly timeMs?: number | undefined;
  /**
   * The call waits for the calls in turn before it. They follow each other, in order, without coming back
   * to the caller's thread in between. Once one has ended the instance, or left it otherwise than its
   * snapshot, those behind it are not entered. An engine without `takesTurns` ignores it. Default: a call
   * into an instance that is suspended is rejected.
   */
  readonly turn?: InTurn | undefined;
  /**
   * Where an answer goes that comes later; the exported function returns LATER then, and no promise. A
   * function whose type is `async` returns a promise all the same, and so does an engine that ignores it.
   * Default: a promise.
   */
  readonly answers?: Answers | undefined;
}

/** Hears of one call that is made in turn. */
export interface InTurn {
  /**
   * Milliseconds that this call, those before it that are under way and those behind it may run together,
   * from when the first was made. A call that finds them used up is not entered; one that uses them up is
   * stopped as by `timeMs`. Default: no end.
   */
  readonly sharedMs?: number;
  /**
   * It is on its way. Told before the call returns; else the call was refused, and those behind it
   * would be ahead of its failure.
   */
  sent(): void;
  /**
   * Its answer is here, and nothing yet of what the guest did after it: what the next call asks the
   * host for comes later. `entered`: false where it was not, and rejects with `component-poisoned` or
   * `component-suspended`. The promise settles after this. Must not throw.
   */
  answered(entered: boolean): void;
}

export interface EngineSnapshot {
  /** Bytes that it keeps. */
  readonly bytes: number;
  /**
   * Memories, globals, tables and handles are as they were: nothing of what the guest did since can be
   * told. Resources of the host that it came by since are disposed of; no code of the guest runs.
   * False where that can't be (a memory has grown; what it held then is gone; the host holds a
   * resource of it that is newer; it is in a call or has ended): end the instance then. Throws what a
   * resource of the host threw when it was disposed of; the instance is as it was then, too.
   */
  restore(): boolean;
}

// What else of the engine those know who hold instances, or run them.
export type { AsciiDecoder } from "./abi/context.ts";
export type { Answers, HostClass } from "./abi/store.ts";
export { askable, hostFailure, saidBy } from "./abi/trap.ts";
export { ENGINE_DIGEST } from "./compiled/engine-digest.ts";
export { isOverRules } from "./caps/faults.ts";
export type { Caps } from "./caps/catalogue.ts";
export { PLUGIN_FEATURES, type WasmFeature } from "./caps/features.ts";
export { type GivenRules, keyOfRules, type Rules, rulesOf } from "./caps/rules.ts";
export { lacksMemory } from "./faults.ts";
export type { InsideFunction, InsideInterface, Lease, Lender } from "./inside.ts";
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
