/// `slow-thing` -> `slowThing`; `HTTP-get` -> `httpGet`.
export function camelCase(kebab: string): string {
  const pascal = pascalCase(kebab);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

export function pascalCase(kebab: string): string {
  return kebab
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join("");
}

/// A function's WIT name, taken apart into the JavaScript names of what it is.
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
