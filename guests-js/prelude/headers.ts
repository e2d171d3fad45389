// Headers of the fetch standard.
import { asInterface } from "./events.ts";
import { iterators } from "./iterators.ts";

const iterator = iterators("Headers");

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function nameOf(given: unknown): string {
  const name = `${given as string}`;
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a header.`);
  return name.toLowerCase();
}

function valueOf(given: unknown): string {
  const value = `${given as string}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit > 0xff || unit === 0 || unit === 10 || unit === 13) {
      throw new TypeError("The value of a header has a character that none may have.");
    }
  }
  return value;
}

export type HeadersInit = Headers | Iterable<Iterable<unknown>> | Record<string, unknown>;

let lock: (headers: Headers) => void;

/** From now on these headers can't be changed. */
export function makeImmutable(headers: Headers): void {
  lock(headers);
}

export class Headers {
  static {
    lock = (headers) => {
      headers.#isImmutable = true;
    };
  }

  readonly #pairs: [string, string][] = [];
  #isImmutable = false;

  constructor(init?: HeadersInit) {
    if (init === undefined) return;
    if (typeof init !== "object" || init === null) throw new TypeError("Headers are an object.");
    const isList = typeof (init as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
    if (!isList) {
      for (const key of Reflect.ownKeys(init)) {
        if (!Object.getOwnPropertyDescriptor(init, key)?.enumerable) continue;
        this.append(key as string, (init as Record<string, string>)[key as string]!);
      }
      return;
    }
    for (const pair of init as Iterable<Iterable<unknown>>) {
      const parts = [...pair];
      if (parts.length !== 2) throw new TypeError("A header is a name and a value.");
      this.append(parts[0] as string, parts[1] as string);
    }
  }

  #change(): void {
    if (this.#isImmutable) throw new TypeError("These headers can't be changed.");
  }
  append(name: string, value: string): void {
    const pair: [string, string] = [nameOf(name), valueOf(value)];
    this.#change();
    this.#pairs.push(pair);
  }
  delete(name: string): void {
    const key = nameOf(name);
    this.#change();
    for (let at = this.#pairs.length - 1; at >= 0; at -= 1) {
      if (this.#pairs[at]![0] === key) this.#pairs.splice(at, 1);
    }
  }
  get(name: string): string | null {
    const values = this.#values(nameOf(name));
    return values.length === 0 ? null : values.join(", ");
  }
  #values(key: string): string[] {
    return this.#pairs.filter(([name]) => name === key).map(([, value]) => value);
  }
  getSetCookie(): string[] {
    return this.#values("set-cookie");
  }
  has(name: string): boolean {
    return this.#values(nameOf(name)).length > 0;
  }
  set(name: string, value: string): void {
    const [key, text] = [nameOf(name), valueOf(value)];
    this.#change();
    const first = this.#pairs.find(([other]) => other === key);
    if (first === undefined) {
      this.#pairs.push([key, text]);
      return;
    }
    const kept = this.#pairs.filter((pair) => pair === first || pair[0] !== key);
    first[1] = text;
    this.#pairs.splice(0, this.#pairs.length, ...kept);
  }
  forEach(callback: (value: string, name: string, of: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) Reflect.apply(callback, self, [value, name, this]);
  }
  // Sorted by name, with the values of a name together; cookies stay apart.
  #combined(): [string, string][] {
    const names = [...new Set(this.#pairs.map(([name]) => name))].sort();
    return names.flatMap((name): [string, string][] =>
      name === "set-cookie"
        ? this.#values(name).map((value): [string, string] => [name, value])
        : [[name, this.#values(name).join(", ")]],
    );
  }
  // What is there at each step: a program may change the headers between two.
  *#walk<T>(take: (name: string, value: string) => T): Generator<T, undefined> {
    for (let at = 0; ; at += 1) {
      const pair = this.#combined()[at];
      if (pair === undefined) return;
      yield take(pair[0], pair[1]);
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

asInterface(Headers);
