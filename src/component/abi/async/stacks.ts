// How WebAssembly is suspended, and how it is known at once whether it was.
//
// `WebAssembly.promising` answers with a promise in any case. So an entry calls the guest's function
// from a function of WebAssembly that reports the result when it has returned. And an import that
// suspends costs more, and cannot be called at all where there is no stack to suspend. So what may
// have to wait is a gate: a function of WebAssembly that calls a plain import, and one that suspends
// only where that one has asked for it.
import { leb, name, rows } from "../../transform/bytes.ts";
import type { CoreFunction } from "../call-site.ts";
import type { CoreType } from "../flatten.ts";
import { POISONED, type Store } from "../store.ts";
import { code } from "./core-code.ts";
import type { Frame, Thread } from "./thread.ts";

export interface CoreShape {
  readonly params: readonly CoreType[];
  readonly result: CoreType | undefined;
}

/** The modules of entries and gates, by shape. All instances of a component share them. */
export class StackModules {
  readonly #entries: Map<string, WebAssembly.Module> = new Map();
  readonly #gates: Map<string, WebAssembly.Module> = new Map();

  entry(shape: CoreShape): WebAssembly.Module {
    return kept(this.#entries, shape, entryModule);
  }

  gate(shape: CoreShape): WebAssembly.Module {
    return kept(this.#gates, shape, gateModule);
  }
}

function kept(
  known: Map<string, WebAssembly.Module>,
  shape: CoreShape,
  make: (shape: CoreShape) => WebAssembly.Module,
): WebAssembly.Module {
  const key = `${shape.params.join()}>${shape.result ?? ""}`;
  let module = known.get(key);
  if (module === undefined) known.set(key, (module = make(shape)));
  return module;
}

/** What an entry returns for a call that was suspended. */
export const SUSPENDED_CALL: unique symbol = Symbol("suspended");

/** Where the outcome of a call goes that was suspended. */
interface Outcome {
  returned(value: unknown): void;
  failed(thrown: unknown): void;
}

/** Calls a core function on a thread. Returns its result, or SUSPENDED_CALL. */
export type Enter = (thread: Thread, args: readonly unknown[], later: Outcome) => unknown;

/** A function that is entered so that it can be suspended. */
export function suspendableEntry(store: Store, module: WebAssembly.Module, func: unknown): Enter {
  const done = (value: unknown): void => {
    const frame = store.thread!.frame!;
    frame.done = true;
    frame.value = value;
    frame.returns?.(value);
  };
  const { exports } = new WebAssembly.Instance(module, { i: { f: func, d: done } } as Imports);
  const enter = WebAssembly.promising(exports["e"] as CoreFunction);
  return (thread, args, later) => {
    const frame: Frame = { done: false, value: undefined, returns: undefined };
    thread.frame = frame;
    const promise = (enter as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    if (frame.done) return frame.value;
    frame.returns = later.returned;
    promise.catch(later.failed);
    return SUSPENDED_CALL;
  };
}

type Imports = WebAssembly.Imports;

/** What a function behind a gate returns to suspend the stack from which it was called. */
export class Suspension {
  /** The stack goes on when it resolves, and throws where it rejects. */
  readonly ready: Promise<void>;
  /**
   * Called on the stack when it goes on. Returns the function's result, or another suspension.
   */
  readonly go: () => unknown;

  constructor(ready: Promise<void>, go: () => unknown) {
    this.ready = ready;
    this.go = go;
  }
}

/** Lets the imports of one store suspend the stack from which they are called. */
export class Gates {
  readonly #modules: StackModules;
  readonly #store: Store;
  /** 1: the import that was just called wants to suspend its caller. */
  readonly #asked: WebAssembly.Global = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  #promise: Promise<number> | undefined = undefined;
  /** How suspended stacks go on, by the number that they are resumed with. */
  readonly #going: Map<number, Suspension["go"]> = new Map();
  #last = 0;
  readonly #suspend: unknown;

  constructor(modules: StackModules, store: Store) {
    this.#modules = modules;
    this.#store = store;
    this.#suspend = new WebAssembly.Suspending(() => {
      const promise = this.#promise;
      this.#promise = undefined;
      return promise;
    });
    store.releasables.push({ release: () => this.#going.clear() });
  }

  /** The function as a guest imports it. It may return a Suspension, or what that answers. */
  gate(shape: CoreShape, func: CoreFunction): unknown {
    const nothing = shape.result === "i64" ? 0n : 0;
    const given = (answer: unknown): unknown => {
      if (!(answer instanceof Suspension)) return answer;
      const number = (this.#last = (this.#last + 1) | 0);
      this.#going.set(number, answer.go);
      this.#promise = answer.ready.then(() => number);
      this.#asked.value = 1;
      return nothing;
    };
    const imports = {
      f: (...args: readonly unknown[]) => given(func(...args)),
      s: this.#suspend,
      r: (number: number) => given(this.#goOn(number)),
      a: this.#asked,
    };
    return new WebAssembly.Instance(this.#modules.gate(shape), { i: imports } as Imports).exports[
      "g"
    ];
  }

  #goOn(number: number): unknown {
    const store = this.#store;
    const go = this.#going.get(number);
    this.#going.delete(number);
    if (go === undefined || store.state >= POISONED) throw store.failure ?? store.ended();
    try {
      return go();
    } catch (thrown) {
      throw store.fail(thrown);
    }
  }
}

function entryModule({ params, result }: CoreShape): WebAssembly.Module {
  const results = result === undefined ? [] : [result];
  const types = [
    [params, results],
    [results, []],
    [params, []],
  ] as const;
  const imports = [
    [...name("i"), ...name("f"), 0, 0],
    [...name("i"), ...name("d"), 0, 1],
  ];
  const body = [...params.flatMap((_, at) => [0x20, ...leb(at)]), 0x10, 0, 0x10, 1];
  return code(types, imports, 2, "e", 2, [], body);
}

function gateModule({ params, result }: CoreShape): WebAssembly.Module {
  const results = result === undefined ? [] : [result];
  const types = [
    [params, results],
    [[], ["i32"]],
    [["i32"], results],
  ] as const;
  const imports = [
    [...name("i"), ...name("f"), 0, 0],
    [...name("i"), ...name("s"), 0, 1],
    [...name("i"), ...name("r"), 0, 2],
    [...name("i"), ...name("a"), 3, 0x7f, 1],
  ];
  const own = leb(params.length);
  const keep = result === undefined ? [] : [0x21, ...own];
  const body = [
    ...params.flatMap((_, at) => [0x20, ...leb(at)]),
    0x10,
    0,
    ...keep,
    // While the last one has asked for it, suspend and go on.
    ...rows([0x03, 0x40, 0x23, 0, 0x04, 0x40, 0x41, 0, 0x24, 0, 0x10, 1, 0x10, 2]),
    ...keep,
    ...rows([0x0c, 1, 0x0b, 0x0b]),
    ...(result === undefined ? [] : [0x20, ...own]),
  ];
  return code(types, imports, 3, "g", 0, results, body);
}
