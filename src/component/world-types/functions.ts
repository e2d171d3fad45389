import { camelCase, JsNames, parseFuncName } from "../js-names.ts";
import type { Extern, FuncType, NamedType } from "../types.ts";
import type { WitDocs } from "../wit-source/scope.ts";
import { freeName, functionKey, type Lines, parameterName } from "./lines.ts";
import type { TypeScope } from "./scopes.ts";
import { type LackingValues, listed } from "./unusable.ts";
import { type NameOf, optionalText, typeText } from "./values.ts";

/** Which side of a world an interface is on, as the host sees it. */
export type Side = "imports" | "exports";

/** A function, and what it is called in JavaScript. */
export interface NamedFunction {
  readonly name: string;
  readonly extern: Extern;
  readonly func: FuncType;
}

export interface Functions {
  readonly plain: readonly NamedFunction[];
  /** By the resource's label. */
  readonly members: ReadonlyMap<string, readonly (NamedFunction & { readonly call: Call })[]>;
  readonly names: JsNames;
}

type Call = ReturnType<typeof parseFuncName>["call"];

/** The functions of an interface or world, named as the engine names them. */
export function functionsOf(externs: readonly Extern[]): Functions {
  const labels = (holds: (extern: Extern) => boolean): readonly string[] =>
    externs.filter(holds).map(({ name }) => name);
  const isResource = ({ type }: Extern): boolean =>
    type.kind === "type" && type.type.kind === "resource";
  const names = new JsNames(
    labels(({ type }) => type.kind === "func"),
    labels(isResource),
    labels(({ type }) => type.kind !== "func" && type.kind !== "type"),
  );
  const plain: NamedFunction[] = [];
  const members = new Map<string, (NamedFunction & { readonly call: Call })[]>();
  for (const extern of externs) {
    if (extern.type.kind !== "func") continue;
    const { call, resource } = parseFuncName(extern.name);
    const one = { name: names.function(extern.name), extern, func: extern.type.type };
    if (resource === undefined) plain.push(one);
    else members.set(resource, [...(members.get(resource) ?? []), { ...one, call }]);
  }
  return { plain, members, names };
}

/** What writes functions: the names of types where they stand, the comments, and the side. */
export interface FunctionWriting {
  readonly lines: Lines;
  readonly nameOf: NameOf;
  readonly docs: WitDocs | undefined;
  readonly side: Side;
  readonly lacking: LackingValues;
}

export function writeFunction(
  { lines, nameOf, docs, side, lacking }: FunctionWriting,
  { name, extern, func }: NamedFunction,
  drop: number = 0,
): void {
  const params = parameters(func.params.slice(drop), nameOf);
  const { result } = func;
  const ok = result?.kind === "result" ? result.ok : result;
  const value = optionalText(ok, nameOf, "void");
  const answer = func.async && side === "exports" ? `Promise<${value}>` : value;
  lines
    .doc(docs?.things.get(extern) ?? "", ...notes(func, side, lacking), throws(func, nameOf, side))
    .line(`${functionKey(name)}(${params}): ${answer};`);
}

/** The object of a resource, and the class that makes them. */
export function writeResource(
  writing: FunctionWriting,
  scope: TypeScope,
  { name, extern }: { readonly name: string; readonly extern: Extern },
  members: readonly (NamedFunction & { readonly call: Call })[],
): string {
  const { lines, docs, nameOf, side, lacking } = writing;
  lines.doc(docs?.things.get(extern) ?? "").block(`export interface ${name}`, () => {
    for (const one of members) if (one.call === "method") writeFunction(writing, one, 1);
    if (side === "exports") {
      lines
        .doc("Drops the resource, which runs the guest's destructor.")
        .line("[Symbol.dispose](): void;");
    }
  });
  const className = freeName(`${name}Class`, scope.taken);
  lines.doc(`The class of {@link ${name}}.`).block(`export interface ${className}`, () => {
    lines.line(`readonly prototype: ${name};`);
    for (const one of members) {
      if (one.call === "static") writeFunction(writing, one);
      if (one.call !== "constructor") continue;
      lines
        .doc(
          docs?.things.get(one.extern) ?? "",
          ...notes(one.func, side, lacking),
          throws(one.func, nameOf, side),
        )
        .line(`new (${parameters(one.func.params, nameOf)}): ${name};`);
    }
  });
  return className;
}

function parameters(params: readonly NamedType[], nameOf: NameOf): string {
  const taken = new Set<string>();
  return params
    .map(({ name, type }) => {
      const free = freeName(parameterName(camelCase(name)), taken);
      return `${free}: ${typeText(type, nameOf)}`;
    })
    .join(", ");
}

/** What the signature alone does not tell. */
function notes(func: FuncType, side: Side, lacking: LackingValues): readonly string[] {
  const values = lacking.ofFunction(func);
  if (values.length > 0) {
    return [`This version of Tenon has no ${listed(values)}: none can be passed yet.`];
  }
  if (!func.async) return [];
  return side === "exports"
    ? ["`async` in WIT: answers with a promise. The guest may wait for something before it does."]
    : [
        "`async` in WIT. It answers at once, or with a promise where it is said to wait: `waits` in " +
          "`defineInterface`, `suspend` in `instantiate`.",
      ];
}

function throws({ result }: FuncType, nameOf: NameOf, side: Side): string {
  if (result?.kind !== "result") return "";
  const payload =
    result.err === undefined
      ? "without a payload"
      : `whose \`payload\` is \`${typeText(result.err, nameOf)}\``;
  return side === "exports"
    ? `@throws An error ${payload}: the \`err\` of the result.`
    : `@throws \`WitError\`, ${payload}, for the \`err\` of the result.`;
}
