import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";

const parsed = new Map<string, Promise<Uint8Array>>();

/** The binary of a component's text. */
export function component(text: string): Promise<Uint8Array> {
  let bytes = parsed.get(text);
  if (bytes === undefined) parsed.set(text, (bytes = parse(text)));
  return bytes;
}

/** A core module with a memory and a bump allocator, instantiated as `$libc`. */
export const LIBC = `
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local i32)
      (local.set 4 (global.get $next))
      (global.set $next (i32.add (global.get $next)
        (i32.and (i32.add (local.get 3) (i32.const 15)) (i32.const -16))))
      (memory.copy (local.get 4) (local.get 0) (local.get 1))
      (local.get 4)))
  (core instance $libc (instantiate $Libc))`;

/** Canonical options that use it. */
export const IN_LIBC = `(memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))`;

/** Hands a value of one type from the host to the host, through the guest. */
export interface EchoType {
  /** In component text; a named type is `$named`, defined by `named`. */
  readonly type: string;
  readonly named?: string;
  /** Core types of the flattened value. */
  readonly flat: readonly ("i32" | "i64" | "f32" | "f64")[];
  /** Whether a result of it goes through memory. */
  readonly spilled: boolean;
}

/** Imports `acme:test/host@1.0.0` with `echo: func(x: T) -> T`; exports `echo`, which calls it. */
export function echoComponent({ type, named, flat, spilled }: EchoType): Promise<Uint8Array> {
  const params = flat.map((core) => `(param ${core})`).join(" ");
  const locals = flat.map((_, index) => `(local.get ${index})`).join(" ");
  const lowered = spilled ? `${params} (param i32)` : `${params} (result ${flat[0]})`;
  const lifted = spilled ? `${params} (result i32)` : `${params} (result ${flat[0]})`;
  const body = spilled
    ? `(call $echo ${locals} (i32.const 256)) (i32.const 256)`
    : `(call $echo ${locals})`;
  const declared = named && `(type $shape ${named}) (export "named" (type $named (eq $shape)))`;
  return component(`(component
    (import "acme:test/host@1.0.0" (instance $host
      ${declared ?? ""}
      (export "echo" (func (param "x" ${type}) (result ${type})))))
    ${named ? `(alias export $host "named" (type $named))` : ""}
    ${LIBC}
    (core func $echo (canon lower (func $host "echo") ${IN_LIBC}))
    (core module $M
      (import "host" "echo" (func $echo ${lowered}))
      (func (export "echo") ${lifted} ${body}))
    (core instance $m (instantiate $M
      (with "host" (instance (export "echo" (func $echo))))))
    (func $lifted (param "x" ${type}) (result ${type})
      (canon lift (core func $m "echo") ${IN_LIBC}))
    (export "echo" (func $lifted)))`);
}

/**
 * Exports `acme:test/api@1.0.0`: `add` (u32, u32), `trap`, `overflow` (endless recursion), `grow`
 * (pages; answers as `memory.grow` does), `check` (u32 -> result<u32, string>: an even number is
 * halved, an odd one is an `err`), `count` (how often it was called in this instance).
 */
export function arithmetic(): Promise<Uint8Array> {
  return component(`(component
    ${LIBC}
    (core module $M
      (import "libc" "memory" (memory 1))
      (global $count (mut i32) (i32.const 0))
      (data (i32.const 64) "odd")
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "trap") unreachable)
      (func $overflow (export "overflow") (call $overflow) (call $overflow))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "count") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))
      (func (export "check") (param i32) (result i32)
        (if (i32.and (local.get 0) (i32.const 1))
          (then (i32.store8 (i32.const 16) (i32.const 1))
            (i32.store (i32.const 20) (i32.const 64)) (i32.store (i32.const 24) (i32.const 3)))
          (else (i32.store8 (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (i32.shr_u (local.get 0) (i32.const 1)))))
        (i32.const 16)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (func $add (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
    (func $trap (canon lift (core func $m "trap")))
    (func $overflow (canon lift (core func $m "overflow")))
    (func $grow (param "pages" u32) (result s32) (canon lift (core func $m "grow")))
    (func $count (result u32) (canon lift (core func $m "count")))
    (func $check (param "n" u32) (result (result u32 (error string)))
      (canon lift (core func $m "check") ${IN_LIBC}))
    (instance $api (export "add" (func $add)) (export "trap" (func $trap))
      (export "overflow" (func $overflow)) (export "grow" (func $grow))
      (export "count" (func $count)) (export "check" (func $check)))
    (export "acme:test/api@1.0.0" (instance $api)))`);
}

