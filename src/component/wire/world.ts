// A component's world as two threads refer to it: its functions and resources are numbered, and
// both sides make the same list from the same types.
import { isOutcome } from "../abi/signature.ts";
import { Layouts } from "../abi/layout.ts";
import { type FuncName, JsNames, parseFuncName } from "../js-names.ts";
import type { Extern, FuncType, ResourceType, World } from "../types.ts";
import type { Codec } from "./codec.ts";
import { codecOf } from "./codecs.ts";

export interface WireFunction {
  /** Its index in the list. */
  readonly index: number;
  /**
   * The interface's name with its version; undefined for a function that is itself an import or
   * export.
   */
  readonly scope: string | undefined;
  /** As the component has it: `[method]document.snapshot`. */
  readonly name: string;
  /** For messages: `interface#function`. */
  readonly title: string;
  readonly parsed: FuncName;
  readonly params: readonly Codec[];
  /** Undefined where there is no result, or it is an outcome. */
  readonly result: Codec | undefined;
  /** For a `result`, which is returned or thrown: the codecs of both cases. */
  readonly outcome: { readonly ok: Codec | undefined; readonly err: Codec | undefined } | undefined;
}

export interface WireResource {
  readonly scope: string | undefined;
  readonly name: string;
  readonly resource: ResourceType;
}

/** The imports, or the exports, of a world. */
export interface WireItems {
  readonly functions: readonly WireFunction[];
  readonly resources: readonly WireResource[];
  /** The names of all imported or exported instances, including empty ones. */
  readonly scopes: readonly string[];
  /** The JavaScript names of the items in each instance and (undefined) in the world itself. */
  readonly names: ReadonlyMap<string | undefined, JsNames>;
}

export interface WireWorld {
  readonly imports: WireItems;
  readonly exports: WireItems;
}

/** Components and modules can't cross. */
export function wireWorld({ imports, exports }: World): WireWorld {
  return { imports: wireItems(imports), exports: wireItems(exports) };
}

export function wireItems(externs: readonly Extern[]): WireItems {
  const functions: WireFunction[] = [];
  const resources: WireResource[] = [];
  const scopes: string[] = [];
  const layouts = new Layouts();
  const others: { readonly scope: string | undefined; readonly name: string }[] = [];
  const add = ({ name, type }: Extern, scope: string | undefined): void => {
    if (type.kind !== "func" && type.kind !== "type") others.push({ scope, name });
    if (type.kind === "func") {
      functions.push(wireFunction(layouts, functions.length, scope, name, type.type));
    } else if (type.kind === "type" && type.type.kind === "resource") {
      resources.push({ scope, name, resource: type.type.resource });
    } else if (type.kind === "instance" && scope === undefined) {
      scopes.push(name);
      for (const inner of type.type.exports.values()) add(inner, name);
    }
  };
  for (const extern of externs) add(extern, undefined);
  const functionsOf = Map.groupBy(functions, ({ scope }) => scope);
  const resourcesOf = Map.groupBy(resources, ({ scope }) => scope);
  const othersOf = Map.groupBy(others, ({ scope }) => scope);
  const names = new Map<string | undefined, JsNames>();
  for (const scope of [undefined, ...scopes]) {
    const inner = (functionsOf.get(scope) ?? []).map(({ name }) => name);
    const types = (resourcesOf.get(scope) ?? []).map(({ name }) => name);
    const exact = (othersOf.get(scope) ?? []).map(({ name }) => name);
    names.set(scope, new JsNames(inner, types, exact));
  }
  return { functions, resources, scopes, names };
}

function wireFunction(
  layouts: Layouts,
  index: number,
  scope: string | undefined,
  name: string,
  { params, result }: FuncType,
): WireFunction {
  const layout = layouts.optional(result);
  const outcome = isOutcome(layout) ? layout.cases.map((one) => one.layout) : undefined;
  const [ok, err] = (outcome ?? []).map((one) => one && codecOf(one));
  return {
    index,
    scope,
    name,
    title: scope === undefined ? name : `${scope}#${name}`,
    parsed: parseFuncName(name),
    params: params.map(({ type }) => codecOf(layouts.of(type))),
    result: outcome === undefined && layout !== undefined ? codecOf(layout) : undefined,
    outcome: outcome === undefined ? undefined : { ok, err },
  };
}

/** The codec of an answer's value; undefined where it has no value. */
export function answerCodec({ outcome, result }: WireFunction, isOk: boolean): Codec | undefined {
  if (outcome === undefined) return result;
  return isOk ? outcome.ok : outcome.err;
}
