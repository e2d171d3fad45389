// Guests that can be failed in every way: by what they import, by what they export, and by what they
// are given.
import { IN_LIBC, LIBC } from "../conformance/engine-guests.ts";

export const HOST = "acme:test/host@1.0.0";
export const API = "acme:test/api@1.0.0";

// What functions answer, by name, with the core results: one, or `memory`.
const ANSWERS = {
  nothing: ["", "none"],
  number: ["(result u32)", "one"],
  text: ["(result string)", "memory"],
  bare: ["(result (result))", "one"],
  either: ["(result (result u8 (error u8)))", "memory"],
  words: ["(result (result (error string)))", "memory"],
  choice: ["(result (result u8 (error $choice)))", "memory"],
  maybe: ["(result (result (error (option string))))", "memory"],
  record: ["(result $record)", "memory"],
  stream: ["(result (stream u8))", "one"],
} as const satisfies Record<string, readonly [string, "none" | "one" | "memory"]>;

export const answers: readonly string[] = Object.keys(ANSWERS);
export const calls = ["f", "m", "s"] as const;

// Imports HOST with the class `res`, and for each answer a function `f-…`, a method `m-…` and a
// static function `s-…` of it. Exports for each of them a function `go-…` that calls it, `go-new`,
// and `live`.
export function calling(): string {
  const all = calls.flatMap((call) =>
    Object.entries(ANSWERS).map(([answer, [type, out]]) => {
      const name = `${call}-${answer}`;
      const label = { f: "", m: "[method]res.", s: "[static]res." }[call] + name;
      const self = call === "m";
      const core = [
        self || out === "memory" ? "(param" : "",
        self ? " i32" : "",
        out === "memory" ? " i32" : "",
        self || out === "memory" ? ")" : "",
        out === "one" ? " (result i32)" : "",
      ].join("");
      const args = `${self ? "(call $new)" : ""} ${out === "memory" ? "(i32.const 64)" : ""}`;
      const run = `(call $${name} ${args})`;
      return { name, label, type, self, core, run: out === "one" ? `(drop ${run})` : run };
    }),
  );
  return `(component
    (import "${HOST}" (instance $host
      (export "res" (type $res (sub resource)))
      (type $c (enum "one" "two")) (export "choice" (type $choice (eq $c)))
      (type $r (record (field "name" string) (field "age" (option u32))))
      (export "record" (type $record (eq $r)))
      (export "[constructor]res" (func (result (own $res))))
      ${all.map(({ label, type, self }) => `(export "${label}" (func ${self ? `(param "self" (borrow $res))` : ""} ${type}))`).join("\n")}))
    ${LIBC}
    (core func $new (canon lower (func $host "[constructor]res")))
    ${all.map(({ name, label }) => `(core func $${name} (canon lower (func $host "${label}") ${IN_LIBC}))`).join("\n")}
    (core module $M
      (import "h" "new" (func $new (result i32)))
      ${all.map(({ name, core }) => `(import "h" "${name}" (func $${name} ${core}))`).join("\n")}
      (func (export "go-new") (drop (call $new)))
      ${all.map(({ name, run }) => `(func (export "go-${name}") ${run})`).join("\n")}
      (func (export "live") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M (with "h" (instance (export "new" (func $new))
      ${all.map(({ name }) => `(export "${name}" (func $${name}))`).join(" ")}))))
    ${["new", ...all.map(({ name }) => name)].map((name) => `(func (export "go-${name}") (canon lift (core func $m "go-${name}")))`).join("\n")}
    (func (export "live") (result u32) (canon lift (core func $m "live"))))`;
}

