import type { Primitive } from "../types.ts";
import type { Part, TypeBody, TypeSyntax } from "./syntax.ts";
import { Tokens } from "./tokens.ts";

const PRIMITIVES: ReadonlySet<string> = new Set<Primitive>([
  "bool",
  "s8",
  "u8",
  "s16",
  "u16",
  "s32",
  "u32",
  "s64",
  "u64",
  "f32",
  "f64",
  "char",
  "string",
  "error-context",
]);

/** How deep types may be nested in one another. */
const MAX_DEPTH = 100;

/** A type where it is used. WIT.md, "Types". */
export function parseType(tokens: Tokens, depth: number = 0): TypeSyntax {
  const { text, kind, escaped, at } = tokens.peek;
  if (kind !== "word") throw tokens.unexpected("a type");
  if (depth > MAX_DEPTH) throw tokens.fault(`types are nested more than ${MAX_DEPTH} deep`, at);
  const inner = (): TypeSyntax => parseType(tokens, depth + 1);
  if (escaped) return named(tokens);
  if (PRIMITIVES.has(text)) {
    tokens.take();
    return { kind: text as Primitive };
  }
  switch (text) {
    case "tuple":
      tokens.take();
      tokens.expect("<");
      return { kind: "tuple", items: listed(tokens, ">", inner) };
    case "option": {
      const [item] = around(tokens, inner);
      return { kind: "option", item: item! };
    }
    case "list":
      return parseList(tokens, inner);
    case "map": {
      tokens.take();
      tokens.expect("<");
      const key = inner();
      tokens.expect(",");
      const value = inner();
      tokens.expect(">");
      return { kind: "map", key, value };
    }
    case "result":
      return parseResult(tokens, inner);
    case "stream":
    case "future": {
      tokens.take();
      if (!tokens.takes("<")) return { kind: text, item: undefined };
      const item = inner();
      tokens.expect(">");
      return { kind: text, item };
    }
    case "borrow": {
      tokens.take();
      tokens.expect("<");
      const place = tokens.place();
      const name = tokens.name("a resource");
      tokens.expect(">");
      return { kind: "borrow", name, place };
    }
    case "own": {
      const [item] = around(tokens, inner);
      return item!;
    }
    default:
      return named(tokens);
  }
}

function named(tokens: Tokens): TypeSyntax {
  const place = tokens.place();
  return { kind: "named", name: tokens.name("a type"), place };
}

function around(tokens: Tokens, inner: () => TypeSyntax): readonly TypeSyntax[] {
  tokens.take();
  tokens.expect("<");
  const item = inner();
  tokens.expect(">");
  return [item];
}

function parseList(tokens: Tokens, inner: () => TypeSyntax): TypeSyntax {
  tokens.take();
  tokens.expect("<");
  const item = inner();
  let length: number | undefined;
  if (tokens.takes(",")) {
    if (tokens.peek.kind !== "number") throw tokens.unexpected("a number of items");
    length = Number(tokens.take().text);
  }
  tokens.expect(">");
  return { kind: "list", item, length };
}

function parseResult(tokens: Tokens, inner: () => TypeSyntax): TypeSyntax {
  tokens.take();
  if (!tokens.takes("<")) return { kind: "result", ok: undefined, err: undefined };
  const ok = tokens.takes("_") ? undefined : inner();
  const err = tokens.takes(",") ? inner() : undefined;
  tokens.expect(">");
  return { kind: "result", ok, err };
}

/** Items up to a closing symbol, with commas between them and perhaps one at the end. */
export function listed<Item>(tokens: Tokens, close: string, one: () => Item): readonly Item[] {
  const items: Item[] = [];
  while (!tokens.is(close)) {
    items.push(one());
    if (!tokens.takes(",")) break;
  }
  tokens.expect(close);
  return items;
}

/** A record, variant, enum or flags, from its opening brace. */
export function parseParts(
  tokens: Tokens,
  kind: "record" | "variant" | "enum" | "flags",
): TypeBody {
  tokens.expect("{");
  const parts = listed(tokens, "}", (): Part => {
    const { docs } = tokens.peek;
    const name = tokens.name("a name");
    let type: TypeSyntax | undefined;
    if (kind === "record") {
      tokens.expect(":");
      type = parseType(tokens);
    } else if (kind === "variant" && tokens.takes("(")) {
      type = parseType(tokens);
      tokens.expect(")");
    }
    return { name, docs, type };
  });
  return { kind, parts };
}
