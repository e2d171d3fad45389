// Guests that hand back what they get, written for given types. How a type is laid out is worked
// out here once more, from CanonicalABI.md, not taken from the engine.
import type { ValueType } from "../../../src/component/types.ts";

export type Encoding = "utf8" | "utf16" | "latin1+utf16";
export const encodings: readonly Encoding[] = ["utf8", "utf16", "latin1+utf16"];

/** What a component imports that passes values on. */
export const HOST = "acme:test/host@1.0.0";

export interface EchoFunction {
  readonly name: string;
  /** As JavaScript has it. */
  readonly key: string;
  readonly params: readonly ValueType[];
  /** The only parameter, or a tuple of all. */
  readonly result: ValueType;
}

/**
 * `echo-n0` and on, one for each type; `echo-two` and `echo-all`, which take one of each and give a
 * tuple.
 */
export function echoFunctions(types: readonly ValueType[]): readonly EchoFunction[] {
  const single = types.map((type, at) => ({
    name: `echo-n${at}`,
    key: `echoN${at}`,
    params: [type],
    result: type,
  }));
  const several = (which: "two" | "all", some: readonly ValueType[]): EchoFunction => ({
    name: `echo-${which}`,
    key: which === "two" ? "echoTwo" : "echoAll",
    params: some,
    result: { kind: "tuple", items: some },
  });
  if (types.length < 2) return single;
  return [...single, several("two", types.slice(0, 2)), several("all", types)];
}

/** A component whose code writes what it is given to where results are read. */
export function storing(types: readonly ValueType[], encoding: Encoding): string {
  const names = new Names();
  const functions = echoFunctions(types);
  const texts = functions.map((one) => signature(one, names));
  return `(component
    ${names.defined((name, at) => `(export ${name} "n${at}" (type $d${at}))`)}
    ${guest("", functions.map(storingFunction))}
    ${lifted(functions, texts, encoding)})`;
}

/** A component that calls the function of the same name of the instance that it imports as HOST. */
export function passing(types: readonly ValueType[], encoding: Encoding): string {
  const names = new Names();
  const functions = echoFunctions(types);
  const texts = functions.map((one) => signature(one, names));
  const declared = functions.map(({ name }, at) => `(export "${name}" (func ${texts[at]}))`);
  const again = new Names();
  const types2 = functions.map((one) => signature(one, again));
  const imports = functions.map(
    (one, at) => `(import "host" "${one.name}" (func $import-${at} ${core(one, true)}))`,
  );
  const lowered = functions.map(
    ({ name }) => `(core func $${name} (canon lower (func $host "${name}") ${options(encoding)}))`,
  );
  const given = functions.map(({ name }) => `(export "${name}" (func $${name}))`);
  return `(component
    (import "${HOST}" (instance $host
      ${names.defined((name, at) => `(export "n${at}" (type ${name} (eq $d${at})))`)}
      ${declared.join("\n")}))
    ${again.all
      .map(
        (_, at) => `(alias export $host "n${at}" (type $i${at}))
      (export $n${at} "n${at}" (type $i${at}))`,
      )
      .join("\n")}
    ${LIBC}
    ${lowered.join("\n")}
    ${guest(imports.join("\n"), functions.map(passingFunction), `(with "host" (instance ${given.join(" ")}))`)}
    ${lifted(functions, types2, encoding)})`;
}

/**
 * A passing component linked to a storing one, each with strings in its own encoding. Exports the
 * functions in an instance `outer`.
 */
export function composed(types: readonly ValueType[], outer: Encoding, inner: Encoding): string {
  return `(component
    ${storing(types, inner).replace("(component", "(component $Inner")}
    ${passing(types, outer).replace("(component", "(component $Outer")}
    (instance $inner (instantiate $Inner))
    (export $named "inner" (instance $inner))
    (instance $outer (instantiate $Outer (with "${HOST}" (instance $named))))
    (export "outer" (instance $outer)))`;
}

/** A component whose exports are those of another, in an instance of that name. */
export function exported(text: string, name: string): string {
  return `(component
    ${text.replace("(component", "(component $Inner")}
    (instance $inner (instantiate $Inner))
    (export "${name}" (instance $inner)))`;
}

