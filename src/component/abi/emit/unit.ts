// The text of one function while it is generated. It consists only of what follows from types:
// indices, constants, and the property names of records and flags (quoted; layout.ts has checked
// that they are labels). Any other name from the binary is referred to through a table.
import type { StringEncoding } from "../../validate/resolved.ts";
import type { Layout } from "../layout.ts";
import type { Implementer } from "../signature.ts";
import type * as runtime from "../adapter-runtime.ts";

/**
 * Types with more values than this get a function of their own, so that a type that occurs often is
 * written once.
 */
const INLINE_NODES = 24;

export type RuntimeName = keyof typeof runtime;

export class Unit {
  readonly #helpers: Map<string, string> = new Map();
  readonly #code: string[] = [];
  readonly #used: Set<string> = new Set();
  readonly #tables: (readonly string[])[] = [];
  readonly #tableOf: Map<readonly { readonly name: string }[], number> = new Map();
  #temporaries = 0;

  /** The names that `T` passes to the text. */
  get tables(): readonly (readonly string[])[] {
    return this.#tables;
  }

  /** Refers to a function of runtime.ts. */
  use(name: RuntimeName): string {
    this.#used.add(name);
    return name;
  }

  temporary(): string {
    return `x${this.#temporaries++}`;
  }

  /** The variable that holds the names of these cases. */
  names(cases: readonly { readonly name: string }[]): string {
    let table = this.#tableOf.get(cases);
    if (table === undefined) {
      table = this.#tables.push(cases.map(({ name }) => name)) - 1;
      this.#tableOf.set(cases, table);
      const each = cases.map((_, index) => `t${table}_${index}`).join(",");
      this.#code.push(`const t${table}=T[${table}],[${each}]=t${table};`);
    }
    return `t${table}`;
  }

  /** Writes a function once for each `key`, and returns its name. */
  helper(key: string, params: string, body: () => string): string {
    let name = this.#helpers.get(key);
    if (name === undefined) {
      name = `h${this.#helpers.size}`;
      this.#helpers.set(key, name);
      const text = body();
      this.#code.push(`function ${name}(${params}){${text}}`);
    }
    return name;
  }

  /** `main` is the body of a function of the call site `b` that returns the function itself. */
  text(main: string): string {
    const used = [...this.#used].toSorted();
    const runtime = used.length === 0 ? "" : `const {${used.join(",")}}=$;`;
    return `"use strict";${runtime}${this.#code.join("\n")}\nreturn function(b){${main}}`;
  }
}

/** One end of a call: an instance with its memory and its string encoding. */
export interface Side {
  readonly unit: Unit;
  readonly encoding: StringEncoding;
  /** Whether the values are the host's. Otherwise they go directly into another instance. */
  readonly host: boolean;
  /** The variable that holds the context. */
  readonly m: string;
  /** A letter that distinguishes the two sides of a call in names of helpers. */
  readonly tag: string;
  /** Who implements a resource type: the host, the instance of this side, or another one. */
  readonly implementer: Implementer;
  /** Whether the call both borrows and takes resources. */
  readonly lends: boolean;
  /** Variables that already hold the representation of a resource. */
  readonly reps?: ReadonlySet<string>;
}

/** The side inside of a helper, where the context is the parameter `m`. */
export function inner(side: Side): Side {
  return side.m === "m" ? side : { ...side, m: "m" };
}

export function isLarge(layout: Layout): boolean {
  return layout.nodes > INLINE_NODES;
}
