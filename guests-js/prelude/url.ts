// URL and URLSearchParams. What a URL is, the runtime knows (the crate `url`).
import { iterators } from "./iterators.ts";
import { defineGlobal } from "./primordials.ts";
import { asInterface } from "./events.ts";

/** The order in which the runtime gives the parts of a URL. */
const PARTS = [
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
  "origin",
] as const;

type Part = (typeof PARTS)[number];
type Parts = readonly string[];

const at = Object.fromEntries(PARTS.map((name, index) => [name, index])) as Record<Part, number>;

// Text as the web takes it: lone surrogates become U+FFFD.
const text = (value: unknown): string => `${value as string}`.toWellFormed();

let paramsOf: (url: URL | undefined, query: string) => URLSearchParams;
let replaceAll: (params: URLSearchParams, query: string) => void;

class URLSearchParams {
  static {
    paramsOf = (url, query) => {
      const params = new URLSearchParams();
      params.#pairs = native.formParse(query);
      params.#url = url;
      return params;
    };
    replaceAll = (params, query) => {
      params.#pairs = native.formParse(query);
    };
  }

  // Names and values in turn.
  #pairs: string[] = [];
  #url: URL | undefined;

  constructor(init: unknown = "") {
    if ((typeof init === "object" && init !== null) || typeof init === "function") {
      this.#take(init);
    } else {
      const query = text(init);
      this.#pairs = native.formParse(query.startsWith("?") ? query.slice(1) : query);
    }
  }

