// CanonicalABI.md, "`canonopt` Validation", and the core types that functions flatten to.

import type { Context } from "./context.ts";
import type { CanonOption } from "../decode/definitions.ts";
import { invalid } from "../faults.ts";
import { maximumFlat } from "./flattening.ts";
import type { CanonicalOptions, StringEncoding } from "./resolved.ts";
import type { Scope } from "./scope.ts";
import type { CoreFuncType, CoreValueType, FuncType, ValueType } from "../types.ts";

/** CanonicalABI.md, `MAX_FLAT_ASYNC_PARAMS`. */
const maximumFlatAsync = 4;

export function resolveOptions(
  scope: Scope,
  options: readonly CanonOption[],
  offset: number,
): CanonicalOptions {
  const given = new Map<CanonOption["kind"] | "encoding", number>();
  let stringEncoding: StringEncoding = "utf8";
  for (const { kind, index } of options) {
    const encoding = kind === "utf8" || kind === "utf16" || kind === "latin1+utf16";
    const key = encoding ? "encoding" : kind;
    if (given.has(key)) {
      throw invalid(
        offset,
        encoding
          ? `encodings \`${stringEncoding}\` and \`${kind}\` exclude each other`
          : `option \`${kind}\` is there twice`,
      );
    }
    given.set(key, index);
    if (encoding) stringEncoding = kind;
  }
  const memory = given.get("memory");
  const result: CanonicalOptions = {
    stringEncoding,
    memory,
    wide: memory !== undefined && isWide(scope, memory, offset),
    realloc: given.get("realloc"),
    postReturn: given.get("post-return"),
    callback: given.get("callback"),
    async: given.has("async"),
  };
  checkOptions(scope, result, offset);
  return result;
}

/** Whether a memory, which must be one that functions can use, has 64-bit addresses. */
export function isWide(scope: Scope, memory: number, offset: number): boolean {
  const type = scope.at("core-memory", memory, offset);
  if (type.kind !== "memory" || type.limits.shared) {
    throw invalid(offset, "the memory is shared");
  }
  return type.limits.wide;
}

function checkOptions(scope: Scope, options: CanonicalOptions, offset: number): void {
  const { memory, realloc, postReturn, callback, async } = options;
  if (callback !== undefined && !async) {
    throw invalid(offset, "`callback` needs `async`");
  }
  if (postReturn !== undefined && async) {
    throw invalid(offset, "`post-return` and `async` exclude each other");
  }
  if (realloc === undefined) return;
  if (memory === undefined) {
    throw invalid(offset, "`realloc` needs `memory`");
  }
  const address = pointer(options);
  const type = scope.coreFuncAt(realloc, offset);
  if (!same(type.params, [address, address, address, address]) || !same(type.results, [address])) {
    throw incorrect("realloc", offset);
  }
}

function incorrect(option: string, offset: number): Error {
  return invalid(offset, `the function for \`${option}\` has another signature`);
}

/** The options of `canon lift` beside the function that it lifts. */
export function checkLiftOptions(
  scope: Scope,
  options: CanonicalOptions,
  core: CoreFuncType,
  offset: number,
): void {
  if (options.postReturn !== undefined) {
    const type = scope.coreFuncAt(options.postReturn, offset);
    if (!same(type.params, core.results) || type.results.length > 0) {
      throw incorrect("post-return", offset);
    }
  }
  if (options.callback !== undefined) {
    const type = scope.coreFuncAt(options.callback, offset);
    if (!same(type.params, ["i32", "i32", "i32"]) || !same(type.results, ["i32"])) {
      throw incorrect("callback", offset);
    }
  }
}

export function checkLowerOptions(options: CanonicalOptions, offset: number): void {
  for (const [option, value] of [
    ["post-return", options.postReturn],
    ["callback", options.callback],
  ] as const) {
    if (value !== undefined) {
      throw invalid(offset, `option \`${option}\` is for \`lift\` only`);
    }
  }
}

export function requireMemory(options: CanonicalOptions, when: boolean, offset: number): void {
  if (when && options.memory === undefined) {
    throw invalid(offset, "option `memory` is required");
  }
}

export function requireRealloc(options: CanonicalOptions, when: boolean, offset: number): void {
  requireMemory(options, when, offset);
  if (when && options.realloc === undefined) {
    throw invalid(offset, "option `realloc` is required");
  }
}

/** CanonicalABI.md, `flatten_functype`, with the options that its outcome asks for. */
export function flattenFunction(
  context: Context,
  type: FuncType,
  options: CanonicalOptions,
  as: "lift" | "lower",
  offset: number,
): CoreFuncType {
  if (options.async && !type.async) {
    throw invalid(offset, "`async` needs an async function type");
  }
  context.work.step(type.params.length);
  const address = pointer(options);
  const types = options.wide ? context.wide : context.narrow;
  const hasPointer = (type: ValueType): boolean => context.facts.of(type).pointer;
  const most = as === "lower" && options.async ? maximumFlatAsync : maximumFlat;
  const flat = types.all(type.params.map((param) => param.type));
  const spilled = flat === undefined || flat.length > most;
  const params = spilled ? [address] : [...flat];
  const pointers = type.params.some((param) => hasPointer(param.type));
  if (as === "lift") requireRealloc(options, spilled || pointers, offset);
  else requireMemory(options, spilled || pointers, offset);

  let results: CoreValueType[] = [];
  const { result } = type;
  if (result !== undefined) {
    const flat = types.of(result);
    if (as === "lower") requireRealloc(options, hasPointer(result), offset);
    if (options.async && as === "lift") {
      requireMemory(options, flat === undefined || hasPointer(result), offset);
    } else if (options.async || flat === undefined || flat.length > 1) {
      requireMemory(options, true, offset);
      (as === "lift" ? results : params).push(address);
    } else {
      results = [...flat];
    }
  }
  if (options.async && (as === "lower" || options.callback !== undefined)) results = ["i32"];
  return context.coreTypes.func(params, results);
}

/** The core type of an address in the options' memory. */
export function pointer(options: { readonly wide: boolean }): CoreValueType {
  return options.wide ? "i64" : "i32";
}

export function same(found: readonly string[], expected: readonly string[]): boolean {
  return found.length === expected.length && found.every((one, index) => one === expected[index]);
}