/**
 * Imports `acme:test/host@1.0.0` with `ask-host: func(n: u32) -> u32` and
 * `try-host: func(n: u32) -> result<u32, string>`. Exports `ask` and `try` which call them (`try`
 * answers the number, or 1000 + the length of the error), and `swallow`, which calls `ask-host`,
 * catches whatever it throws, calls it once more in the same way and answers 7.
 */
export function asking(): Promise<Uint8Array> {
  return component(`(component
    (import "acme:test/host@1.0.0" (instance $host
      (export "ask-host" (func (param "n" u32) (result u32)))
      (export "try-host" (func (param "n" u32) (result (result u32 (error string)))))))
    ${LIBC}
    (core func $ask (canon lower (func $host "ask-host")))
    (core func $try (canon lower (func $host "try-host") ${IN_LIBC}))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "host" "ask" (func $ask (param i32) (result i32)))
      (import "host" "try" (func $try (param i32 i32)))
      (func (export "ask") (param i32) (result i32) (call $ask (local.get 0)))
      (func (export "try") (param i32) (result i32)
        (call $try (local.get 0) (i32.const 32))
        (if (result i32) (i32.load8_u (i32.const 32))
          (then (i32.add (i32.const 1000) (i32.load (i32.const 40))))
          (else (i32.load (i32.const 36)))))
      (func $quiet (param i32)
        (block $caught
          (try_table (catch_all $caught) (drop (call $ask (local.get 0))))))
      (func (export "swallow") (param i32) (result i32)
        (call $quiet (local.get 0)) (call $quiet (local.get 0)) (i32.const 7)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))
      (with "host" (instance (export "ask" (func $ask)) (export "try" (func $try))))))
    (func $lifted-ask (param "n" u32) (result u32) (canon lift (core func $m "ask")))
    (func $lifted-try (param "n" u32) (result u32) (canon lift (core func $m "try")))
    (func $lifted-swallow (param "n" u32) (result u32) (canon lift (core func $m "swallow")))
    (export "ask" (func $lifted-ask))
    (export "try" (func $lifted-try))
    (export "swallow" (func $lifted-swallow)))`);
}

/**
 * Imports `acme:test/host@1.0.0` with a resource `thing` (constructor(u32), `value`, static
 * `find: func(u32) -> result<thing, u32>`), `look: func(t: borrow<thing>) -> u32` and
 * `keep: func(t: thing)`. Exports `use-thing` (makes one, asks its value, lets the host look, drops
 * it; answers value + 1000 * look), `give` (makes one and gives it away), `find` (the value of what
 * was found, dropped again; or 1000 + the error), `forge` (asks the value of a handle it never got),
 * `hold` (makes one and keeps it).
 */