  #take(init: object): void {
    const iterate = (init as Partial<Iterable<unknown>>)[Symbol.iterator];
    if (iterate === undefined || iterate === null) {
      const pairs = new Map<string, string>();
      for (const key of Reflect.ownKeys(init)) {
        if (!Object.getOwnPropertyDescriptor(init, key)?.enumerable) continue;
        if (typeof key === "symbol") throw new TypeError("A symbol is no name.");
        pairs.set(text(key), text((init as Record<string, unknown>)[key]));
      }
      for (const [name, value] of pairs) this.#pairs.push(name, value);
      return;
    }
    if (typeof iterate !== "function") throw new TypeError("What was given can't be iterated.");
    for (const pair of init as Iterable<Iterable<unknown>>) {
      if (typeof pair !== "object" || pair === null) throw new TypeError("A pair is wanted.");
      const [name, value, ...more] = [...pair];
      if ([...pair].length !== 2 || more.length > 0) throw new TypeError("A pair has two values.");
      this.#pairs.push(text(name), text(value));
    }
  }

  #changed(): void {
    if (this.#url !== undefined) setSearch(this.#url, this.toString());
  }

  get size(): number {
    return this.#pairs.length / 2;
  }
  append(name: string, value: string): void {
    needs(arguments.length, 2);
    this.#pairs.push(text(name), text(value));
    this.#changed();
  }
  delete(name: string, value?: string): void {
    needs(arguments.length, 1);
    const [key, one] = [text(name), value === undefined ? undefined : text(value)];
    this.#keep((other, its) => other !== key || (one !== undefined && its !== one));
    this.#changed();
  }
  #keep(isKept: (name: string, value: string, at: number) => boolean): void {
    const kept: string[] = [];
    for (let index = 0; index < this.#pairs.length; index += 2) {
      const [name, value] = [this.#pairs[index]!, this.#pairs[index + 1]!];
      if (isKept(name, value, index)) kept.push(name, value);
    }
    this.#pairs = kept;
  }
  get(name: string): string | null {
    needs(arguments.length, 1);
    const found = this.#find(text(name));
    return found < 0 ? null : this.#pairs[found + 1]!;
  }
  #find(name: string, value?: string): number {
    for (let index = 0; index < this.#pairs.length; index += 2) {
      if (this.#pairs[index] !== name) continue;
      if (value === undefined || this.#pairs[index + 1] === value) return index;
    }
    return -1;
  }
  getAll(name: string): string[] {
    needs(arguments.length, 1);
    const key = text(name);
    return this.#pairs.filter((_, index) => index % 2 === 1 && this.#pairs[index - 1] === key);
  }
  has(name: string, value?: string): boolean {
    needs(arguments.length, 1);
    return this.#find(text(name), value === undefined ? undefined : text(value)) >= 0;
  }
  set(name: string, value: string): void {
    needs(arguments.length, 2);
    const key = text(name);
    const first = this.#find(key);
    if (first < 0) this.#pairs.push(key, text(value));
    else {
      this.#pairs[first + 1] = text(value);
      this.#keep((other, _, index) => other !== key || index === first);
    }
    this.#changed();
  }
  sort(): void {
    const pairs: [string, string][] = [];
    for (let index = 0; index < this.#pairs.length; index += 2) {
      pairs.push([this.#pairs[index]!, this.#pairs[index + 1]!]);
    }
    pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#pairs = pairs.flat();
    this.#changed();
  }
  forEach(
    callback: (value: string, name: string, of: URLSearchParams) => void,
    self?: unknown,
  ): void {
    if (typeof callback !== "function") throw new TypeError("A function is wanted.");
    for (const [name, value] of this) Reflect.apply(callback, self, [value, name, this]);
  }
  toString(): string {
    return native.formSerialize(this.#pairs);
  }
  *#walk<T>(take: (name: string, value: string) => T): Generator<T, undefined> {
    for (let index = 0; index < this.#pairs.length; index += 2) {
      yield take(this.#pairs[index]!, this.#pairs[index + 1]!);
    }
  }
  entries(): IterableIterator<[string, string]> {
    return iterator(this.#walk((name, value): [string, string] => [name, value]));
  }
  keys(): IterableIterator<string> {
    return iterator(this.#walk((name) => name));
  }
  values(): IterableIterator<string> {
    return iterator(this.#walk((_, value) => value));
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }
}

const iterator = iterators("URLSearchParams");

function needs(given: number, wanted: number): void {
  if (given < wanted) throw new TypeError(`${wanted} arguments are wanted, ${given} were given.`);
}

let setSearch: (url: URL, query: string) => void;

class URL {
  static {
    setSearch = (url, query) => url.#set("search", query, false);
  }

  #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    needs(arguments.length, 1);
    const parts = native.urlParse(text(url), base === undefined ? undefined : text(base));
    if (parts === undefined) throw new TypeError("Invalid URL");
    this.#parts = parts;
  }

  static canParse(url: unknown, base?: unknown): boolean {
    needs(arguments.length, 1);
    return native.urlParse(text(url), base === undefined ? undefined : text(base)) !== undefined;
  }
  static parse(url: unknown, base?: unknown): URL | null {
    needs(arguments.length, 1);
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  #set(part: Part, value: string, isOutside = true): void {
    const parts = native.urlSet(this.#parts[0]!, part, value);
    if (parts === undefined) {
      if (part === "href") throw new TypeError("Invalid URL");
      return;
    }
    this.#parts = parts;
    if (isOutside && this.#params !== undefined && (part === "search" || part === "href")) {
      replaceAll(this.#params, this.search.slice(1));
    }
  }

  get href(): string {
    return this.#parts[at.href]!;
  }
  set href(value: string) {
    this.#set("href", text(value));
  }
  get origin(): string {
    return this.#parts[at.origin]!;
  }
  get protocol(): string {
    return this.#parts[at.protocol]!;
  }
  set protocol(value: string) {
    this.#set("protocol", text(value));
  }
  get username(): string {
    return this.#parts[at.username]!;
  }
  set username(value: string) {
    this.#set("username", text(value));
  }
  get password(): string {
    return this.#parts[at.password]!;
  }
  set password(value: string) {
    this.#set("password", text(value));
  }
  get host(): string {
    return this.#parts[at.host]!;
  }
  set host(value: string) {
    this.#set("host", text(value));
  }
  get hostname(): string {
    return this.#parts[at.hostname]!;
  }
  set hostname(value: string) {
    this.#set("hostname", text(value));
  }
  get port(): string {
    return this.#parts[at.port]!;
  }
  set port(value: string) {
    this.#set("port", text(value));
  }
  get pathname(): string {
    return this.#parts[at.pathname]!;
  }
  set pathname(value: string) {
    this.#set("pathname", text(value));
  }
  get search(): string {
    return this.#parts[at.search]!;
  }
  set search(value: string) {
    this.#set("search", text(value));
  }
  get searchParams(): URLSearchParams {
    this.#params ??= paramsOf(this, this.search.slice(1));
    return this.#params;
  }
  get hash(): string {
    return this.#parts[at.hash]!;
  }
  set hash(value: string) {
    this.#set("hash", text(value));
  }
  toJSON(): string {
    return this.href;
  }
  toString(): string {
    return this.href;
  }
}

export { URL };

export function defineUrl(): void {
  for (const type of [URL, URLSearchParams]) {
    asInterface(type);
    defineGlobal(type.name, type);
  }
}
