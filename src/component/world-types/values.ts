import { nullable } from "../abi/layout.ts";
import { NUMBER_ARRAYS } from "../abi/values/scalars.ts";
import { keysOf } from "../js-names.ts";
import type { NamedType, ResourceType, ValueType } from "../types.ts";
import type { WitDocs } from "../wit-source/scope.ts";
import { type Lines, propertyKey } from "./lines.ts";

/** What a type is called in the place that is being written; undefined where it has no name. */
export type NameOf = (type: ValueType | ResourceType) => string | undefined;

/** A type as TypeScript writes it, where it is used: its name, or its structure. */
export function typeText(type: ValueType, nameOf: NameOf): string {
  return nameOf(type) ?? structureText(type, nameOf);
}

/** The type of a value that may be left out, such as a function's result. */
export function optionalText(type: ValueType | undefined, nameOf: NameOf, none: string): string {
  return type === undefined ? none : typeText(type, nameOf);
}

function structureText(type: ValueType, nameOf: NameOf): string {
  const of = (inner: ValueType): string => typeText(inner, nameOf);
  switch (type.kind) {
    case "bool":
      return "boolean";
    case "s64":
    case "u64":
      return "bigint";
    case "char":
    case "string":
      return "string";
    case "tuple":
      return `readonly [${type.items.map(of).join(", ")}]`;
    case "option": {
      if (!nullable(type.item)) return `${of(type.item)} | undefined`;
      return `{ readonly tag: "some"; readonly val: ${of(type.item)} } | { readonly tag: "none" }`;
    }
    case "result":
      return `${caseText("ok", type.ok, nameOf)} | ${caseText("err", type.err, nameOf)}`;
    case "list": {
      const { kind } = type.item;
      return kind in NUMBER_ARRAYS
        ? NUMBER_ARRAYS[kind as keyof typeof NUMBER_ARRAYS].name
        : `readonly ${inList(of(type.item))}[]`;
    }
    case "map":
      return `ReadonlyMap<${of(type.key)}, ${of(type.value)}>`;
    case "own":
    case "borrow":
      return nameOf(type.resource) ?? "object";
    case "record":
      return `{ ${fieldTexts(type.fields, nameOf).join(" ")} }`;
    case "flags":
      return `{ ${keysOf(type.names).map(flagText).join(" ")} }`;
    case "enum":
      return type.names.map((name) => JSON.stringify(name)).join(" | ");
    case "variant":
      return type.cases.map((one) => caseText(one.name, one.type, nameOf)).join(" | ");
    // The engine has no values of these yet.
    case "stream":
    case "future":
    case "error-context":
      return "never";
    default:
      return "number";
  }
}

function inList(text: string): string {
  return /^[\w$.]+$/u.test(text) ? text : `(${text})`;
}

function caseText(tag: string, type: ValueType | undefined, nameOf: NameOf): string {
  const val = type === undefined ? "" : `; readonly val: ${typeText(type, nameOf)}`;
  return `{ readonly tag: ${JSON.stringify(tag)}${val} }`;
}

/** An option may be left out of a record. */
function fieldTexts(fields: readonly NamedType[], nameOf: NameOf): readonly string[] {
  const keys = keysOf(fields.map(({ name }) => name));
  return fields.map(({ type }, index) => {
    const may = nullable(type) ? "?" : "";
    return `readonly ${propertyKey(keys[index]!)}${may}: ${typeText(type, nameOf)};`;
  });
}

function flagText(key: string): string {
  return `readonly ${propertyKey(key)}?: boolean;`;
}

/** The definition of a type under a name, with the comments of its parts. */
export function writeType(
  lines: Lines,
  name: string,
  type: ValueType,
  nameOf: NameOf,
  docs: WitDocs | undefined,
): void {
  const docOf = (thing: object): string => docs?.things.get(thing) ?? "";
  switch (type.kind) {
    case "record": {
      const fields = fieldTexts(type.fields, nameOf);
      lines.block(`export interface ${name}`, () => {
        for (const [index, text] of fields.entries()) {
          lines.doc(docOf(type.fields[index]!)).line(text);
        }
      });
      return;
    }
    case "flags":
      lines.block(`export interface ${name}`, () => {
        for (const [index, key] of keysOf(type.names).entries()) {
          lines.doc(docs?.names.get(type.names)?.[index] ?? "").line(flagText(key));
        }
      });
      return;
    case "enum":
      writeUnion(
        lines,
        name,
        type.names.map((one, index) => ({
          text: JSON.stringify(one),
          doc: docs?.names.get(type.names)?.[index] ?? "",
        })),
      );
      return;
    case "variant":
      writeUnion(
        lines,
        name,
        type.cases.map((one) => ({
          text: caseText(one.name, one.type, nameOf),
          doc: docOf(one),
        })),
      );
      return;
    default:
      lines.line(`export type ${name} = ${structureText(type, nameOf)};`);
  }
}

function writeUnion(
  lines: Lines,
  name: string,
  cases: readonly { readonly text: string; readonly doc: string }[],
): void {
  lines.line(`export type ${name} =`).indented(() => {
    for (const [index, { text, doc }] of cases.entries()) {
      lines.doc(doc).line(`| ${text}${index === cases.length - 1 ? ";" : ""}`);
    }
  });
}
