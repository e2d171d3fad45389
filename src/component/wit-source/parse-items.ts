import { parseParts, parseType, listed } from "./parse-types.ts";
import type {
  Described,
  FuncSyntax,
  InterfaceItem,
  Path,
  TypeItem,
  Use,
  WorldItem,
} from "./syntax.ts";
import type { Place, Tokens } from "./tokens.ts";

/** What stands before an item: its documentation, and whether it is one that has to be asked for. */
interface Head {
  readonly docs: string;
  readonly place: Place;
  /** `@unstable`: WIT leaves such an item out where nobody names its feature. */
  readonly unstable: boolean;
}

export function parseHead(tokens: Tokens): Head {
  const { docs } = tokens.peek;
  let unstable = false;
  while (tokens.takes("@")) {
    const gate = tokens.name("a gate, such as since");
    unstable ||= gate === "unstable";
    tokens.expect("(");
    while (!tokens.takes(")")) {
      tokens.name("an argument of the gate");
      tokens.expect("=");
      if (tokens.peek.kind === "number") tokens.version();
      else tokens.name("the name of a feature");
      tokens.takes(",");
    }
  }
  return { docs, place: tokens.place(), unstable };
}

/** `label`, or `ns:name/label@1.0.0`. */
export function parsePath(tokens: Tokens): Path {
  const place = tokens.place();
  const first = tokens.name("a name");
  if (!tokens.takes(":")) return { package: undefined, name: first, place };
  return pathIn(tokens, first, tokens.name("a package"), place);
}

/** The rest of a path from its `/`. */
function pathIn(tokens: Tokens, namespace: string, label: string, place: Place): Path {
  tokens.expect("/");
  const name = tokens.name("an interface or world");
  const version = tokens.versionFollows && tokens.takes("@") ? `@${tokens.version()}` : "";
  return { package: `${namespace}:${label}${version}`, name, place };
}

export function parseInterface(tokens: Tokens): readonly InterfaceItem[] {
  return items(tokens, (head) => parseInterfaceItem(tokens, head));
}

export function parseWorld(tokens: Tokens): readonly WorldItem[] {
  return items(tokens, (head) => parseWorldItem(tokens, head));
}

/** `interface` or `world`, from its name. */
export function described<Item>(
  tokens: Tokens,
  { docs, place }: Head,
  body: (tokens: Tokens) => readonly Item[],
): Described<Item> {
  const name = tokens.name("a name");
  return { name, docs, place, items: body(tokens) };
}

function items<Item>(tokens: Tokens, one: (head: Head) => Item): readonly Item[] {
  tokens.expect("{");
  const found: Item[] = [];
  while (!tokens.takes("}")) {
    const head = parseHead(tokens);
    const item = one(head);
    if (!head.unstable) found.push(item);
  }
  return found;
}

function parseInterfaceItem(tokens: Tokens, head: Head): InterfaceItem {
  const typed = parseUseOrType(tokens, head);
  if (typed !== undefined) return typed;
  const name = tokens.name("a function, a type or use");
  tokens.expect(":");
  const func = parseFunc(tokens, name, head);
  tokens.expect(";");
  return { kind: "func", ...func };
}

function parseWorldItem(tokens: Tokens, head: Head): WorldItem {
  const typed = parseUseOrType(tokens, head);
  if (typed !== undefined) return typed;
  if (tokens.takes("include")) return parseInclude(tokens);
  const kind = tokens.is("import") ? "import" : tokens.is("export") ? "export" : undefined;
  if (kind === undefined) throw tokens.unexpected("import, export, include, use or a type");
  tokens.take();
  const { docs, place } = head;
  const at = tokens.place();
  const first = tokens.name("a name");
  if (!tokens.takes(":")) {
    tokens.expect(";");
    const path = { package: undefined, name: first, place: at };
    return { kind, name: undefined, docs, place, what: { kind: "path", path } };
  }
  if (tokens.takes("interface")) {
    const what = { kind: "inline", items: parseInterface(tokens) } as const;
    return { kind, name: first, docs, place, what };
  }
  if (tokens.is("func") || tokens.is("async")) {
    const what = { kind: "func", func: parseFunc(tokens, first, head) } as const;
    tokens.expect(";");
    return { kind, name: first, docs, place, what };
  }
  // What is behind the colon is the rest of `ns:pkg/label`, or the interface of a label.
  const inner = tokens.place();
  const second = tokens.name("func, interface or a name");
  const isWhole = tokens.is("/");
  const path = isWhole
    ? pathIn(tokens, first, second, at)
    : tokens.takes(":")
      ? pathIn(tokens, second, tokens.name("a package"), inner)
      : { package: undefined, name: second, place: inner };
  tokens.expect(";");
  return {
    kind,
    name: isWhole ? undefined : first,
    docs,
    place,
    what: { kind: "path", path },
  };
}

