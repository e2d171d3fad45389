import { visibleText } from "../../visible-text.ts";
import { BytesReader, Unreadable } from "./bytes-reader.ts";
import { ResourceValue } from "./resource-value.ts";
import * as tag from "./tags.ts";
import { ValueError } from "./value-error.ts";

/** How values of a program are read. */
export interface DecodeOptions {
  /**
   * The most values, those that lie in others counted too: one of a byte may become an object of
   * a hundred. Default: 1,048,576.
   */
  readonly maxValues?: number | undefined;
  /** Whether there may be resources in it, which become ResourceValues. Default: false. */
  readonly resources?: boolean | undefined;
}

/** The most values that one value may consist of, where nothing else is said. */
const DEFAULT_VALUES: number = 1_048_576;

const ERRORS: ReadonlyMap<string, new (message: string) => Error> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    (one) => [one.name, one] as const,
  ),
);

/**
 * Reads one value out of bytes that a program's runtime wrote, and which may be anything. Objects
 * have `Object.prototype` and properties of their own alone, whatever they are called; errors are
 * of the host's classes, with the name, message and stack of the program's. Throws ValueError.
 * `as`: what messages call the value.
 */
export function decodeValue(bytes: Uint8Array, as: string, options?: DecodeOptions): unknown {
  return readAll(bytes, as, (reader) => reader.value(), options);
}

/** What a program's call came to. */
export interface Settled {
  /** The number that the run has; 0: a rejection that the program did not handle. */
  readonly run: number;
  readonly ok: boolean;
  readonly value: unknown;
}

/** Reads what `load`, `evaluate`, `enter` and `resume` answer. Throws ValueError. */
export function decodeSettled(bytes: Uint8Array, options?: DecodeOptions): readonly Settled[] {
  return readAll(
    bytes,
    "what the runtime answered",
    (reader) => {
      const value = reader.value();
      if (!Array.isArray(value)) throw new Unreadable("it is no array");
      return value.map(settledOf);
    },
    options,
  );
}

function settledOf(entry: unknown): Settled {
  const [run, ok, value] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
  if (typeof run !== "number" || typeof ok !== "boolean") {
    throw new Unreadable("an entry is no outcome");
  }
  return { run, ok, value };
}

function readAll<Read>(
  bytes: Uint8Array,
  as: string,
  read: (reader: ValueReader) => Read,
  options?: DecodeOptions,
): Read {
  const reader = new ValueReader(bytes, options);
  try {
    const value = read(reader);
    reader.end();
    return value;
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    throw new ValueError(as, `cannot be read (byte ${reader.at}): ${thrown.message}`);
  }
}

class ValueReader {
  readonly #in: BytesReader;
  readonly #resources: boolean;
  readonly #maxValues: number;
  #values = 0;
  #depth = 0;

  constructor(
    bytes: Uint8Array,
    { maxValues = DEFAULT_VALUES, resources = false }: DecodeOptions = {},
  ) {
    this.#in = new BytesReader(bytes);
    this.#maxValues = maxValues;
    this.#resources = resources;
  }

  get at(): number {
    return this.#in.at;
  }

  end(): void {
    if (this.#in.left > 0) throw new Unreadable("bytes are left over");
  }

  value(): unknown {
    if (++this.#values > this.#maxValues) {
      throw new Unreadable(`it consists of more than ${this.#maxValues} values`);
    }
    const kind = this.#in.byte();
    switch (kind) {
      case tag.UNDEFINED:
        return undefined;
      case tag.NULL:
        return null;
      case tag.FALSE:
        return false;
      case tag.TRUE:
        return true;
      case tag.INT32: {
        const written = this.#in.varint();
        return (written >>> 1) ^ -(written & 1);
      }
      case tag.FLOAT64:
        return this.#in.float64();
      case tag.BIG_INT64:
        return this.#in.bigInt64();
      case tag.TEXT:
        return this.#in.text();
      case tag.BYTES:
        return this.#in.bytes();
      case tag.DATE:
        return new Date(this.#in.float64());
      default:
        return this.#further(kind);
    }
  }

  #further(kind: number): unknown {
    switch (kind) {
      case tag.UNITS:
        return this.#in.units();
      case tag.BIG_DIGITS:
        return this.#digits();
      case tag.VIEW:
        return this.#view();
      case tag.REGEXP:
        return this.#expression();
      case tag.RESOURCE:
        return this.#handle();
      default:
        return this.#nested(kind);
    }
  }

  #nested(kind: number): unknown {
    if (++this.#depth > tag.MAX_DEPTH) {
      throw new Unreadable(`it lies deeper than ${tag.MAX_DEPTH} levels`);
    }
    const value = this.#container(kind);
    this.#depth--;
    return value;
  }

