import { typedArrayName } from "../../realms.ts";
import { brandOf } from "./brands.ts";
import { BytesWriter, TooLarge } from "./bytes-writer.ts";
import { ResourceValue } from "./resource-value.ts";
import * as tag from "./tags.ts";
import { pathText, type Step, ValueError } from "./value-error.ts";

/** How values are written for a program. */
export interface EncodeOptions {
  /** The most bytes of one value. Default: 8 MiB. */
  readonly maxBytes?: number | undefined;
}

/** The most bytes of one value, where nothing else is said. */
export const DEFAULT_VALUE_BYTES: number = 8 * 1024 * 1024;

const VIEW_KINDS: ReadonlyMap<string, number> = new Map(
  tag.VIEWS.map((view, kind) => [view.name, kind]),
);
const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;
const MOST_ERROR_TEXT = 65_536;

/**
 * Writes values of the host for a program, as `structuredClone` would see them: own enumerable
 * properties, and no prototype. Throws ValueError, with the path, for functions, symbols, promises,
 * cycles and what is too large. What a getter or proxy throws comes out as it is.
 */
export class ValueWriter {
  readonly #out: BytesWriter;
  readonly #maxBytes: number;
  readonly #steps: Step[] = [];
  readonly #above: object[] = [];

  constructor({ maxBytes = DEFAULT_VALUE_BYTES }: EncodeOptions = {}) {
    this.#maxBytes = maxBytes;
    this.#out = new BytesWriter(maxBytes);
  }

  /** `as`: what messages call the value, and where its path starts. */
  encode(value: unknown, as: string): Uint8Array<ArrayBuffer> {
    return this.#written(as, () => this.#value(value, 0));
  }

