// Components that give one thing after the other every name that JavaScript, or the engine itself, gives
// a meaning to.
import { component, IN_LIBC, LIBC } from "../conformance/engine-guests.ts";

/**
 * WIT names of what JavaScript treats in its own way, of what its keywords are, of what the engine's own
 * classes and objects have had members called, and of labels that come to one JavaScript name.
 */
export const NAMES: readonly string[] = (
  "then catch finally constructor prototype proto to-string to-locale-string to-JSON value-of " +
  "has-own-property has-own is-prototype-of property-is-enumerable length name arguments caller apply " +
  "call bind link tag val payload dispose async-dispose create construct from of message stack cause " +
  "code get set value done next return throw iterator async await default class function new this " +
  "super null undefined true import export delete enum static eval var let yield rep owned lend take " +
  "revoke give drop type held number own index plugin exports instance " +
  "f1 f-1 a-b1 a-b-1 A-2 a2 HTTP-get"
).split(" ");

/**
 * The label under which `label` is known in JavaScript as a function, by the rule of js-names.ts.
 */
export function keyOf(label: string): string {
  if (label === "f-1" || label === "a-b-1" || label === "A-2") return label;
  if (label === "then") return "then_";
  return label
    .toLowerCase()
    .split("-")
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

export function staticKeyOf(label: string): string {
  return label === "prototype" ? "prototype_" : keyOf(label);
}

/** The class of a resource: no function is there that is spelled like it. */
export function classOf(label: string): string {
  if (["f-1", "a-b-1", "a2"].includes(label)) return label;
  const key = label === "A-2" ? "a2" : label === "then" ? label : keyOf(label);
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** A flags type has 32 at most. */
export const FLAGS: readonly (readonly string[])[] = Array.from(
  { length: Math.ceil(NAMES.length / 32) },
  (_, at) => NAMES.slice(at * 32, at * 32 + 32),
);

const each = (write: (name: string, at: number) => string, names = NAMES): string =>
  names.map(write).join("\n");

// Each answers its place in the table.
const numbered = `(core module $N ${each(
  (_, at) => `(func (export "n${at}") (result i32) i32.const ${at})
    (func (export "m${at}") (param i32) (result i32) i32.const ${at})
`,
)})
  (core instance $n (instantiate $N))`;

/**
 * `acme:names/functions` has a function of each name, `acme:names/members` a resource `holder` with
 * each as a method and a resource `maker` with each as a static function, `acme:names/resources` a
 * resource of each name with a constructor.
 */
export function namedFunctions(): Promise<Uint8Array> {
  return component(`(component ${numbered}
    (core module $H (import "h" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7))))
    (type $holder (resource (rep i32)))
    (type $maker (resource (rep i32)))
    (core func $newHolder (canon resource.new $holder))
    (core instance $h (instantiate $H (with "h" (instance (export "new" (func $newHolder))))))
    (func $make (result (own $holder)) (canon lift (core func $h "make")))
    ${each(
      (_, at) => `(func $f${at} (result u32) (canon lift (core func $n "n${at}")))
      (func $m${at} (param "self" (borrow $holder)) (result u32) (canon lift (core func $n "m${at}")))`,
    )}
    (instance (export "acme:names/functions") ${each((name, at) => `(export "${name}" (func $f${at}))`)})
    (component $Members
      (import "holder" (type $h (sub resource))) (import "maker" (type $k (sub resource)))
      (import "make" (func $make (result (own $h))))
      ${each(
        (_, at) => `(import "f${at}" (func $f${at} (result u32)))
        (import "m${at}" (func $m${at} (param "self" (borrow $h)) (result u32)))`,
      )}
      (export $Holder "holder" (type $h)) (export "maker" (type $k))
      (export "make" (func $make) (func (result (own $Holder))))
      ${each(
        (name, at) => `(export "[static]maker.${name}" (func $f${at}))
        (export "[method]holder.${name}" (func $m${at})
          (func (param "self" (borrow $Holder)) (result u32)))`,
      )})
    (instance $members (instantiate $Members
      (with "holder" (type $holder)) (with "maker" (type $maker)) (with "make" (func $make))
      ${each((_, at) => `(with "f${at}" (func $f${at})) (with "m${at}" (func $m${at}))`)}))
    (export "acme:names/members" (instance $members))
    ${resources()})`);
}

// A resource of each name, whose constructor gives it its place, which its method `place` answers.
function resources(): string {
  return each(
    (_, at) => `
    (type $t${at} (resource (rep i32)))
    (core func $tn${at} (canon resource.new $t${at}))
    (core module $T${at} (import "h" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const ${at})))
      (func (export "place") (param i32) (result i32) local.get 0))
    (core instance $ti${at} (instantiate $T${at} (with "h" (instance (export "new" (func $tn${at}))))))
    (func $tm${at} (result (own $t${at})) (canon lift (core func $ti${at} "make")))
    (func $tp${at} (param "self" (borrow $t${at})) (result u32)
      (canon lift (core func $ti${at} "place")))`,
  ).concat(`
    (component $Resources
      ${each(
        (_, at) => `(import "t${at}" (type $t${at} (sub resource)))
        (import "m${at}" (func $m${at} (result (own $t${at}))))
        (import "p${at}" (func $p${at} (param "self" (borrow $t${at})) (result u32)))`,
      )}
      ${each(
        (name, at) => `(export $e${at} "${name}" (type $t${at}))
        (export "[constructor]${name}" (func $m${at}) (func (result (own $e${at}))))
        (export "[method]${name}.place" (func $p${at})
          (func (param "self" (borrow $e${at})) (result u32)))`,
      )})
    (instance $resources (instantiate $Resources
      ${each(
        (_, at) => `(with "t${at}" (type $t${at})) (with "m${at}" (func $tm${at}))
        (with "p${at}" (func $tp${at}))`,
      )}))
    (export "acme:names/resources" (instance $resources))`);
}

/** A world that has a function of each name itself. */
export function namedWorld(): Promise<Uint8Array> {
  return component(`(component ${numbered}
    ${each((name, at) => `(func (export "${name}") (result u32) (canon lift (core func $n "n${at}")))`)})`);
}

/** A world that has an instance of each name, with a function `place`. */
export function namedInstances(): Promise<Uint8Array> {
  return component(`(component ${numbered}
    ${each(
      (name, at) => `(func $f${at} (result u32) (canon lift (core func $n "n${at}")))
      (instance $i${at} (export "place" (func $f${at})))
      (export "${name}" (instance $i${at}))`,
    )})`);
}

/**
 * Functions that answer what they are given: a record with each name as a field, flags, a variant
 * whose cases hold numbers, an enum; and one whose parameters are called so.
 */
export function namedValues(): Promise<Uint8Array> {
  const fields = each((name) => `(field "${name}" u32)`);
  const cases = each((name) => `(case "${name}" u32)`);
  const labels = each((name) => `"${name}"`);
  return component(`(component ${LIBC}
    (core module $M (import "libc" "memory" (memory 1))
      (func (export "same") (param i32) (result i32) local.get 0)
      (func (export "word") (param i32) (result i32) local.get 0)
      (func (export "case") (param i32 i32) (result i32)
        (i32.store8 (i32.const 768) (local.get 0)) (i32.store (i32.const 772) (local.get 1))
        i32.const 768)
      (func (export "sum") (param i32) (result i32) (local $i i32) (local $sum i32)
        (loop $on
          (local.set $sum (i32.add (local.get $sum)
            (i32.load (i32.add (local.get 0) (i32.shl (local.get $i) (i32.const 2))))))
          (br_if $on (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
            (i32.const ${NAMES.length}))))
        local.get $sum))
    (core instance $m (instantiate $M (with "libc" (instance $libc))))
    (type $record (record ${fields})) (export $Record "a-record" (type $record))
    ${FLAGS.map(
      (names, at) => `(type $flags${at} (flags ${each((name) => `"${name}"`, names)}))
        (export $Flags${at} "some-flags${at}" (type $flags${at}))
        (func (export "echo-flags${at}") (param "x" $Flags${at}) (result $Flags${at})
          (canon lift (core func $m "word")))`,
    ).join("\n")}
    (type $variant (variant ${cases})) (export $Variant "a-variant" (type $variant))
    (type $enum (enum ${labels})) (export $Enum "an-enum" (type $enum))
    (func (export "echo-record") (param "x" $Record) (result $Record)
      (canon lift (core func $m "same") ${IN_LIBC}))
    (func (export "echo-variant") (param "x" $Variant) (result $Variant)
      (canon lift (core func $m "case") ${IN_LIBC}))
    (func (export "echo-enum") (param "x" $Enum) (result $Enum)
      (canon lift (core func $m "same") ${IN_LIBC}))
    (func (export "sum") ${each((name) => `(param "${name}" u32)`)} (result u32)
      (canon lift (core func $m "sum") ${IN_LIBC})))`);
}

/**
 * Imports an interface with a function of each name, a resource with each as a method, one with each
 * as a static function; exports functions `f…`, `m…` and `s…` that call them.
 */
export function namedImports(): Promise<Uint8Array> {
  const lowered = (kind: string, name: (label: string) => string) =>
    each((label, at) => `(core func $${kind}${at} (canon lower (func $host "${name(label)}")))`);
  return component(`(component
    (import "acme:names/host@1.0.0" (instance $host
      ${each((name) => `(export "${name}" (func (result u32)))`)}
      (export "holder" (type $holder (sub resource)))
      (export "maker" (type $maker (sub resource)))
      (export "get-holder" (func (result (own $holder))))
      ${each(
        (name) => `(export "[method]holder.${name}"
        (func (param "self" (borrow $holder)) (result u32)))
        (export "[static]maker.${name}" (func (result u32)))`,
      )}))
    (alias export $host "holder" (type $h))
    (core func $get (canon lower (func $host "get-holder")))
    (core func $drop (canon resource.drop $h))
    ${lowered("f", (label) => label)}
    ${lowered("m", (label) => `[method]holder.${label}`)}
    ${lowered("s", (label) => `[static]maker.${label}`)}
    (core module $M
      (import "h" "get" (func $get (result i32))) (import "h" "drop" (func $drop (param i32)))
      ${each((_, at) => `(import "h" "m${at}" (func $m${at} (param i32) (result i32)))`)}
      ${each(
        (_, at) => `(func (export "m${at}") (result i32) (local i32)
        (local.set 0 (call $get)) (call $m${at} (local.get 0)) (call $drop (local.get 0)))`,
      )})
    (core instance $i (instantiate $M (with "h" (instance
      (export "get" (func $get)) (export "drop" (func $drop))
      ${each((_, at) => `(export "m${at}" (func $m${at}))`)}))))
    ${each(
      (_, at) => `
      (func (export "f${at}") (result u32) (canon lift (core func $f${at})))
      (func (export "m${at}") (result u32) (canon lift (core func $i "m${at}")))
      (func (export "s${at}") (result u32) (canon lift (core func $s${at})))`,
    )})`);
}

/** What an application gives it: each answers its place in the table. */
export function namedHost(): Readonly<Record<string, unknown>> {
  class Holder {}
  class Maker {}
  const functions: Record<string, unknown> = { getHolder: () => new Holder() };
  for (const [at, label] of NAMES.entries()) {
    const value = () => at;
    functions[keyOf(label)] = value;
    Object.defineProperty(Holder.prototype, keyOf(label), { value });
    Object.defineProperty(Maker, staticKeyOf(label), { value });
  }
  return { ...functions, Holder, Maker };
}