// What a guest does wrong in a call, by name: its answer's type, the core result, the core code, and
// a post-return that traps.
const MISDEEDS = {
  trap: ["", "", "unreachable"],
  divide: ["(result u32)", "(result i32)", "(i32.div_u (i32.const 1) (i32.const 0))"],
  overflow: ["", "", "(call $overflow)"],
  "far-text": ["(result string)", "(result i32)", "(call $pair (i32.const 70000) (i32.const 9))"],
  "bad-text": ["(result string)", "(result i32)", "(call $pair (i32.const 8) (i32.const 1))"],
  "bad-place": ["(result string)", "(result i32)", "(i32.const 3)"],
  "bad-char": ["(result char)", "(result i32)", "(i32.const 0xd800)"],
  "bad-case": ["(result (result u8 (error u8)))", "(result i32)", "(i32.const 8)"],
  "bad-list": ["(result (list u64))", "(result i32)", "(call $pair (i32.const 3) (i32.const 1))"],
  "bad-handle": ["(result (own $R))", "(result i32)", "(i32.const 99)"],
  "lent-handle": [
    "(result (option (own $R)))",
    "(result i32)",
    "(call $pair (i32.const 1) (i32.const 77))",
  ],
  err: ["(result (result (error u8)))", "(result i32)", "(call $err)"],
  "post-return": ["(result u32)", "(result i32)", "(i32.const 1)"],
  stream: ["(result (stream u8))", "(result i32)", "(i32.const 1)"],
} as const;

export const misdeeds: readonly string[] = Object.keys(MISDEEDS);

// Exports API with the class `r`, and for each misdeed a function `f-…`, a method `m-…` and a static
// function `s-…` of it. Besides: `take` (an own handle), `see` (a borrowed one), `both`, `held`
// (dropping it traps), and `live`.
export function misbehaving(): string {
  const all = calls.flatMap((call) =>
    Object.entries(MISDEEDS).map(([misdeed, [type, out, code]]) => {
      const name = `${call}-${misdeed}`;
      const label = { f: "", m: "[method]r.", s: "[static]r." }[call] + name;
      const self = call === "m";
      const post = misdeed === "post-return" ? `(post-return (core func $m "post"))` : "";
      return { name, label, type, out, code, self, post };
    }),
  );
  const others = [
    ["take", `(param "r" (own $R))`, "(param i32)", "(call $drop (local.get 0))"],
    ["see", `(param "r" (borrow $R)) (result u32)`, "(param i32) (result i32)", "(local.get 0)"],
    ["both", `(param "r" (own $R)) (param "s" (borrow $R))`, "(param i32 i32)", ""],
    ["held", "(result (own $R))", "(result i32)", "(call $new (i32.const 13))"],
    ["live", "(result u32)", "(result i32)", "(i32.const 7)"],
  ] as const;
  const typed = (text: string, name: string) => text.replaceAll("$R", name);
  const func = (type: string, self: boolean, name: string) =>
    `${self ? `(param "self" (borrow ${name}))` : ""} ${typed(type, name)}`;
  const list = [
    { id: "new", label: "[constructor]r", type: "(result (own $R))", self: false },
    ...all.map(({ name, label, type, self }) => ({ id: name, label, type, self })),
    ...others.map(([name, type]) => ({ id: name, label: name, type, self: false })),
  ];
  return `(component
    ${LIBC}
    (core module $D (func (export "dtor") (param i32)
      (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))))
    (core instance $d (instantiate $D))
    (type $r (resource (rep i32) (dtor (core func $d "dtor"))))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "libc" "memory" (memory 1))
      (import "h" "new" (func $new (param i32) (result i32)))
      (import "h" "drop" (func $drop (param i32)))
      (data (i32.const 8) "\\ff\\ff")
      (func $overflow (call $overflow) (call $overflow))
      (func $pair (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
        (i32.const 16))
      (func $err (result i32)
        (i32.store8 (i32.const 32) (i32.const 1)) (i32.store8 (i32.const 33) (i32.const 5))
        (i32.const 32))
      (func (export "new") (result i32) (call $new (i32.const 7)))
      (func (export "post") (param i32) unreachable)
      ${all.map(({ name, out, code, self }) => `(func (export "${name}") ${self ? "(param i32)" : ""} ${out} ${code})`).join("\n")}
      ${others.map(([name, , core, code]) => `(func (export "${name}") ${core} ${code})`).join("\n")})
    (core instance $m (instantiate $M (with "libc" (instance $libc))
      (with "h" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func $l-new (result (own $r)) (canon lift (core func $m "new")))
    ${all.map(({ name, type, self, post }) => `(func $l-${name} ${func(type, self, "$r")} (canon lift (core func $m "${name}") ${IN_LIBC} ${post}))`).join("\n")}
    ${others.map(([name, type]) => `(func $l-${name} ${typed(type, "$r")} (canon lift (core func $m "${name}")))`).join("\n")}
    (component $C
      (import "r" (type $i (sub resource)))
      ${list.map(({ id, type, self }) => `(import "i-${id}" (func $i-${id} ${func(type, self, "$i")}))`).join("\n")}
      (export $e "r" (type $i))
      ${list.map(({ id, label, type, self }) => `(export "${label}" (func $i-${id}) (func ${func(type, self, "$e")}))`).join("\n")})
    (instance $api (instantiate $C (with "r" (type $r))
      ${list.map(({ id }) => `(with "i-${id}" (func $l-${id}))`).join(" ")}))
    (export "${API}" (instance $api)))`;
}

