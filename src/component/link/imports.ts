// Finds what a component needs among the imports that the host gives.
import { TenonError } from "../../errors.ts";
import type { HostFunction } from "../abi/call-site.ts";
import type { HostClass } from "../abi/store.ts";
import { camelCase, JsNames, keyGiven, parseFuncName, pascalCase } from "../js-names.ts";
import type { Need } from "./plan.ts";
import { servingName } from "./versions.ts";

export type Given =
  | { readonly kind: "func"; readonly func: HostFunction; readonly self: unknown }
  | { readonly kind: "class"; readonly hostClass: HostClass }
  | { readonly kind: "module"; readonly module: WebAssembly.Module };

/**
 * Returns the implementation of each need, in order. Throws one `component-unlinkable` for all
 * needs without one: `data.missing` lists each as `interface#function`; `data.wrong` lists those
 * where there is something of another kind.
 */
export function resolveNeeds(
  needs: readonly Need[],
  imports: Readonly<Record<string, unknown>>,
): readonly Given[] {
  const names = Object.keys(imports);
  const missing: string[] = [];
  const wrong: string[] = [];
  const places = namesOf(needs);
  const found = needs.map((need) => {
    const value = find(need, imports, names, places.get(placeOf(need))!);
    const given = value && fit(need, value.it, value.self);
    if (given === undefined) {
      missing.push(named(need));
      if (value?.it !== undefined) wrong.push(named(need));
    }
    return given!;
  });
  if (missing.length > 0) throw unlinkable(missing, wrong);
  return found;
}

/**
 * The implementation of one need; undefined where there is none of its kind. `place`: the
 * JavaScript names in its interface.
 */
export function resolveNeed(
  need: Need,
  imports: Readonly<Record<string, unknown>>,
  place: JsNames,
): Given | undefined {
  const value = find(need, imports, Object.keys(imports), place);
  return value && fit(need, value.it, value.self);
}

/** The interface, or the world, that the need belongs to. */
function placeOf({ path }: Need): string {
  return path.slice(0, -1).join("#");
}

function namesOf(needs: readonly Need[]): ReadonlyMap<string, JsNames> {
  const labels = (list: readonly Need[], kind: Need["kind"]): readonly string[] =>
    list.flatMap((need) => (need.kind === kind ? [need.path.at(-1)!] : []));
  const places = new Map<string, JsNames>();
  for (const [place, list] of Map.groupBy(needs, placeOf)) {
    places.set(place, new JsNames(labels(list, "func"), labels(list, "class")));
  }
  return places;
}

interface Found {
  readonly it: unknown;
  readonly self: unknown;
}

function find(
  need: Need,
  imports: Readonly<Record<string, unknown>>,
  names: readonly string[],
  place: JsNames,
): Found | undefined {
  const [root, ...inner] = need.path;
  if (inner.length === 0) return findRoot(need, root!, imports, place);
  const key = servingName(root!, names);
  let scope: unknown = key === undefined ? undefined : imports[key];
  for (const name of inner.slice(0, -1))
    scope = property(scope, name) ?? property(scope, camelCase(name));
  const last = inner.at(-1)!;
  const classOf = (label: string) => spelled(scope, label, place.class(label));
  if (need.kind === "class") return { it: classOf(last), self: undefined };
  if (need.kind === "module") return { it: property(scope, last), self: undefined };
  return findFunc(last, scope, place, classOf);
}

/**
 * A function, class or module that is itself an import. In jco's form a function is `{ default:
 * function }`.
 */
function findRoot(
  need: Need,
  name: string,
  imports: Readonly<Record<string, unknown>>,
  place: JsNames,
): Found | undefined {
  const given = (key: string) => (Object.hasOwn(imports, key) ? imports[key] : undefined);
  const classOf = (label: string) => given(label) ?? given(place.class(label));
  if (need.kind === "module")
    return { it: given(name) ?? given(pascalCase(name)), self: undefined };
  if (need.kind === "class") return { it: classOf(name), self: undefined };
  if (parseFuncName(name).call !== "function") return findFunc(name, undefined, place, classOf);
  const value = given(name) ?? given(place.function(name));
  return { it: typeof value === "object" ? property(value, "default") : value, self: undefined };
}

function findFunc(
  name: string,
  scope: unknown,
  place: JsNames,
  classOf: (label: string) => unknown,
): Found {
  const { call, label, resource } = parseFuncName(name);
  const key = place.function(name);
  if (resource === undefined) return { it: spelled(scope, label, key), self: undefined };
  const owner = classOf(resource);
  if (call === "constructor") return { it: owner, self: undefined };
  if (call === "static") return { it: spelled(owner, label, key), self: owner };
  const it = spelled(property(owner, "prototype"), label, key);
  // An own property of a class is no method of that name.
  return { it: it === owner ? undefined : it, self: owner };
}

/** Looks up either spelling. */
function spelled(value: unknown, label: string, name: string): unknown {
  return property(
    value,
    keyGiven(label, name, (key) => property(value, key) !== undefined),
  );
}

/** Own properties only: an import may be called `constructor`, which every object inherits. */
function property(value: unknown, key: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return undefined;
  let holder: object | null = value;
  while (holder !== null && !Object.hasOwn(holder, key)) holder = Object.getPrototypeOf(holder);
  const common = holder === null || holder === Function.prototype;
  if (common || (holder !== value && Object.getPrototypeOf(holder) === null)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function fit(need: Need, it: unknown, self: unknown): Given | undefined {
  switch (need.kind) {
    case "func":
      return typeof it === "function"
        ? { kind: "func", func: it as HostFunction, self }
        : undefined;
    case "class":
      return typeof it === "function" ? { kind: "class", hostClass: it as HostClass } : undefined;
    case "module":
      return it instanceof WebAssembly.Module ? { kind: "module", module: it } : undefined;
  }
}

export function named({ path: [root, ...inner] }: Need): string {
  return inner.length === 0 ? root! : `${root}#${inner.join("#")}`;
}

function unlinkable(missing: readonly string[], wrong: readonly string[]): TenonError {
  const kinds = wrong.length > 0 ? ` (of another kind: ${wrong.join(", ")})` : "";
  const message = `the imports lack ${missing.join(", ")}${kinds}`;
  return new TenonError("component-unlinkable", message, { data: { missing, wrong } });
}