// Its allocator starts anew with each post-return: a guest whose post-return is not called runs out
// of memory.
const LIBC = `
  (core module $Libc
    (memory (export "mem") 1 160)
    (global $next (mut i32) (i32.const 16))
    (func (export "reset") (global.set $next (i32.const 16)))
    (func (export "alloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32)
      (result i32) (local $at i32) (local $pages i32)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (local.set $pages (i32.sub
        (i32.shr_u (i32.add (global.get $next) (i32.const 65535)) (i32.const 16))
        (memory.size)))
      (if (i32.gt_s (local.get $pages) (i32.const 0)) (then
        (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then unreachable))))
      (if (i32.gt_u (local.get $had) (local.get $size)) (then
        (local.set $had (local.get $size))))
      (memory.copy (local.get $at) (local.get $old) (local.get $had))
      (local.get $at)))
  (core instance $libc (instantiate $Libc))`;

function options(encoding: Encoding): string {
  return `(memory (core memory $libc "mem")) (realloc (core func $libc "alloc"))
    string-encoding=${encoding}`;
}

function guest(imports: string, functions: readonly string[], given = ""): string {
  return `${given === "" ? LIBC : ""}
    (core module $M
      (import "libc" "mem" (memory 1))
      (import "libc" "alloc" (func $alloc (param i32 i32 i32 i32) (result i32)))
      (import "libc" "reset" (func $reset))
      ${imports}
      (global $returned (mut i32) (i32.const 0))
      ${functions.join("\n")}
      ${["i32", "i64", "f32", "f64"]
        .map(
          (type) => `(func (export "post-${type}") (param ${type}) (call $reset)
          (global.set $returned (i32.add (global.get $returned) (i32.const 1))))`,
        )
        .join("\n")}
      (func (export "returned") (result i32) (global.get $returned)))
    (core instance $m (instantiate $M (with "libc" (instance $libc)) ${given}))`;
}

function lifted(
  functions: readonly EchoFunction[],
  texts: readonly string[],
  encoding: Encoding,
): string {
  const exports = functions.map((one, at) => {
    const flat = flatten(one.result);
    const post = flat.length > 1 ? "i32" : flat[0]!;
    return `(func $lifted-${at} ${texts[at]}
        (canon lift (core func $m "${one.name}") ${options(encoding)}
          (post-return (core func $m "post-${post}"))))
      (export "${one.name}" (func $lifted-${at}))`;
  });
  return `${exports.join("\n")}
    (func $returned (result u32) (canon lift (core func $m "returned")))
    (export "returned" (func $returned))`;
}

function signature({ params }: EchoFunction, names: Names): string {
  const texts = params.map((type) => names.text(type));
  const list = texts.map((text, at) => `(param "p${at}" ${text})`).join(" ");
  // A tuple needs no name; what it holds has its names from the parameters.
  const answer = params.length === 1 ? texts[0] : `(tuple ${texts.join(" ")})`;
  return `${list} (result ${answer})`;
}

// Types that need a name, in the order in which they may be defined. A type that occurs twice (as
// the same object) is defined once.
class Names {
  readonly all: string[] = [];
  readonly #known = new Map<ValueType, string>();

  defined(exported: (name: string, at: number) => string): string {
    return this.all
      .map((text, at) => `(type $d${at} ${text}) ${exported(`$n${at}`, at)}`)
      .join("\n");
  }

  text(type: ValueType): string {
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    const [text, named] = this.#describe(type);
    const use = named ? `$n${this.all.push(text) - 1}` : text;
    this.#known.set(type, use);
    return use;
  }

  #describe(type: ValueType): readonly [text: string, named: boolean] {
    const inner = (word: string, one: ValueType | undefined) =>
      one === undefined ? "" : word === "" ? this.text(one) : `(${word} ${this.text(one)})`;
    switch (type.kind) {
      case "record":
        return [
          `(record ${type.fields.map((one) => `(field "${one.name}" ${this.text(one.type)})`).join(" ")})`,
          true,
        ];
      case "variant":
        return [
          `(variant ${type.cases.map((one) => `(case "${one.name}" ${inner("", one.type)})`).join(" ")})`,
          true,
        ];
      case "enum":
      case "flags":
        return [`(${type.kind} ${type.names.map((name) => `"${name}"`).join(" ")})`, true];
      case "tuple":
        return [`(tuple ${type.items.map((one) => this.text(one)).join(" ")})`, false];
      case "option":
        return [`(option ${this.text(type.item)})`, false];
      case "result":
        return [`(result ${inner("", type.ok)} ${inner("error", type.err)})`, false];
      case "list":
        return [`(list ${this.text(type.item)} ${type.length ?? ""})`, false];
      case "map":
        return [`(map ${this.text(type.key)} ${this.text(type.value)})`, false];
      default:
        return [type.kind, false];
    }
  }
}

