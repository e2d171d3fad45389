// CanonicalABI.md, `flatten_functype`; and what both routes need to know of a function's type.
import type { FuncType } from "../types.ts";
import { type CasesForm, type Layout, type Layouts, type View } from "./layout.ts";
import { type CoreType, flatten, MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_RESULTS } from "./flatten.ts";

export interface Signature {
  readonly params: readonly Layout[];
  /** The parameters as the tuple that they are when passed through memory. */
  readonly area: Layout;
  /** Undefined: parameters are passed through memory. */
  readonly flat: readonly CoreType[] | undefined;
  readonly result: Layout | undefined;
  /** Whether the result is passed through memory. */
  readonly spills: boolean;
  /** The result type of the core function that is lifted. */
  readonly coreResult: CoreType | undefined;
}

export function signatureOf(layouts: Layouts, type: FuncType): Signature {
  const types = type.params.map((param) => param.type);
  const params = types.map((type) => layouts.of(type));
  const result = layouts.optional(type.result);
  const spills =
    result !== undefined && (result.flat === undefined || result.flat.length > MAX_FLAT_RESULTS);
  const coreResult = spills ? "i32" : result?.flat?.[0];
  return { params, area: layouts.tuple(types), flat: flatten(params), result, spills, coreResult };
}

/**
 * The signature for a guest that lowers the function with `async`: the result is always passed
 * through memory.
 */
export function loweredAsync(signature: Signature): Signature {
  const { flat, result } = signature;
  const short = flat !== undefined && flat.length <= MAX_FLAT_ASYNC_PARAMS;
  return { ...signature, flat: short ? flat : undefined, spills: result !== undefined };
}

/**
 * The first half of a function whose type is `async`, which takes the arguments. What delivers the
 * result comes later.
 */
export function started(signature: Signature): Signature {
  return { ...signature, result: undefined, spills: false, coreResult: undefined };
}

/** Whether streams or futures are passed. */
export function movesEnds({ area, result }: Signature): boolean {
  return area.ends || result?.ends === true;
}

/** Who implements a resource type, from an instance's point of view, by the type's slot. */
export type Implementer = (slot: number) => "host" | "self" | "other";

/** A lift of more values than this counts against the budget even without lists. */
export const MANY_NODES = 1000;

/** Whether the host gets the result returned or thrown. */
export function isOutcome(layout: Layout | undefined): layout is Layout & CasesForm {
  return layout?.form === "cases" && layout.style === "result";
}

/** Whether a promise that a host's function answers with is its result, and not one of it. */
export function answersFuture(layout: Layout | undefined): boolean {
  if (isOutcome(layout)) return answersFuture(layout.cases[0]!.layout);
  return layout?.form === "async" && layout.kind === "future";
}

/**
 * Whether it contains a borrowed handle of a resource that the instance does not implement itself.
 */
export function borrowsForeign(layout: Layout, implementer: Implementer): boolean {
  if (!layout.borrows) return false;
  switch (layout.form) {
    case "handle":
      return implementer(layout.resource.slot) !== "self";
    case "record":
    case "tuple":
      return layout.fields.some((field) => borrowsForeign(field.layout, implementer));
    case "cases":
      return layout.cases.some(
        ({ layout: item }) => item !== undefined && borrowsForeign(item, implementer),
      );
    case "list":
      return borrowsForeign(layout.item, implementer);
    default:
      return false;
  }
}

/** What the code of a function depends on in addition to its type. */
export interface SideOptions {
  readonly encoding: "utf8" | "utf16" | "latin1+utf16";
  readonly implementer: Implementer;
}

export interface LiftOptions extends SideOptions {
  readonly postReturn: boolean;
  /** How many nested instances the call enters. */
  readonly entered: number;
  /** `method`: the first argument is `this`. `constructor`: returns the representation. */
  readonly style: "function" | "method" | "constructor";
  /** Whether the function returns a promise. */
  readonly suspends: boolean;
  /** Whether it only begins a call, within a turn of the store (`abi/async/scheduler.ts`). */
  readonly begins: boolean;
}

/** How the host's function is called: `method` on its first argument, `static` on its class. */
export type HostCall = "function" | "method" | "static" | "constructor";

export interface LowerOptions extends SideOptions {
  readonly call: HostCall;
  /** Whether it may return a promise. */
  readonly suspends: boolean;
}

export interface AdapterOptions {
  readonly caller: SideOptions;
  readonly callee: SideOptions;
  readonly postReturn: boolean;
  /** How many instances the call enters. */
  readonly entered: number;
  /** Whether the callee may be suspended. */
  readonly suspends: boolean;
  /** Whether it only begins a call. */
  readonly begins: boolean;
}

/** The elements of a stream or future. */
export interface ItemOptions extends SideOptions {
  /** Whether they are the host's. */
  readonly host: boolean;
  readonly way: "load" | "store";
}

/** Adds the views of memory that lifting and lowering such values need. */
export function addViews(layout: Layout, views: Set<View>): void {
  switch (layout.form) {
    case "scalar":
    case "flags":
      views.add(layout.view);
      return;
    case "record":
    case "tuple":
      for (const field of layout.fields) addViews(field.layout, views);
      return;
    case "cases":
      views.add(layout.view);
      for (const one of layout.cases) if (one.layout !== undefined) addViews(one.layout, views);
      return;
    case "list":
      addViews(layout.item, views);
      return;
    default:
  }
}
