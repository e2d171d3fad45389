// What WIT names are called in JavaScript. There is one rule for exports and imports, on both sides of
// a thread, and for the fields of records and flags:
//
// - A function, a field or a flag goes by its camelCase name, a resource by its PascalCase one.
// - Of labels in one place that come to the same name (`f1` and `f-1`), the one that is spelled so has
// it, else the first; the others keep their own spelling (`"f-1"`).
// - `then`, of a function, method or static function, and `prototype`, of a static function, have `_`
// behind them (`then_`): JavaScript takes an object with a function `then` for a promise, and a class
// can't have another `prototype`. No other name ends so, for a label has no `_`.

/** `slow-thing` -> `slowThing`; `HTTP-get` -> `httpGet`. */
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

/** A function's name in a component, parsed. Explainer.md, "Import and Export Definitions". */
export interface FuncName {
  readonly call: "function" | "constructor" | "method" | "static";
  /** The resource that the function belongs to; undefined where it belongs to none. */
  readonly resource: string | undefined;
  readonly label: string;
}

export function parseFuncName(name: string): FuncName {
  const match = /^\[(constructor|method|static)\]([^.]+)(?:\.(.+))?$/.exec(name);
  if (match === null) return { call: "function", resource: undefined, label: name };
  const [, call, resource, label] = match;
  return { call: call as FuncName["call"], resource, label: label ?? resource! };
}

/** The JavaScript names of fields or flags, in their order. */
export function fieldNames(labels: readonly string[]): readonly string[] {
  const names = new Names(labels);
  return labels.map((label) => names.add(label, camelCase(label)));
}

/** The JavaScript names of the items of one interface, or of a world itself. */
export class JsNames {
  readonly #functions: Map<string, string> = new Map();
  readonly #classes: Map<string, string> = new Map();

  /**
   * `functions`: names as in the component, including members of resources. `resources`: labels;
   * the resources of members may be left out. `others`: items that keep their exact name.
   */
  constructor(
    functions: Iterable<string>,
    resources: Iterable<string> = [],
    others: Iterable<string> = [],
  ) {
    const members = Map.groupBy(functions, (name) => {
      const { call, resource } = parseFuncName(name);
      return call === "static" || call === "method" ? `${call} ${resource}` : call;
    });
    const plain = members.get("function") ?? [];
    const items = new Names([...plain, ...others]);
    for (const label of plain) this.#functions.set(label, items.add(label, callable(label)));
    const owners = [...members.values()].flat().map((name) => parseFuncName(name).resource);
    for (const label of new Set([...resources, ...owners])) {
      if (label !== undefined) this.#classes.set(label, items.add(label, pascalCase(label)));
    }
    members.delete("function");
    for (const list of members.values()) this.#addMembers(list);
  }

  /** Adds the methods, or the static functions, of one resource. */
  #addMembers(functions: readonly string[]): void {
    const parsed = functions.map((name) => [name, parseFuncName(name)] as const);
    const names = new Names(parsed.map(([, { label }]) => label));
    for (const [name, { call, label }] of parsed) {
      const wanted = call === "static" && label === "prototype" ? "prototype_" : callable(label);
      this.#functions.set(name, names.add(label, wanted));
    }
  }

  /**
   * The name of a function, or of a member of a resource. The result has no meaning for a
   * constructor.
   */
  function(name: string): string {
    return this.#functions.get(name)!;
  }

  /** The name of a resource's class. */
  class(label: string): string {
    return this.#classes.get(label)!;
  }
}

function callable(label: string): string {
  return label === "then" ? "then_" : camelCase(label);
}

/** Assigns names within one scope. */
class Names {
  /** A label that is its own JavaScript name keeps it. */
  readonly #labels: ReadonlySet<string>;
  readonly #taken: Set<string> = new Set();

  constructor(labels: Iterable<string>) {
    this.#labels = new Set(labels);
  }

  add(label: string, wanted: string): string {
    const free = wanted === label || !(this.#labels.has(wanted) || this.#taken.has(wanted));
    const name = free ? wanted : label;
    this.#taken.add(name);
    return name;
  }
}

/**
 * A world's own function has its exact name and its JavaScript name, in this order; they may be the
 * same.
 */
export function worldNames(names: JsNames, label: string): readonly [string, string] {
  const name = names.function(label);
  return label === "then" ? [name, name] : [label, name];
}

/**
 * The key of an application's implementation: its own spelling where there is something (`has`),
 * otherwise its JavaScript name.
 */
export function keyGiven(label: string, name: string, has: (key: string) => boolean): string {
  return label.includes("-") && has(label) ? label : name;
}

/**
 * Property names of a record or flags type. Refuses names that are not labels, whatever the decoder
 * has accepted, because these names go into generated text.
 */
export function keysOf(labels: readonly string[]): readonly string[] {
  for (const label of labels) {
    if (!/^[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/.test(label)) {
      throw new TypeError(`not a label: ${JSON.stringify(label)}`);
    }
  }
  return fieldNames(labels);
}