function parseInclude(tokens: Tokens): WorldItem {
  const path = parsePath(tokens);
  const renamed = new Map<string, string>();
  if (tokens.takes("with")) {
    tokens.expect("{");
    listed(tokens, "}", () => {
      const name = tokens.name("a name");
      tokens.expect("as");
      renamed.set(name, tokens.name("a name"));
    });
    tokens.takes(";");
  } else tokens.expect(";");
  return { kind: "include", path, renamed };
}

function parseUseOrType(tokens: Tokens, head: Head): Use | TypeItem | undefined {
  const { text, escaped } = tokens.peek;
  if (escaped) return undefined;
  const item = (body: TypeItem["body"], name: string): TypeItem => ({
    kind: "type",
    name,
    docs: head.docs,
    place: head.place,
    body,
  });
  switch (text) {
    case "use":
      tokens.take();
      return parseUse(tokens);
    case "type": {
      tokens.take();
      const name = tokens.name("a name");
      tokens.expect("=");
      const type = parseType(tokens);
      tokens.expect(";");
      return item({ kind: "alias", type }, name);
    }
    case "record":
    case "variant":
    case "enum":
    case "flags": {
      tokens.take();
      const name = tokens.name("a name");
      return item(parseParts(tokens, text), name);
    }
    case "resource": {
      tokens.take();
      const name = tokens.name("a name");
      return item({ kind: "resource", functions: parseMembers(tokens, name) }, name);
    }
    default:
      return undefined;
  }
}

function parseUse(tokens: Tokens): Use {
  const path = parsePath(tokens);
  tokens.expect(".");
  tokens.expect("{");
  const names = listed(tokens, "}", () => {
    const place = tokens.place();
    const name = tokens.name("a type");
    return { name, as: tokens.takes("as") ? tokens.name("a name") : name, place };
  });
  tokens.expect(";");
  return { kind: "use", path, names };
}

function parseMembers(tokens: Tokens, resource: string): readonly FuncSyntax[] {
  if (tokens.takes(";")) return [];
  return items(tokens, (head): FuncSyntax & { readonly kind: "func" } => {
    if (tokens.takes("constructor")) {
      const name = `[constructor]${resource}`;
      const params = parseParams(tokens);
      const made = tokens.takes("->")
        ? parseType(tokens)
        : ({ kind: "named", name: resource, place: head.place } as const);
      tokens.expect(";");
      return { kind: "func", ...head, name, async: false, params, result: made };
    }
    const label = tokens.name("a function");
    tokens.expect(":");
    const isStatic = tokens.takes("static");
    const func = parseFunc(tokens, `[${isStatic ? "static" : "method"}]${resource}.${label}`, head);
    tokens.expect(";");
    if (isStatic) return { kind: "func", ...func };
    const self = { kind: "borrow", name: resource, place: head.place } as const;
    return {
      kind: "func",
      ...func,
      params: [{ name: "self", docs: "", type: self }, ...func.params],
    };
  });
}

function parseFunc(tokens: Tokens, name: string, { docs, place }: Head): FuncSyntax {
  const async = tokens.takes("async");
  tokens.expect("func");
  const params = parseParams(tokens);
  const result = tokens.takes("->") ? parseType(tokens) : undefined;
  return { name, docs, place, async, params, result };
}

function parseParams(tokens: Tokens): FuncSyntax["params"] {
  tokens.expect("(");
  return listed(tokens, ")", () => {
    const { docs } = tokens.peek;
    const name = tokens.name("a parameter");
    tokens.expect(":");
    return { name, docs, type: parseType(tokens) };
  });
}