export const stoppable: readonly string[] = ["loop", "recursion", "told", "realloc", "post"];

// Exports for each of these names a function of a string and a list that never ends: in its own
// code, after it has called the host, while its arguments are written, or after its answer was read.
// Besides: `live`.
export function looping(): string {
  const FOREVER = "(loop $l (br $l))";
  const functions = stoppable
    .map((name) => {
      const realloc = name === "realloc" ? "ends-not" : "realloc";
      const post = name === "post" ? `(post-return (core func $m "after"))` : "";
      return `(func (export "${name}") (param "s" string) (param "l" (list u32)) (result u32)
        (canon lift (core func $m "${name === "realloc" ? "realloc-not" : name}") (memory $mem) (realloc (core func $m "${realloc}")) ${post}))`;
    })
    .join("\n");
  const params = "(param i32 i32 i32 i32) (result i32)";
  return `(component
    (import "${HOST}" (instance $host
      (export "late" (func (result u32))) (export "text" (func (result string)))))
    (core module $L (memory (export "memory") 2)
      (func (export "realloc") ${params} (i32.const 65536)))
    (core instance $libc (instantiate $L))
    (alias core export $libc "memory" (core memory $mem))
    (core func $late (canon lower (func $host "late")))
    (core func $text (canon lower (func $host "text") (memory $mem)
      (realloc (core func $libc "realloc"))))
    (core module $M
      (import "libc" "memory" (memory 2))
      (import "h" "late" (func $late (result i32)))
      (import "h" "text" (func $text (param i32)))
      (func $deep (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (i32.const 1))
          (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)))
                         (call $deep (i32.sub (local.get 0) (i32.const 2)))))))
      (func (export "realloc") ${params} (i32.const 1024))
      (func (export "ends-not") ${params} ${FOREVER} (i32.const 1024))
      (func (export "realloc-not") ${params} (i32.const 1))
      (func (export "loop") ${params} ${FOREVER} (i32.const 1))
      (func (export "recursion") ${params} (call $deep (i32.const 90)))
      (func (export "told") ${params} (drop (call $late)) (call $text (i32.const 64)) ${FOREVER} (i32.const 1))
      (func (export "post") ${params} (i32.const 1))
      (func (export "after") (param i32) ${FOREVER})
      (func (export "live") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))
      (with "h" (instance (export "late" (func $late)) (export "text" (func $text))))))
    ${functions}
    (func (export "live") (result u32) (canon lift (core func $m "live"))))`;
}

// Types with something in them that is not supported yet.
export const unsupportedTypes: readonly string[] = [
  "(stream u8)",
  "(future string)",
  "(list (stream u8))",
  "(option (future u8))",
  "(tuple u32 (stream u8))",
  "(tuple (stream u8) (future u8))",
  "(list (tuple string (future u8)))",
];

// Exports for each of these types a function `take-…` of two arguments, the second of that type.
export function unsupported(): string {
  return `(component
    ${LIBC}
    (core module $M
      (import "libc" "memory" (memory 1))
      ${unsupportedTypes.map((type, at) => `(func (export "take-n${at}") (param i32 ${flatOf(type)}))`).join("\n")}
      (func (export "live") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    ${unsupportedTypes.map((type, at) => `(func (export "take-n${at}") (param "n" u32) (param "it" ${type}) (canon lift (core func $m "take-n${at}") ${IN_LIBC}))`).join("\n")}
    (func (export "live") (result u32) (canon lift (core func $m "live"))))`;
}

function flatOf(type: string): string {
  return /^\((stream|future)/.test(type) ? "i32" : "i32 i32";
}