  /** What a function returned. */
  returned(value: unknown, as: string): Uint8Array<ArrayBuffer> {
    return this.#written(as, () => {
      this.#out.byte(tag.RETURNED);
      this.#value(value, 0);
    });
  }

  /** What a function threw. */
  thrown(value: unknown, as: string): Uint8Array<ArrayBuffer> {
    return this.#written(as, () => {
      this.#out.byte(tag.THROWN);
      this.#value(value, 0);
    });
  }

  #written(as: string, write: () => void): Uint8Array<ArrayBuffer> {
    const out = this.#out;
    try {
      write();
      if (out.length > this.#maxBytes) throw new TooLarge();
      return out.take();
    } catch (thrown) {
      out.clear();
      if (thrown instanceof TooLarge) throw this.#tooLarge(as);
      if (thrown instanceof Misfit) throw new ValueError(pathText(as, this.#steps), thrown.what);
      throw thrown;
    } finally {
      this.#steps.length = 0;
      this.#above.length = 0;
    }
  }

  #tooLarge(as: string): ValueError {
    return new ValueError(as, `takes more than ${this.#maxBytes} bytes`);
  }

  #value(value: unknown, depth: number): void {
    const out = this.#out;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return out.number(value);
      case "boolean":
        return out.byte(value ? tag.TRUE : tag.FALSE);
      case "undefined":
        return out.byte(tag.UNDEFINED);
      case "bigint":
        return this.#bigint(value);
      case "object":
        return value === null ? out.byte(tag.NULL) : this.#object(value, depth);
      default:
        throw new Misfit(`is a ${typeof value}`);
    }
  }

  #text(text: string): void {
    if (text.isWellFormed()) {
      this.#out.byte(tag.TEXT);
      this.#out.text(text);
    } else {
      this.#out.byte(tag.UNITS);
      this.#out.units(text);
    }
  }

  #bigint(value: bigint): void {
    const out = this.#out;
    if (value >= LEAST_INT64 && value <= MOST_INT64) {
      out.byte(tag.BIG_INT64);
      return out.bigInt64(value);
    }
    const digits = value.toString();
    if (digits.length > tag.MAX_DIGITS) throw new Misfit(`has more than ${tag.MAX_DIGITS} digits`);
    out.byte(tag.BIG_DIGITS);
    out.text(digits);
  }

  #object(value: object, depth: number): void {
    if (this.#above.includes(value)) throw new Misfit("is a cycle: it contains itself");
    if (depth >= tag.MAX_DEPTH) throw new Misfit(`lies deeper than ${tag.MAX_DEPTH} levels`);
    this.#above[depth] = value;
    if (Array.isArray(value)) this.#array(value, depth);
    else if (ArrayBuffer.isView(value)) this.#bytes(value);
    else if (Object.getPrototypeOf(value) === Object.prototype) this.#properties(value, depth);
    else this.#branded(value, depth);
    this.#above.length = depth;
  }

  #array(value: readonly unknown[], depth: number): void {
    const { length } = value;
    if (length > this.#maxBytes) throw new TooLarge();
    this.#out.byte(tag.ARRAY);
    this.#out.varint(length);
    for (let i = 0; i < length; i++) {
      this.#steps[depth] = i;
      this.#value(value[i], depth + 1);
    }
    this.#steps.length = depth;
  }

  #properties(value: object, depth: number): void {
    const names = Object.keys(value);
    this.#out.byte(tag.OBJECT);
    this.#out.varint(names.length);
    for (const name of names) this.#property(value, name, depth);
    this.#steps.length = depth;
  }

  #property(value: object, name: string, depth: number): void {
    this.#steps[depth] = name;
    this.#text(name);
    this.#value((value as Readonly<Record<string, unknown>>)[name], depth + 1);
  }

  #bytes(value: ArrayBufferView): void {
    const name = typedArrayName(value) ?? "DataView";
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    if (name === "Uint8Array") this.#out.byte(tag.BYTES);
    else this.#view(VIEW_KINDS.get(name), name);
    this.#out.varint(bytes.length);
    this.#out.bytes(bytes);
  }

  #view(kind: number | undefined, name: string): void {
    if (kind === undefined) throw new Misfit(`is a ${name}, which does not cross`);
    this.#out.byte(tag.VIEW);
    this.#out.byte(kind);
  }

  #branded(value: object, depth: number): void {
    const out = this.#out;
    if (value instanceof ResourceValue) {
      out.byte(tag.RESOURCE);
      out.varint(value.class);
      return out.varint(value.handle);
    }
    switch (brandOf(value)) {
      case "date":
        out.byte(tag.DATE);
        return out.float64(Date.prototype.getTime.call(value));
      case "map":
        return this.#map(value as ReadonlyMap<unknown, unknown>, depth);
      case "set":
        return this.#set(value as ReadonlySet<unknown>, depth);
      case "buffer": {
        const bytes = new Uint8Array(value as ArrayBuffer);
        this.#view(tag.BUFFER_KIND, "ArrayBuffer");
        out.varint(bytes.length);
        return out.bytes(bytes);
      }
      case "regexp":
        return this.#expression(value as RegExp);
      case "error":
        return this.#error(value as Error, depth);
      case "boxed":
        return this.#value(value.valueOf(), depth + 1);
      case "promise":
        throw new Misfit("is a promise");
      case undefined:
        return this.#properties(value, depth);
    }
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    const pairs = [...Map.prototype.entries.call(value)];
    this.#out.byte(tag.MAP);
    this.#out.varint(pairs.length);
    for (const [i, [key, of]] of pairs.entries()) {
      this.#steps[depth] = { words: ` (key ${i})` };
      this.#value(key, depth + 1);
      this.#steps[depth] =
        typeof key === "string" ? key.slice(0, 64) : { words: ` (value of key ${i})` };
      this.#value(of, depth + 1);
    }
    this.#steps.length = depth;
  }

  #set(value: ReadonlySet<unknown>, depth: number): void {
    const members = [...Set.prototype.values.call(value)];
    this.#out.byte(tag.SET);
    this.#out.varint(members.length);
    for (const [i, member] of members.entries()) {
      this.#steps[depth] = { words: ` (member ${i})` };
      this.#value(member, depth + 1);
    }
    this.#steps.length = depth;
  }

  #expression({ source, flags }: RegExp): void {
    if (source.length > tag.MAX_PATTERN) throw new Misfit("is too long a regular expression");
    this.#out.byte(tag.REGEXP);
    this.#text(source);
    this.#text(flags);
  }

  /** Nothing of the host's stack goes to a program. */
  #error(value: Error, depth: number): void {
    this.#out.byte(tag.ERROR);
    for (const text of [value.name, value.message]) {
      this.#text(String(text).slice(0, MOST_ERROR_TEXT).toWellFormed());
    }
    this.#text("");
    const names = Object.keys(value).filter((name) => !HIDDEN.has(name));
    for (const name of ["payload", "cause"]) {
      if (Object.hasOwn(value, name) && !names.includes(name)) names.push(name);
    }
    this.#out.byte(tag.OBJECT);
    this.#out.varint(names.length);
    for (const name of names) this.#property(value, name, depth);
    this.#steps.length = depth;
  }
}

const HIDDEN: ReadonlySet<string> = new Set(["name", "message", "stack"]);

/** Unwinds to `#written`, which knows the path. */
class Misfit extends Error {
  readonly what: string;

  constructor(what: string) {
    super(what);
    this.what = what;
  }
}

/** Writes one value: see ValueWriter. `as`: what messages call it. */
export function encodeValue(
  value: unknown,
  as: string,
  options?: EncodeOptions,
): Uint8Array<ArrayBuffer> {
  return new ValueWriter(options).encode(value, as);
}
