import { component } from "../conformance/engine-guests.ts";

/** What loops in it when it is told to, by the number that `arm` takes. */
export const ENDLESS = {
  nothing: 0,
  realloc: 1,
  "post-return": 2,
  destructor: 3,
} as const;

/** Ways for a function to have no end. */
export const endlessBodies: readonly (readonly [what: string, body: string, more?: string])[] = [
  ["a loop", "(loop $l (br $l)) unreachable"],
  [
    "recursion that ends only after ages",
    "(call $fib (i32.const 90))",
    `(func $fib (param i32) (result i32)
      (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (i32.const 1)) (else (i32.add
        (call $fib (i32.sub (local.get 0) (i32.const 1)))
        (call $fib (i32.sub (local.get 0) (i32.const 2)))))))`,
  ],
  [
    "straight code that is called again and again",
    "(call $p30)",
    `(func $p0 (result i32) (local i64) ${"(local.set 0 (i64.div_u (i64.const -1) (i64.or (local.get 0) (i64.const 3))))".repeat(400)}
       (i32.wrap_i64 (local.get 0)))
     ${Array.from({ length: 30 }, (_, n) => `(func $p${n + 1} (result i32) (i32.add (call $p${n}) (call $p${n})))`).join("\n")}`,
  ],
  [
    "straight code that fills its memory",
    `${"(memory.fill $filled (i32.const 0) (i32.const 1) (i32.const 16777216))".repeat(2_000)} (i32.const 1)`,
    "(memory $filled 256)",
  ],
  // With the one that it imports, as many as the caps let through; the flag's comes on top.
  ["a module of three memories more", "(loop $l (br $l)) unreachable", "(memory 0 1)".repeat(3)],
  ["tail calls", "(return_call $t)", "(func $t (result i32) (return_call $t))"],
  [
    "a handler of all exceptions",
    `(loop $again (block $caught (try_table (catch_all $caught) (loop $l (br $l)))) (br $again))
     unreachable`,
  ],
];

/** Exports `run`, which has no end. */
export function endless(body: string, more = ""): Promise<Uint8Array> {
  return component(`(component
    (core module $M ${more} (func (export "run") (result i32) ${body}))
    (core instance $m (instantiate $M))
    (func (export "run") (result s32) (canon lift (core func $m "run"))))`);
}

/** Has a start function without an end. */
export function endlessStart(): Promise<Uint8Array> {
  return component(`(component
    (core module $M (func $s (loop $l (br $l))) (start $s))
    (core instance $m (instantiate $M)))`);
}

/**
 * Exports `arm(at)`, `echo(string) -> string` and `drop()`, which makes a resource and drops it;
 * each well behaved but for the part that it is armed for.
 */
export function endlessParts(): Promise<Uint8Array> {
  return component(`(component
    (core module $m (memory (export "memory") 1)
      (global $loops (mut i32) (i32.const 0))
      (func (export "arm") (param i32) (global.set $loops (local.get 0)))
      (func $maybe (param i32)
        (if (i32.eq (local.get 0) (global.get $loops)) (then (loop $l (br $l)))))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (call $maybe (i32.const 1)) (i32.const 1024))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 8) (local.get 0)) (i32.store (i32.const 12) (local.get 1))
        (i32.const 8))
      (func (export "post") (param i32) (call $maybe (i32.const 2)))
      (func (export "gone") (param i32) (call $maybe (i32.const 3))))
    (core instance $i (instantiate $m))
    (type $r (resource (rep i32) (dtor (core func $i "gone"))))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (core module $n
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "make") (result i32) (call $new (i32.const 5)))
      (func (export "drop") (call $drop (call $new (i32.const 5)))))
    (core instance $j (instantiate $n
      (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (export $x "r" (type $r))
    (func (export "make") (result (own $x)) (canon lift (core func $j "make")))
    (func (export "drop") (canon lift (core func $j "drop")))
    (func (export "arm") (param "at" u32) (canon lift (core func $i "arm")))
    (func (export "echo") (param "s" string) (result string)
      (canon lift (core func $i "echo") (memory (core memory $i "memory"))
        (realloc (core func $i "realloc")) (post-return (core func $i "post")))))`);
}