export function thingUser(): Promise<Uint8Array> {
  return component(`(component
    (import "acme:test/host@1.0.0" (instance $host
      (export "thing" (type $thing (sub resource)))
      (export "[constructor]thing" (func (param "n" u32) (result (own $thing))))
      (export "[method]thing.value" (func (param "self" (borrow $thing)) (result u32)))
      (export "[static]thing.find" (func (param "n" u32) (result (result (own $thing) (error u32)))))
      (export "look" (func (param "t" (borrow $thing)) (result u32)))
      (export "keep" (func (param "t" (own $thing))))))
    (alias export $host "thing" (type $thing))
    ${LIBC}
    (core func $drop (canon resource.drop $thing))
    (core func $new (canon lower (func $host "[constructor]thing")))
    (core func $value (canon lower (func $host "[method]thing.value")))
    (core func $find (canon lower (func $host "[static]thing.find") ${IN_LIBC}))
    (core func $look (canon lower (func $host "look")))
    (core func $keep (canon lower (func $host "keep")))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "host" "drop" (func $drop (param i32)))
      (import "host" "new" (func $new (param i32) (result i32)))
      (import "host" "value" (func $value (param i32) (result i32)))
      (import "host" "find" (func $find (param i32 i32)))
      (import "host" "look" (func $look (param i32) (result i32)))
      (import "host" "keep" (func $keep (param i32)))
      (func (export "use-thing") (param i32) (result i32) (local $t i32) (local $r i32)
        (local.set $t (call $new (local.get 0)))
        (local.set $r (i32.add (call $value (local.get $t))
          (i32.mul (i32.const 1000) (call $look (local.get $t)))))
        (call $drop (local.get $t))
        (local.get $r))
      (func (export "give") (param i32) (call $keep (call $new (local.get 0))))
      (func (export "find") (param i32) (result i32) (local $t i32) (local $r i32)
        (call $find (local.get 0) (i32.const 32))
        (if (i32.load8_u (i32.const 32))
          (then (return (i32.add (i32.const 1000) (i32.load (i32.const 36))))))
        (local.set $t (i32.load (i32.const 36)))
        (local.set $r (call $value (local.get $t)))
        (call $drop (local.get $t))
        (local.get $r))
      (func (export "forge") (result i32) (call $value (i32.const 12345)))
      (func (export "hold") (param i32) (drop (call $new (local.get 0)))))
    (core instance $m (instantiate $M (with "libc" (instance $libc)) (with "host" (instance
      (export "drop" (func $drop)) (export "new" (func $new)) (export "value" (func $value))
      (export "find" (func $find)) (export "look" (func $look)) (export "keep" (func $keep))))))
    (func $f-use (param "n" u32) (result u32) (canon lift (core func $m "use-thing")))
    (func $f-give (param "n" u32) (canon lift (core func $m "give")))
    (func $f-find (param "n" u32) (result u32) (canon lift (core func $m "find")))
    (func $f-forge (result u32) (canon lift (core func $m "forge")))
    (func $f-hold (param "n" u32) (canon lift (core func $m "hold")))
    (export "use-thing" (func $f-use))
    (export "give" (func $f-give))
    (export "find" (func $f-find))
    (export "forge" (func $f-forge))
    (export "hold" (func $f-hold)))`);
}

/**
 * Exports `acme:test/counters@1.0.0` with a resource `counter` (constructor(u32), `next`) of the
 * guest's own. Its destructor calls `acme:test/host@1.0.0#dropped` with the number.
 */
export function counterMaker(): Promise<Uint8Array> {
  return component(`(component
    (import "acme:test/host@1.0.0" (instance $host
      (export "dropped" (func (param "n" u32)))))
    ${LIBC}
    (core func $dropped (canon lower (func $host "dropped")))
    (core module $D
      (import "host" "dropped" (func $dropped (param i32)))
      (import "libc" "memory" (memory 1))
      (func (export "dtor") (param i32) (call $dropped (i32.load (local.get 0)))))
    (core instance $d (instantiate $D (with "libc" (instance $libc))
      (with "host" (instance (export "dropped" (func $dropped))))))
    (type $counter' (resource (rep i32) (dtor (core func $d "dtor"))))
    (core func $new (canon resource.new $counter'))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "libc" "realloc" (func $realloc (param i32 i32 i32 i32) (result i32)))
      (import "host" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (local $at i32)
        (local.set $at (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
        (i32.store (local.get $at) (local.get 0))
        (call $new (local.get $at)))
      (func (export "next") (param i32) (result i32)
        (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
        (i32.load (local.get 0))))
    (core instance $m (instantiate $M (with "libc" (instance $libc))
      (with "host" (instance (export "new" (func $new))))))
    (func $make (param "n" u32) (result (own $counter')) (canon lift (core func $m "make")))
    (func $next (param "self" (borrow $counter')) (result u32) (canon lift (core func $m "next")))
    (component $Api
      (import "counter-type" (type $t (sub resource)))
      (import "make" (func $make (param "n" u32) (result (own $t))))
      (import "next" (func $next (param "self" (borrow $t)) (result u32)))
      (export $e "counter" (type $t))
      (export "[constructor]counter" (func $make) (func (param "n" u32) (result (own $e))))
      (export "[method]counter.next" (func $next)
        (func (param "self" (borrow $e)) (result u32))))
    (instance $api (instantiate $Api (with "counter-type" (type $counter'))
      (with "make" (func $make)) (with "next" (func $next))))
    (export "acme:test/counters@1.0.0" (instance $api)))`);
}
