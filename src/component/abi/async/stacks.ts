// How WebAssembly is suspended, and how it is known at once whether it was.
//
// `WebAssembly.promising` answers with a promise in any case. So an entry calls the guest's function
// from a function of WebAssembly that reports the result when it has returned. And an import that
// suspends costs more, and cannot be called at all where there is no stack to suspend. So what may
// have to wait is a gate: a function of WebAssembly that calls a plain import, and one that suspends
// only where that one has asked for it.
import { leb, name } from "../../transform/bytes.ts";
import type { CoreFunction } from "../call-site.ts";
import type { CoreType } from "../flatten.ts";
import type { Store } from "../store.ts";
import { code, VALUE_TYPES } from "./core-code.ts";
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

/** Calls a core function on a thread. Returns its result, or a promise where it was suspended. */
export type Enter = (thread: Thread, args: readonly unknown[]) => unknown;

/** A function that is entered so that it can be suspended. */
export function suspendableEntry(store: Store, module: WebAssembly.Module, func: unknown): Enter {
  const done = (value: unknown): void => {
    const frame = store.thread!.frame!;
    frame.done = true;
    frame.value = value;
  };
  const { exports } = new WebAssembly.Instance(module, { i: { f: func, d: done } } as Imports);
  const enter = WebAssembly.promising(exports["e"] as CoreFunction);
  return (thread, args) => {
    const frame: Frame = { done: false, value: undefined };
    thread.frame = frame;
    const promise = (enter as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    return frame.done ? frame.value : promise.then(() => frame.value);
  };
}

type Imports = WebAssembly.Imports;

/** Lets the imports of one store suspend the stack from which they are called. */
export class Gates {
  readonly #modules: StackModules;
  /** 1: the import that was just called wants to suspend its caller. */
  readonly #asked: WebAssembly.Global = new WebAssembly.Global({ value: "i32", mutable: true }, 0);
  #promise: Promise<unknown> | undefined = undefined;
  readonly #suspend: unknown;

  constructor(modules: StackModules) {
    this.#modules = modules;
    this.#suspend = new WebAssembly.Suspending(() => {
      const promise = this.#promise;
      this.#promise = undefined;
      return promise;
    });
  }

  /** The function as a guest imports it, so that it may return what `suspend` does. */
  gate(shape: CoreShape, func: CoreFunction): unknown {
    const imports = { f: func, s: this.#suspend, a: this.#asked };
    return new WebAssembly.Instance(this.#modules.gate(shape), { i: imports } as Imports).exports[
      "g"
    ];
  }

  /** Return this from a function behind a gate. `promise`: of its result. */
  suspend({ result }: CoreShape, promise: Promise<unknown>): unknown {
    this.#promise = promise;
    this.#asked.value = 1;
    return result === "i64" ? 0n : 0;
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
    [[], results],
  ] as const;
  const imports = [
    [...name("i"), ...name("f"), 0, 0],
    [...name("i"), ...name("s"), 0, 1],
    [...name("i"), ...name("a"), 3, 0x7f, 1],
  ];
  const block = result === undefined ? 0x40 : VALUE_TYPES[result];
  const own = leb(params.length);
  const asked = [0x23, 0, 0x04, block, 0x41, 0, 0x24, 0, 0x10, 1, 0x05];
  const body = [
    ...params.flatMap((_, at) => [0x20, ...leb(at)]),
    0x10,
    0,
    ...(result === undefined ? [] : [0x21, ...own]),
    ...asked,
    ...(result === undefined ? [] : [0x20, ...own]),
    0x0b,
  ];
  return code(types, imports, 2, "g", 0, results, body);
}