type Core = "i32" | "i64" | "f32" | "f64";

function core(one: EchoFunction, asImport: boolean): string {
  const flat = one.params.flatMap(flatten);
  const params = flat.length > 16 ? ["i32"] : flat;
  const results = flatten(one.result);
  const list = params.map((type) => `(param ${type})`).join(" ");
  if (results.length === 1) return `${list} (result ${results[0]})`;
  return asImport ? `${list} (param i32)` : `${list} (result i32)`;
}

function storingFunction(one: EchoFunction): string {
  const flat = one.params.flatMap(flatten);
  const head = `(func (export "${one.name}") ${core(one, false)} (local $p i32)`;
  if (flat.length === 1 || flat.length > 16) return `${head} (local.get 0))`;
  const values = flat.map((_, at) => `(local.get ${at})`);
  return `${head}
    (local.set $p ${allocation(one)})
    ${store(one.result, values, 0)}
    (local.get $p))`;
}

function passingFunction(one: EchoFunction, at: number): string {
  const flat = one.params.flatMap(flatten);
  const head = `(func (export "${one.name}") ${core(one, false)} (local $p i32)`;
  const values = (flat.length > 16 ? [""] : flat).map((_, index) => `(local.get ${index})`);
  const call = `(call $import-${at} ${values.join(" ")}`;
  if (flatten(one.result).length === 1) return `${head} ${call}))`;
  return `${head}
    (local.set $p ${allocation(one)})
    ${call} (local.get $p))
    (local.get $p))`;
}

function allocation({ result }: EchoFunction): string {
  const { align, size } = place(result);
  return `(call $alloc (i32.const 0) (i32.const 0) (i32.const ${align}) (i32.const ${size}))`;
}

// Code that writes a flat value to `$p + offset`.
function store(type: ValueType, flat: readonly string[], offset: number): string {
  const put = (op: string, value: string, at = offset) =>
    `(${op} offset=${at} (local.get $p) ${value})`;
  switch (type.kind) {
    case "bool":
    case "u8":
    case "s8":
      return put("i32.store8", flat[0]!);
    case "u16":
    case "s16":
      return put("i32.store16", flat[0]!);
    case "u32":
    case "s32":
    case "char":
      return put("i32.store", flat[0]!);
    case "u64":
    case "s64":
      return put("i64.store", flat[0]!);
    case "f32":
    case "f64":
      return put(`${type.kind}.store`, flat[0]!);
    case "string":
    case "map":
      return put("i32.store", flat[0]!) + put("i32.store", flat[1]!, offset + 4);
    case "flags": {
      const { size } = place(type);
      const op = size === 1 ? "i32.store8" : size === 2 ? "i32.store16" : "i32.store";
      return flat.map((word, at) => put(op, word, offset + 4 * at)).join("");
    }
    case "list":
      if (type.length === undefined)
        return put("i32.store", flat[0]!) + put("i32.store", flat[1]!, offset + 4);
      return storeEach(parts(type)!, flat, offset);
    case "record":
    case "tuple":
      return storeEach(parts(type)!, flat, offset);
    default: {
      const cases = casesOf(type)!;
      const tag = tagSize(cases.length);
      const payload = round(tag, align(cases));
      const joined = flatten(type);
      const branches = cases.map((one, at) => {
        if (one === undefined) return "";
        const own = flatten(one);
        const values = own.map((to, index) => coerce(joined[index + 1]!, to, flat[index + 1]!));
        return `(if (i32.eq ${flat[0]} (i32.const ${at})) (then ${store(one, values, offset + payload)}))`;
      });
      return (
        put(["", "i32.store8", "i32.store16", "", "i32.store"][tag]!, flat[0]!) + branches.join("")
      );
    }
  }
}

