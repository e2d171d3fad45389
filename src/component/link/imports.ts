/// Finds in what the host gives all that a component asks for.
import { TenonError } from "../../errors.ts";
import type { HostFunction } from "../abi/call-site.ts";
import type { HostCall } from "../abi/signature.ts";
import type { HostClass } from "../abi/store.ts";
import { camelCase, pascalCase } from "../js-names.ts";
import type { Need } from "./plan.ts";
import { servingName } from "./versions.ts";

export type Given =
  | { readonly kind: "func"; readonly func: HostFunction; readonly self: unknown }
  | { readonly kind: "class"; readonly hostClass: HostClass }
  | { readonly kind: "module"; readonly module: WebAssembly.Module };

/// A function's name as the component has it, taken apart. Explainer.md, "Import and Export
/// Definitions".
export interface FuncName {
  readonly call: HostCall;
  /// Of a resource's function, the resource.
  readonly resource: string | undefined;
  readonly label: string;
}

export function parseFuncName(name: string): FuncName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(name);
  if (match === null) return { call: "function", resource: undefined, label: name };
  const [, call, resource, label] = match;
  return { call: call as HostCall, resource, label: label ?? resource! };
}

/// Answers what serves each need, in order. Throws one `component-unlinkable` for all that has no
/// implementation: `data.missing`, each as `interface#function`; `data.wrong` are those among them
/// where there is something of another kind.
export function resolveNeeds(
  needs: readonly Need[],
  imports: Readonly<Record<string, unknown>>,
): readonly Given[] {
  const names = Object.keys(imports);
  const missing: string[] = [];
  const wrong: string[] = [];
  const found = needs.map((need) => {
    const value = find(need, imports, names);
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

/// What serves one need; undefined where nothing of its kind does.
export function resolveNeed(
  need: Need,
  imports: Readonly<Record<string, unknown>>,
): Given | undefined {
  const value = find(need, imports, Object.keys(imports));
  return value && fit(need, value.it, value.self);
}

interface Found {
  readonly it: unknown;
  readonly self: unknown;
}

function find(
  need: Need,
  imports: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Found | undefined {
  const [root, ...inner] = need.path;
  if (inner.length === 0) return findRoot(need, root!, imports);
  const key = servingName(root!, names);
  let scope: unknown = key === undefined ? undefined : imports[key];
  for (const name of inner.slice(0, -1))
    scope = property(scope, name) ?? property(scope, camelCase(name));
  const last = inner.at(-1)!;
  if (need.kind === "class") return { it: property(scope, pascalCase(last)), self: undefined };
  if (need.kind === "module") return { it: property(scope, last), self: undefined };
  return findFunc(parseFuncName(last), scope, (label) => property(scope, pascalCase(label)));
}

/// A function, class or module that is an import of its own. jco's form of a function is
/// `{ default: function }`.
function findRoot(
  need: Need,
  name: string,
  imports: Readonly<Record<string, unknown>>,
): Found | undefined {
  const given = (key: string) => (Object.hasOwn(imports, key) ? imports[key] : undefined);
  if (need.kind !== "func") return { it: given(name) ?? given(pascalCase(name)), self: undefined };
  const parsed = parseFuncName(name);
  if (parsed.call !== "function") {
    return findFunc(parsed, undefined, (label) => given(label) ?? given(pascalCase(label)));
  }
  const value = given(name) ?? given(camelCase(name));
  return { it: typeof value === "object" ? property(value, "default") : value, self: undefined };
}

function findFunc(
  { call, label, resource }: FuncName,
  scope: unknown,
  classOf: (label: string) => unknown,
): Found {
  if (resource === undefined) return { it: property(scope, camelCase(label)), self: undefined };
  const owner = classOf(resource);
  if (call === "constructor") return { it: owner, self: undefined };
  const holder = call === "static" ? owner : property(owner, "prototype");
  return { it: property(holder, camelCase(label)), self: owner };
}

/// What every object inherits is nobody's implementation: an import may be called `constructor`.
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
