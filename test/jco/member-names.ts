// How jco names the members of resources.
import { camelCase, pascalCase } from "../../src/component/js-names.ts";

export type ParsedName =
  | { readonly tag: "function" }
  | { readonly tag: "constructor"; readonly className: string }
  | {
      readonly tag: "method" | "static";
      readonly className: string;
      readonly member: string;
    };

export function parseFunctionName(name: string): ParsedName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/u.exec(name);
  if (match === null) return { tag: "function" };
  const [, tag, resource, rest] = match;
  const className = pascalCase(resource!);
  if (tag === "constructor") return { tag, className };
  return { tag: tag === "method" ? "method" : "static", className, member: camelCase(rest ?? "") };
}
