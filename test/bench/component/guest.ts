// The guest that most rows call: as core WebAssembly, for raw calls and hand-written glue, and as
// the component that a toolchain makes of it.
import { componentEmbed, componentNew, parse } from "@bytecodealliance/jco-transpile/wasm-tools";

const WIT = `
package bench:guest;
interface host {
  plus: func(a: u32, b: u32) -> u32;
}
interface api {
  record sample { id: u32, x: f64, y: f64, on: bool, kind: u8 }
  record entry { id: u32, name: string, score: f64 }
  variant shape { none, dot(u32), circle(f64) }
  resource counter {
    constructor(start: u32);
    next: func() -> u32;
  }
  add: func(a: u32, b: u32) -> u32;
  ask-host: func(times: u32) -> u32;
  echo-string: func(s: string) -> string;
  echo-samples: func(l: list<sample>) -> list<sample>;
  echo-entries: func(l: list<entry>) -> list<entry>;
  echo-bytes: func(l: list<u8>) -> list<u8>;
  echo-sample: func(s: sample) -> sample;
  check: func(n: u32) -> result<u32, string>;
  echo-shape: func(s: shape) -> shape;
  echo-option: func(s: option<string>) -> option<string>;
}
world guest {
  import host;
  export api;
}
`;

// Echoes answer with what was lowered for them, so that what is timed is the way in and out.
// Memory is given back by post-return, as Rust guests do.
const CORE = `(module
  (import "bench:guest/host" "plus" (func $plus (param i32 i32) (result i32)))
  (import "[export]bench:guest/api" "[resource-new]counter" (func $new (param i32) (result i32)))
  (memory (export "memory") 20)
  (global $next (mut i32) (i32.const 65536))
  (global $free (mut i32) (i32.const 0))
  (global $slots (mut i32) (i32.const 1024))
  (data (i32.const 64) "odd")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32)
    (local.set 4 (global.get $next))
    (global.set $next (i32.add (local.get 4)
      (i32.and (i32.add (local.get 3) (i32.const 15)) (i32.const -16))))
    (memory.copy (local.get 4) (local.get 0) (local.get 1))
    (local.get 4))
  (func $reset (param i32) (global.set $next (i32.const 65536)))
  (func $pair (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))
  (export "bench:guest/api#echo-string" (func $pair))
  (export "bench:guest/api#echo-samples" (func $pair))
  (export "bench:guest/api#echo-entries" (func $pair))
  (export "bench:guest/api#echo-bytes" (func $pair))
  (export "cabi_post_bench:guest/api#echo-string" (func $reset))
  (export "cabi_post_bench:guest/api#echo-samples" (func $reset))
  (export "cabi_post_bench:guest/api#echo-entries" (func $reset))
  (export "cabi_post_bench:guest/api#echo-bytes" (func $reset))
  (export "cabi_post_bench:guest/api#echo-option" (func $reset))
  (func (export "bench:guest/api#add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "bench:guest/api#ask-host") (param i32) (result i32) (local i32)
    (loop $more
      (local.set 1 (call $plus (local.get 1) (i32.const 3)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "bench:guest/api#echo-sample") (param i32 f64 f64 i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0))
    (f64.store (i32.const 24) (local.get 1))
    (f64.store (i32.const 32) (local.get 2))
    (i32.store8 (i32.const 40) (local.get 3))
    (i32.store8 (i32.const 41) (local.get 4))
    (i32.const 16))
  (func (export "bench:guest/api#check") (param i32) (result i32)
    (i32.store8 (i32.const 16) (i32.const 0))
    (i32.store (i32.const 20) (i32.shr_u (local.get 0) (i32.const 1)))
    (if (i32.and (local.get 0) (i32.const 1)) (then
      (i32.store8 (i32.const 16) (i32.const 1))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 3))))
    (i32.const 16))
  (func (export "bench:guest/api#echo-shape") (param i32 i64) (result i32)
    (i32.store8 (i32.const 16) (local.get 0))
    (i64.store (i32.const 24) (local.get 1))
    (i32.const 16))
  (func (export "bench:guest/api#echo-option") (param i32 i32 i32) (result i32)
    (i32.store8 (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.store (i32.const 24) (local.get 2))
    (i32.const 16))
  (func (export "bench:guest/api#[constructor]counter") (param i32) (result i32) (local i32)
    (local.set 1 (global.get $free))
    (if (local.get 1)
      (then (global.set $free (i32.load (local.get 1))))
      (else (local.set 1 (global.get $slots))
        (global.set $slots (i32.add (local.get 1) (i32.const 8)))))
    (i32.store (local.get 1) (local.get 0))
    (call $new (local.get 1)))
  (func (export "bench:guest/api#[method]counter.next") (param i32) (result i32)
    (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
    (i32.load (local.get 0)))
  (func (export "bench:guest/api#[dtor]counter") (param i32)
    (i32.store (local.get 0) (global.get $free))
    (global.set $free (local.get 0))))`;

export interface Guest {
  readonly core: Uint8Array;
  readonly component: Uint8Array;
}

let made: Promise<Guest> | undefined;

export function guest(): Promise<Guest> {
  return (made ??= make());
}

async function make(): Promise<Guest> {
  const core = await parse(CORE);
  return { core, component: await componentOf(core) };
}

/** The component of a core module that has the guest's imports and exports. */
export async function componentOf(core: Uint8Array): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: core, witSource: WIT, world: "guest" });
  return componentNew(embedded, []);
}

export interface Sample {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly on: boolean;
  readonly kind: number;
}

export interface Entry {
  readonly id: number;
  readonly name: string;
  readonly score: number;
}

export type Shape =
  | { readonly tag: "none" }
  | { readonly tag: "dot" | "circle"; readonly val: number };

export interface Counter extends Disposable {
  next(): number;
}

/** What every route to the guest offers. */
export interface Api {
  readonly add: (a: number, b: number) => number;
  readonly askHost: (times: number) => number;
  readonly echoString: (text: string) => string;
  readonly echoSamples: (list: readonly Sample[]) => readonly Sample[];
  readonly echoEntries: (list: readonly Entry[]) => readonly Entry[];
  readonly echoBytes: (list: Uint8Array) => Uint8Array;
  readonly echoSample: (sample: Sample) => Sample;
  readonly check: (n: number) => number;
  readonly echoShape: (shape: Shape) => Shape;
  readonly echoOption: (text: string | undefined) => string | undefined;
  readonly Counter: new (start: number) => Counter;
}

export const HOST: { readonly plus: (a: number, b: number) => number } = {
  plus: (a, b) => (a + b) >>> 0,
};
