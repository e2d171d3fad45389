import { describe, expect, it } from "vitest";
import { verdict } from "./text.ts";

// A rule: texts that follow it, and texts that don't with a word of the message.
function rule(
  title: string,
  valid: readonly string[],
  refused: readonly (readonly [text: string, message: RegExp])[],
): void {
  it(title, async () => {
    for (const body of valid) expect(await verdict(`(component ${body})`), body).toBe("valid");
    for (const [body, message] of refused) {
      const answer = await verdict(`(component ${body})`);
      expect(answer, body).toMatch(/^component-invalid: /);
      expect(answer, body).toMatch(message);
      expect(answer, body).toMatch(/at byte \d+/);
    }
  });
}

const core = `
  (core module $m
    (memory (export "mem") 1)
    (memory (export "mem64") i64 1)
    (memory (export "shared") 1 2 shared)
    (table (export "t") 1 funcref)
    (global (export "g") i32 (i32.const 0))
    (tag (export "tag"))
    (func (export "f"))
    (func (export "i") (param i32))
    (func (export "ii") (param i32 i32))
    (func (export "r") (result i32) unreachable)
    (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $i (instantiate $m))
  (alias core export $i "mem" (core memory $mem))
  (alias core export $i "realloc" (core func $realloc))
`;

describe("types", () => {
  rule(
    "have parts, with labels that differ by more than case",
    [
      `(type (record (field "a" u8) (field "b" string)))`,
      `(type (variant (case "a") (case "b" u8)))`,
      `(type (flags "a" "b-C")) (type (enum "a")) (type (tuple u8 u8))`,
      `(type (list u8 4)) (type (map string (list u8))) (type (result)) (type (option (option u8)))`,
      `(type $f (future u8)) (type $s (stream $f)) (type (func (param "a" u8) (result $s)))`,
    ],
    [
      [`(type (record))`, /at least one record field/],
      [`(type (tuple))`, /at least one type/],
      [`(type (flags))`, /at least one/],
      [`(type (record (field "a" u8) (field "A" u8)))`, /conflicts/],
      [`(type (enum "aB"))`, /kebab/],
      [`(type (func (param "a" u8) (param "A" u8)))`, /conflicts/],
      [`(type (list u8 0))`, /length 0/],
      [`(type (map f32 u8))`, /key of a map/],
      [`(type (stream char))`, /stream<char>/],
      [`(type (list u64 33554432))`, /byte size/],
    ],
  );

  rule(
    "keep borrows to parameters",
    [`(type $r (resource (rep i32))) (type (func (param "x" (list (borrow $r)))))`],
    [
      [`(type $r (resource (rep i32))) (type (func (result (borrow $r))))`, /borrow/],
      [`(type $r (resource (rep i32))) (type (func (result (option (borrow $r)))))`, /borrow/],
      [`(type $r (resource (rep i32))) (type (stream (borrow $r)))`, /borrow/],
      [`(type $r (resource (rep i32))) (type (future (tuple (borrow $r))))`, /borrow/],
    ],
  );

  rule(
    "take only types of the right kind",
    [],
    [
      [`(type $f (func)) (type (list $f))`, /not a defined type/],
      [`(type $u u8) (type (own $u))`, /not a resource type/],
      [`(type (list 7))`, /out of bounds/],
      [`(type $u u8) (import "f" (func (type $u)))`, /not a func type/],
      [`(type (instance (type (resource (rep i32)))))`, /can't define/],
      [`(core type $f (func)) (import "m" (core module (type $f)))`, /not a module type/],
    ],
  );
});

describe("resource types", () => {
  rule(
    "have a destructor that takes the representation",
    [`${core} (type (resource (rep i32) (dtor (core func $i "i"))))`],
    [
      [`${core} (type (resource (rep i32) (dtor (core func $i "f"))))`, /destructor/],
      [`${core} (type (resource (rep i32) (dtor (core func $i "r"))))`, /destructor/],
    ],
  );

  rule(
    "show their representation where they are defined only",
    [
      `(type $r (resource (rep i32)))
       (core func (canon resource.new $r)) (core func (canon resource.rep $r))
       (import "r" (type $s (sub resource))) (core func (canon resource.drop $s))`,
    ],
    [
      [
        `(import "r" (type $r (sub resource))) (core func (canon resource.new $r))`,
        /local resource/,
      ],
      [
        `(import "r" (type $r (sub resource))) (core func (canon resource.rep $r))`,
        /local resource/,
      ],
      [`(type $t u8) (core func (canon resource.drop $t))`, /not a resource type/],
    ],
  );

  rule(
    "are equal only to themselves",
    [
      `(component $c (import "r" (type $r (sub resource))) (import "f" (func (param "x" (own $r)))))
       (import "r" (type $r (sub resource))) (import "f" (func $f (param "x" (own $r))))
       (instance (instantiate $c (with "r" (type $r)) (with "f" (func $f))))`,
      `(import "r" (type $r (sub resource))) (import "s" (type $s (eq $r)))
       (component $c (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
       (instance (instantiate $c (with "a" (type $r)) (with "b" (type $s))))`,
    ],
    [
      [
        `(component $c (import "r" (type $r (sub resource))) (import "f" (func (param "x" (own $r)))))
         (import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
         (import "f" (func $f (param "x" (own $s))))
         (instance (instantiate $c (with "r" (type $r)) (with "f" (func $f))))`,
        /not the same/,
      ],
      [
        `(import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
         (component $c (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
         (instance (instantiate $c (with "a" (type $r)) (with "b" (type $s))))`,
        /not the same/,
      ],
      [
        `(component $c (type $r (resource (rep i32))) (export "r" (type $r)))
         (component $d (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
         (instance $one (instantiate $c)) (instance $two (instantiate $c))
         (instance (instantiate $d (with "a" (type $one "r")) (with "b" (type $two "r"))))`,
        /not the same/,
      ],
    ],
  );

  rule(
    "are abstract where an export says no more",
    [
      `(type $r (resource (rep i32))) (export "a" (type $r)) (export "b" (type $r) (type (sub resource)))`,
    ],
    [
      [
        `(component $c
           (type $r (resource (rep i32)))
           (export "a" (type $r))
           (export "b" (type $r) (type (sub resource))))
         (component $d (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
         (instance $i (instantiate $c))
         (instance (instantiate $d (with "a" (type $i "a")) (with "b" (type $i "b"))))`,
        /not the same/,
      ],
    ],
  );
});

describe("names of imports and exports", () => {
  rule(
    "are unique within imports and within exports",
    [`(import "a" (func $f)) (export "a" (func $f))`],
    [
      [`(import "a" (func)) (import "A" (func))`, /conflicts/],
      [`(import "a" (func $f)) (export "b" (func $f)) (export "B" (func $f))`, /conflicts/],
      [`(type (instance (export "a" (func)) (export "a" (func))))`, /conflicts/],
      [`(import "Nope-nOpe" (func))`, /not a valid extern name/],
    ],
  );

  rule(
    "with annotations fit the resource",
    [
      `(import "r" (type $r (sub resource)))
       (import "[constructor]r" (func (result (own $r))))
       (import "[method]r.m" (func (param "self" (borrow $r))))
       (import "[static]r.s" (func))`,
      `(import "r" (type $r (sub resource)))
       (import "[constructor]r" (func (result (result (own $r) (error string)))))`,
    ],
    [
      [`(import "[static]r.s" (func))`, /no resource is named/],
      [`(import "r" (type $r (sub resource))) (import "[method]r.m" (func))`, /self/],
      [
        `(import "r" (type $r (sub resource))) (import "[method]r.m" (func (param "me" (borrow $r))))`,
        /self/,
      ],
      [
        `(import "r" (type $r (sub resource))) (import "[method]r.m" (func (param "self" (own $r))))`,
        /borrow/,
      ],
      [
        `(import "r" (type $r (sub resource))) (import "[method]q.m" (func (param "self" (borrow $r))))`,
        /resource is named/,
      ],
      [`(import "r" (type $r (sub resource))) (import "[constructor]r" (func))`, /constructor/],
    ],
  );

  rule(
    "with attributes name instances after interfaces",
    [
      `(import "a" (implements "x:y/z@1.0.0") (external-id "any thing") (instance))`,
      `(import "a" (external-id "") (func))`,
    ],
    [
      [`(import "a" (implements "x:y/z") (func))`, /only instances/],
      [`(import "a:b/c" (implements "x:y/z") (instance))`, /implements/],
      [`(import "a" (implements "z") (instance))`, /interface/],
      [`(import "a:b/c@1.0" (instance))`, /version/],
    ],
  );
});

describe("what is imported or exported", () => {
  rule(
    "mentions only types that have a name outside",
    [
      `(type $p (record (field "x" u8))) (import "p" (type $q (eq $p))) (import "f" (func (param "p" $q)))`,
      `(import "f" (func (param "p" (tuple u8 (option string)))))`,
    ],
    [
      [`(type $p (record (field "x" u8))) (import "f" (func (param "p" $p)))`, /not valid/],
      [`(type $e (enum "a")) (import "f" (func (result (list $e))))`, /not valid/],
      [
        `(type $p (record (field "x" u8))) (import "p" (type (eq $p))) (import "f" (func (param "p" $p)))`,
        /not valid/,
      ],
      [
        `(type $r (resource (rep i32))) (export $s "r" (type $r)) (import "f" (func (param "p" (own $s))))`,
        /not valid/,
      ],
    ],
  );

  rule(
    "may be ascribed a supertype",
    [`(import "i" (instance $i (export "f" (func)))) (export "j" (instance $i) (instance))`],
    [
      [
        `(import "i" (instance $i)) (export "j" (instance $i) (instance (export "f" (func))))`,
        /`f`/,
      ],
      [`(import "f" (func $f)) (export "g" (func $f) (func (param "x" u8)))`, /parameters/],
    ],
  );
});

describe("instances", () => {
  rule(
    "get what their component imports",
    [
      `(component $c (import "f" (func))) (import "f" (func $f)) (instance (instantiate $c (with "f" (func $f))))`,
      `(component $c (import "i" (instance (export "f" (func)))))
       (import "i" (instance $i (export "f" (func)) (export "g" (func))))
       (instance (instantiate $c (with "i" (instance $i)) (with "more" (instance $i))))`,
    ],
    [
      [
        `(component $c (import "f" (func))) (instance (instantiate $c))`,
        /missing import named `f`/,
      ],
      [
        `(component $c (import "f" (func))) (import "i" (instance $i))
         (instance (instantiate $c (with "f" (instance $i))))`,
        /expected func, found instance/,
      ],
      [
        `(component $c (import "i" (instance (export "j" (instance (export "f" (func (param "x" u8))))))))
         (import "i" (instance $i (export "j" (instance (export "f" (func (param "x" s8)))))))
         (instance (instantiate $c (with "i" (instance $i))))`,
        /import `i`: instance export `j`: instance export `f`: expected u8, found s8/,
      ],
      [`(instance $i) (alias export $i "x" (func))`, /no export named `x`/],
    ],
  );

  rule(
    "of components that take components are checked both ways",
    [
      `(component $c (import "d" (component (import "f" (func)) (export "i" (instance)))))
       (component $d (import "j" (instance $j)) (export "i" (instance $j)) (export "k" (instance $j)))
       (component $e (instance $j) (export "i" (instance $j)) (export "k" (instance $j)))
       (instance (instantiate $c (with "d" (component $e))))`,
    ],
    [
      [
        `(component $c (import "d" (component (export "i" (instance)))))
         (component $d (import "j" (instance $j)) (export "i" (instance $j)))
         (instance (instantiate $c (with "d" (component $d))))`,
        /missing import named `j`/,
      ],
    ],
  );

  rule(
    "of core modules get what the module imports",
    [
      `${core} (core module $n (import "x" "mem" (memory 1)) (import "x" "f" (func)))
       (core instance (instantiate $n (with "x" (instance $i))))`,
      `${core} (core module $n (import "x" "y" (tag))) (alias core export $i "tag" (core tag $tag))
       (core instance (instantiate $n (with "x" (instance (export "y" (tag $tag))))))`,
    ],
    [
      [
        `${core} (core module $n (import "x" "f" (func))) (core instance (instantiate $n))`,
        /missing/,
      ],
      [
        `${core} (core module $n (import "x" "f" (func (param i64))))
         (core instance (instantiate $n (with "x" (instance $i))))`,
        /expected \(i64\) -> \(\), found \(\) -> \(\)/,
      ],
      [
        `${core} (core module $n (import "x" "mem" (memory 2)))
         (core instance (instantiate $n (with "x" (instance $i))))`,
        /memory limits/,
      ],
      [
        `${core} (core module $n (import "x" "g" (global (mut i32))))
         (core instance (instantiate $n (with "x" (instance $i))))`,
        /mutable/,
      ],
    ],
  );
});

describe("outer aliases", () => {
  rule(
    "reach out for modules, components and types without resources",
    [
      `(core module $m) (component $d) (type $t (list u8))
       (component (alias outer 1 0 (core module)) (alias outer 1 0 (component)) (alias outer 1 0 (type)))`,
      `(import "r" (type $r (sub resource))) (type (instance (alias outer 1 0 (type)) (export "x" (type (eq 0)))))`,
    ],
    [
      [`(type $r (resource (rep i32))) (component (alias outer 1 0 (type)))`, /resources/],
      [`(component (alias outer 2 0 (type)))`, /outer alias count/],
      [`(component (alias outer 1 3 (core module)))`, /out of bounds/],
    ],
  );
});

describe("canonical definitions", () => {
  const memory = `(memory $mem) (realloc $realloc)`;
  rule(
    "lift core functions of the flattened type",
    [
      `${core} (func (canon lift (core func $i "f")))`,
      `${core} (func (param "a" u8) (canon lift (core func $i "i")))`,
      `${core} (func (param "a" string) (canon lift (core func $i "ii") ${memory}))`,
      `${core} (func (result string) (canon lift (core func $i "r") (memory $mem) (post-return (core func $i "i"))))`,
      `${core} (func async (canon lift (core func $i "f") async))`,
      `${core} (type $f (future string)) (func (param "a" $f) (canon lift (core func $i "i")))`,
      `${core} (func async (canon lift (core func $i "r") async (callback (core func $i "callback"))))`,
    ],
    [
      [
        `${core} (func (param "a" u64) (canon lift (core func $i "i")))`,
        /should be \(i64\) -> \(\)/,
      ],
      [
        `${core} (func (param "a" string) (canon lift (core func $i "ii") (memory $mem)))`,
        /`realloc` is required/,
      ],
      [`${core} (func (result string) (canon lift (core func $i "r")))`, /`memory` is required/],
      [
        `${core} (func (result string) (canon lift (core func $i "r") (memory $mem) (post-return (core func $i "ii"))))`,
        /post-return/,
      ],
      [`${core} (func (canon lift (core func $i "f") async))`, /async function type/],
      [
        `${core} (func async (canon lift (core func $i "r") async (callback (core func $i "i"))))`,
        /callback/,
      ],
    ],
  );

  rule(
    "lower functions with the options that they need",
    [
      `${core} (import "f" (func $f (param "a" string) (result string))) (core func (canon lower (func $f) ${memory}))`,
      `${core} (import "f" (func $f async (result string))) (core func (canon lower (func $f) async ${memory}))`,
    ],
    [
      [
        `(import "f" (func $f (param "a" string))) (core func (canon lower (func $f)))`,
        /`memory` is required/,
      ],
      [
        `${core} (import "f" (func $f (result string))) (core func (canon lower (func $f) (memory $mem)))`,
        /`realloc` is required/,
      ],
      [
        `${core} (import "f" (func $f)) (core func (canon lower (func $f) (post-return (core func $i "f"))))`,
        /post-return/,
      ],
      [
        `${core} (import "f" (func $f)) (core func (canon lower (func $f) (realloc $realloc)))`,
        /memory/,
      ],
      [
        `${core} (import "f" (func $f)) (core func (canon lower (func $f) (memory $mem) (realloc (core func $i "f"))))`,
        /realloc/,
      ],
      [
        `${core} (import "f" (func $f)) (core func (canon lower (func $f) (memory (core memory $i "shared"))))`,
        /shared/,
      ],
      [
        `${core} (import "f" (func $f)) (core func (canon lower (func $f) string-encoding=utf8 string-encoding=utf16))`,
        /encoding/,
      ],
    ],
  );

  rule(
    "of streams, futures and tasks are of their types",
    [
      `${core} (type $s (stream u8)) (type $f (future))
       (core func (canon stream.new $s)) (core func (canon stream.read $s async (memory $mem)))
       (core func (canon future.write $f async)) (core func (canon task.return (result u8)))
       (core func (canon context.get i32 0)) (core func (canon waitable-set.wait (memory $mem)))`,
    ],
    [
      [`(type $s (stream u8)) (core func (canon future.new $s))`, /future type/],
      [`(type $s (stream u8)) (core func (canon stream.read $s async))`, /`memory` is required/],
      [`${core} (core func (canon task.return (result string)))`, /`memory` is required/],
      [`(core func (canon context.get i32 2))`, /zero or one/],
      [`(core func (canon context.get f32 0))`, /i32/],
    ],
  );
});

describe("core modules", () => {
  rule(
    "and their types are read as far as linking needs",
    [`(core type (module (import "a" "b" (func)) (export "c" (memory 1 2))))`],
    [
      [`(core type (module (export "a" (func)) (export "a" (func))))`, /already defined/],
      [`(core type (module (import "a" "b" (func)) (import "a" "b" (func))))`, /duplicate import/],
      [`(core type (module (import "a" "b" (memory 65537))))`, /at most 65536/],
      [`(core type (module (import "a" "b" (memory 2 1))))`, /above its maximum/],
      [`(core module (import "a" "b" (func)) (import "a" "b" (func)))`, /duplicate import/],
    ],
  );

  rule(
    "have types that are equal by structure, recursion and all",
    [
      `(core module $m (rec (type $a (func (param (ref null $b)))) (type $b (func (param (ref null $a)))))
         (func (export "f") (type $b)))
       (core instance $i (instantiate $m))
       (core module $n (rec (type $x (func (param (ref null $y)))) (type $y (func (param (ref null $x)))))
         (import "m" "f" (func (type $y))))
       (core instance (instantiate $n (with "m" (instance $i))))`,
      `(core module $m (type $a (sub (func))) (type $b (sub $a (func))) (func (export "f") (type $b)))
       (core instance $i (instantiate $m))
       (core module $n (type $a (sub (func))) (import "m" "f" (func (type $a))))
       (core instance (instantiate $n (with "m" (instance $i))))`,
    ],
    [
      [
        `(core module $m (type $a (sub (func))) (type $b (sub $a (func))) (func (export "f") (type $a)))
         (core instance $i (instantiate $m))
         (core module $n (type $a (sub (func))) (type $b (sub $a (func))) (import "m" "f" (func (type $b))))
         (core instance (instantiate $n (with "m" (instance $i))))`,
        /mismatch/,
      ],
    ],
  );
});
