// Checks whether a host's value is of a type. Done before lowering, so that a wrong value is found
// before anything is written to the guest.
import { isMap, isThenable } from "../../../realms.ts";
import { isGuest, isOwnedGuest } from "../resources/guest-resource.ts";
import type { Case, CasesForm, Layout, ListForm, View } from "../layout.ts";
import { type Misfit, unreadable } from "./misfit.ts";
import { fitsNumbers, fitsScalar, NUMBER_ARRAYS, SCALARS } from "./scalars.ts";
import type { ResourceState } from "../store.ts";

/** What is wrong with the value; undefined where it fits. Never throws. */
export function misfit(
  layout: Layout,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  switch (layout.form) {
    case "scalar":
      return fitsScalar(layout.scalar, value) ? undefined : wrong(SCALARS[layout.scalar], value);
    case "string":
      return typeof value === "string" ? undefined : wrong("a string", value);
    case "record":
    case "flags":
    case "tuple":
      return misfitOfParts(layout, value, resources);
    case "cases":
      return misfitOfCases(layout, value, resources);
    case "list":
      return misfitOfList(layout, value, resources);
    case "handle":
      return misfitOfHandle(resources[layout.resource.slot]!, layout.own, value);
    case "async":
      return misfitOfAsync(layout.kind, value);
  }
}

export function fits(layout: Layout, value: unknown, resources: readonly ResourceState[]): boolean {
  return misfit(layout, value, resources) === undefined;
}

export function fitsHandle(type: ResourceState, own: boolean, value: unknown): boolean {
  if (type.implementer === undefined) return isHost(type, value);
  return own ? isOwnedGuest(type, value) : isGuest(type, value);
}

export function isHost(type: ResourceState, value: unknown): boolean {
  return type.hostClass !== undefined && value instanceof type.hostClass;
}

type Async = "stream" | "future" | "error-context";

function misfitOfAsync(kind: Async, value: unknown): Misfit | undefined {
  try {
    if (fitsAsync(kind, value)) return undefined;
  } catch (thrown) {
    return unreadable("", thrown);
  }
  if (kind === "error-context") return wrong(`no ${kind}: not supported`, value);
  const stream = "an array, an iterable or asynchronous iterable, or a ReadableStream";
  return wrong(kind === "future" ? "a promise" : stream, value);
}

/** Whether a host's value can be a stream or future; what it yields is looked at when it comes. */
export function fitsAsync(kind: Async, value: unknown): boolean {
  if (kind === "future") return isThenable(value);
  if (kind === "error-context" || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  if (ArrayBuffer.isView(value)) return !(value instanceof DataView);
  const { getReader } = value as { readonly getReader?: unknown };
  return (
    Symbol.asyncIterator in value || Symbol.iterator in value || typeof getReader === "function"
  );
}

type Parts = Extract<Layout, { form: "record" | "tuple" | "flags" }>;

function misfitOfParts(
  layout: Parts,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const step = (key: string): string => (layout.form === "tuple" ? `[${key}]` : `.${key}`);
  let at: string | undefined;
  try {
    if (layout.form === "tuple") {
      if (!Array.isArray(value) || value.length !== layout.fields.length) {
        return wrong(`an array of ${layout.fields.length}`, value);
      }
    } else if (typeof value !== "object" || value === null) return wrong("an object", value);
    const parts = value as Readonly<Record<string, unknown>>;
    if (layout.form === "flags") {
      for (at of layout.keys) {
        const flag = parts[at];
        if (flag !== undefined && typeof flag !== "boolean") {
          return under(step(at), wrong("a boolean", flag));
        }
      }
      return undefined;
    }
    for (const { key, layout: part } of layout.fields) {
      at = key;
      const found = misfit(part, parts[key], resources);
      if (found) return under(step(key), found);
    }
    return undefined;
  } catch (thrown) {
    return unreadable(at === undefined ? "" : step(at), thrown);
  }
}

function misfitOfHandle(type: ResourceState, own: boolean, value: unknown): Misfit | undefined {
  try {
    if (fitsHandle(type, own, value)) return undefined;
  } catch (thrown) {
    return unreadable("", thrown);
  }
  return wrong(`a live ${type.name ?? "resource"} of this instance`, value);
}

function misfitOfCases(
  layout: Layout & CasesForm,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const { style, cases } = layout;
  if (style === "option") {
    return value === undefined || value === null
      ? undefined
      : misfit(cases[1]!.layout!, value, resources);
  }
  if (style === "enum") {
    return cases.some(({ name }) => name === value) ? undefined : wrong(oneOf(cases), value);
  }
  if (typeof value !== "object" || value === null) return wrong("an object { tag, val }", value);
  const variant = value as { readonly tag: unknown; readonly val: unknown };
  let at = ".tag";
  let tag: unknown;
  let val: unknown;
  try {
    tag = variant.tag;
    at = ".val";
    val = variant.val;
  } catch (thrown) {
    return unreadable(at, thrown);
  }
  const chosen = cases.find(({ name }) => name === tag);
  if (chosen === undefined) return under(".tag", wrong(oneOf(cases), tag));
  const found = chosen.layout && misfit(chosen.layout, val, resources);
  return found && under(".val", found);
}

function misfitOfList(
  layout: Layout & ListForm,
  value: unknown,
  resources: readonly ResourceState[],
): Misfit | undefined {
  const { item, length, numeric, map } = layout;
  let at = -1;
  try {
    if (map && !(value instanceof Map || isMap(value))) return wrong("a Map", value);
    if (numeric !== undefined && readsAsNumbers(numeric, value)) {
      const fits = length === undefined || (value as ArrayLike<number>).length === length;
      return fits ? undefined : wrong(`${length} items`, value);
    }
    const items: unknown = map ? [...(value as Map<unknown, unknown>)] : value;
    if (!Array.isArray(items) || (length !== undefined && items.length !== length)) {
      const many = length === undefined ? "" : ` of ${length}`;
      const typed = numeric === undefined ? "" : `${NUMBER_ARRAYS[numeric].name} or `;
      return wrong(`${typed}an array${many}`, value);
    }
    for (at = 0; at < items.length; at++) {
      const found = misfit(item, items[at], resources);
      if (found) return under(`[${at}]`, found);
    }
    return undefined;
  } catch (thrown) {
    return unreadable(at < 0 ? "" : `[${at}]`, thrown);
  }
}

/** Whether all items can be read as numbers. Where one can't, a walk over the items finds which. */
function readsAsNumbers(view: View, value: unknown): boolean {
  try {
    return fitsNumbers(view, value);
  } catch {
    return false;
  }
}

function oneOf(cases: readonly Case[]): string {
  return `one of ${cases.map(({ name }) => `"${name}"`).join(", ")}`;
}

function wrong(expected: string, value: unknown): Misfit {
  return { path: "", expected, value };
}

function under(step: string, found: Misfit): Misfit {
  return { ...found, path: step + found.path };
}