function storeEach(types: readonly ValueType[], flat: readonly string[], offset: number): string {
  let at = offset;
  let used = 0;
  return types
    .map((type) => {
      const { align, size } = place(type);
      at = round(at, align);
      const count = flatten(type).length;
      const text = store(type, flat.slice(used, used + count), at);
      used += count;
      at += size;
      return text;
    })
    .join("");
}

function coerce(from: Core, to: Core, value: string): string {
  if (from === to) return value;
  if (from === "i32") return `(f32.reinterpret_i32 ${value})`;
  if (to === "f64") return `(f64.reinterpret_i64 ${value})`;
  return to === "i32" ? `(i32.wrap_i64 ${value})` : `(f32.reinterpret_i32 (i32.wrap_i64 ${value}))`;
}

function round(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

function tagSize(cases: number): number {
  return cases <= 256 ? 1 : cases <= 65_536 ? 2 : 4;
}

function align(types: readonly (ValueType | undefined)[]): number {
  return Math.max(1, ...types.map((one) => (one === undefined ? 1 : place(one).align)));
}

// What a value holds one after the other; undefined of what is no sequence of known length.
function parts(type: ValueType): readonly ValueType[] | undefined {
  if (type.kind === "record") return type.fields.map((field) => field.type);
  if (type.kind === "tuple") return type.items;
  if (type.kind === "list" && type.length !== undefined) {
    return Array<ValueType>(type.length).fill(type.item);
  }
  return undefined;
}

function casesOf(type: ValueType): readonly (ValueType | undefined)[] | undefined {
  switch (type.kind) {
    case "variant":
      return type.cases.map((one) => one.type);
    case "enum":
      return type.names.map(() => undefined);
    case "option":
      return [undefined, type.item];
    case "result":
      return [type.ok, type.err];
    default:
      return undefined;
  }
}

/** CanonicalABI.md, `alignment` and `elem_size`. */
export function place(type: ValueType): { readonly align: number; readonly size: number } {
  const inner = parts(type);
  if (inner !== undefined) {
    const widest = align(inner);
    const end = inner.reduce((at, one) => {
      const { align, size } = place(one);
      return round(at, align) + size;
    }, 0);
    return { align: widest, size: round(end, widest) };
  }
  const cases = casesOf(type);
  if (cases !== undefined) {
    const tag = tagSize(cases.length);
    const most = Math.max(0, ...cases.map((one) => (one === undefined ? 0 : place(one).size)));
    const widest = Math.max(tag, align(cases));
    return { align: widest, size: round(round(tag, align(cases)) + most, widest) };
  }
  if (type.kind === "flags") {
    const { length } = type.names;
    if (length <= 8) return { align: 1, size: 1 };
    if (length <= 16) return { align: 2, size: 2 };
    return { align: 4, size: 4 * Math.ceil(length / 32) };
  }
  if (type.kind === "string" || type.kind === "list" || type.kind === "map") {
    return { align: 4, size: 8 };
  }
  const size = SIZES[type.kind as keyof typeof SIZES];
  return { align: size, size };
}

const SIZES = {
  bool: 1,
  u8: 1,
  s8: 1,
  u16: 2,
  s16: 2,
  u32: 4,
  s32: 4,
  char: 4,
  f32: 4,
  u64: 8,
  s64: 8,
  f64: 8,
} as const;

/** CanonicalABI.md, `flatten_type`. */
export function flatten(type: ValueType): readonly Core[] {
  const inner = parts(type);
  if (inner !== undefined) return inner.flatMap(flatten);
  const cases = casesOf(type);
  if (cases !== undefined) {
    const joined: Core[] = [];
    for (const one of cases) {
      if (one === undefined) continue;
      for (const [at, flat] of flatten(one).entries()) {
        const other = joined[at];
        if (other === undefined || other === flat) joined[at] = flat;
        else joined[at] = other[1] === "3" && flat[1] === "3" ? "i32" : "i64";
      }
    }
    return ["i32", ...joined];
  }
  switch (type.kind) {
    case "string":
    case "list":
    case "map":
      return ["i32", "i32"];
    case "u64":
    case "s64":
      return ["i64"];
    case "f32":
    case "f64":
      return [type.kind];
    case "flags":
      return Array<Core>(Math.ceil(type.names.length / 32)).fill("i32");
    default:
      return ["i32"];
  }
}