  #container(kind: number): unknown {
    switch (kind) {
      case tag.ARRAY: {
        const array: unknown[] = [];
        for (let left = this.#in.count(1); left > 0; left--) array.push(this.value());
        return array;
      }
      case tag.OBJECT:
        return this.#object({});
      case tag.MAP: {
        const map = new Map<unknown, unknown>();
        for (let left = this.#in.count(2); left > 0; left--) map.set(this.value(), this.value());
        return map;
      }
      case tag.SET: {
        const set = new Set<unknown>();
        for (let left = this.#in.count(1); left > 0; left--) set.add(this.value());
        return set;
      }
      case tag.ERROR:
        return this.#error();
      default:
        throw new Unreadable(`no value starts with ${kind}`);
    }
  }

  #object<Target extends object>(target: Target): Target {
    for (let left = this.#in.count(3); left > 0; left--) {
      const name = this.#name();
      const value = this.value();
      // No setter and nothing read-only above may be met: `__proto__` is a name like any other.
      if (name in target) Object.defineProperty(target, name, property(value));
      else (target as Record<string, unknown>)[name] = value;
    }
    return target;
  }

  #name(): string {
    const kind = this.#in.byte();
    if (kind === tag.TEXT) return this.#in.name();
    if (kind === tag.UNITS) return this.#in.units();
    throw new Unreadable("the name of a property is no text");
  }

  #text(): string {
    const kind = this.#in.byte();
    if (kind === tag.TEXT) return this.#in.text();
    if (kind === tag.UNITS) return this.#in.units();
    throw new Unreadable("a text is missing");
  }

  #digits(): bigint {
    const digits = this.#in.text();
    if (digits.length > tag.MAX_DIGITS || !/^-?[0-9]+$/u.test(digits)) {
      throw new Unreadable("a bigint has no digits, or too many");
    }
    return BigInt(digits);
  }

  #view(): unknown {
    const kind = this.#in.byte();
    const View = tag.VIEWS[kind];
    const { buffer } = this.#in.bytes();
    if (View === undefined) throw new Unreadable("a typed array has no kind");
    if (kind === tag.BUFFER_KIND) return buffer;
    if (buffer.byteLength % (View.BYTES_PER_ELEMENT ?? 1) !== 0) {
      throw new Unreadable("a typed array is cut");
    }
    return new View(buffer);
  }

  #expression(): RegExp {
    const source = this.#text();
    const flags = this.#text();
    if (source.length > tag.MAX_PATTERN) throw new Unreadable("a regular expression is too long");
    try {
      return new RegExp(source, flags);
    } catch {
      throw new Unreadable("a regular expression is none here");
    }
  }

  #handle(): ResourceValue {
    if (!this.#resources) throw new Unreadable("it holds a resource");
    return new ResourceValue(this.#in.varint(), this.#in.varint());
  }

  #error(): Error {
    const name = this.#text();
    const message = this.#text();
    const stack = this.#text();
    const Class = ERRORS.get(name) ?? Error;
    const error = new Class(message);
    const own = { value: stack === "" ? shownError(name, message) : stack };
    Object.defineProperty(error, "stack", { ...own, writable: true, configurable: true });
    if (error.name !== name) Object.defineProperty(error, "name", property(name, false));
    if (this.#in.byte() !== tag.OBJECT) throw new Unreadable("the properties of an error are none");
    const properties = this.#object({});
    for (const [key, value] of Object.entries(properties)) {
      if (key === "name" || key === "message" || key === "stack") continue;
      Object.defineProperty(error, key, property(value, key !== "cause"));
    }
    return error;
  }
}

function property(value: unknown, enumerable = true): PropertyDescriptor {
  return { value, enumerable, writable: true, configurable: true };
}

function shownError(name: string, message: string): string {
  return visibleText(`${name}: ${message}`, { limit: 1_000 });
}
