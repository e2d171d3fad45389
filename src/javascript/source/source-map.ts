// Source maps (ECMA-426, version 3) that a program carries in its files.
import { strictUtf8 } from "../../utf8.ts";
import type { SourceModule } from "./module.ts";
import type { SourcePlace } from "./source-error.ts";

/** The most characters of a map: reading it holds the host's thread. */
const MOST_MAP = 2 * 1024 * 1024;

const INLINE =
  /\/\/[#@] sourceMappingURL=data:application\/json;(?:charset=[\w-]+;)?base64,([A-Za-z0-9+/]+={0,2})\s*$/u;

/**
 * Where the code of a program was written: a map in a file (`//# sourceMappingURL=data:…`) is read when
 * it is first asked for. A map that is none, or too large, is as if it were not there.
 */
export class SourceMaps {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #read: Map<string, SourceMap | undefined> = new Map();

  constructor(modules: readonly Pick<SourceModule, "name" | "source">[]) {
    this.#sources = new Map(modules.map(({ name, source }) => [name, source]));
  }

  /** The place that was written; the same place where no map knows it. */
  original(place: SourcePlace): SourcePlace {
    return this.#mapOf(place.file)?.original(place) ?? place;
  }

  #mapOf(file: string): SourceMap | undefined {
    if (!this.#read.has(file)) this.#read.set(file, readMap(this.#sources.get(file)));
    return this.#read.get(file);
  }
}

function readMap(source: string | undefined): SourceMap | undefined {
  const [, encoded] = INLINE.exec(source?.slice(-2 * MOST_MAP) ?? "") ?? [];
  if (encoded === undefined || encoded.length > MOST_MAP) return undefined;
  try {
    const found = JSON.parse(textOf(encoded)) as Record<string, unknown>;
    const { version, sources, mappings } = found;
    if (version !== 3 || !Array.isArray(sources) || typeof mappings !== "string") return undefined;
    return new SourceMap(sources, segmentsOf(mappings));
  } catch {
    return undefined;
  }
}

function textOf(encoded: string): string {
  return strictUtf8.decode(Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)));
}

/** One after another, in the order of the code: line and column there, file, line and column. */
const PARTS = 5;

class SourceMap {
  readonly #sources: readonly unknown[];
  readonly #segments: Int32Array;

  constructor(sources: readonly unknown[], segments: Int32Array) {
    this.#sources = sources;
    this.#segments = segments;
  }

  original({ line, column }: SourcePlace): SourcePlace | undefined {
    const segments = this.#segments;
    // The last segment that does not begin behind the place.
    let [from, to] = [0, segments.length / PARTS];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const at = middle * PARTS;
      const isBehind =
        segments[at]! > line - 1 || (segments[at] === line - 1 && segments[at + 1]! > column - 1);
      if (isBehind) to = middle;
      else from = middle + 1;
    }
    const at = (from - 1) * PARTS;
    if (at < 0 || segments[at] !== line - 1) return undefined;
    const file = this.#sources[segments[at + 2]!];
    if (typeof file !== "string") return undefined;
    return { file, line: segments[at + 3]! + 1, column: segments[at + 4]! + 1 };
  }
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: ReadonlyMap<string, number> = new Map([...DIGITS].map((one, at) => [one, at]));

/** Throws for what are no mappings. */
function segmentsOf(mappings: string): Int32Array {
  const found: number[] = [];
  const last = [0, 0, 0, 0];
  for (const [line, text] of mappings.split(";").entries()) {
    last[0] = 0;
    for (const segment of text === "" ? [] : text.split(",")) {
      const fields = numbersOf(segment);
      for (let at = 0; at < Math.min(4, fields.length); at += 1) last[at]! += fields[at]!;
      // One field: what is there has no source.
      found.push(line, last[0], fields.length < 4 ? -1 : last[1]!, last[2]!, last[3]!);
    }
  }
  return Int32Array.from(found);
}

/** Numbers in base 64, VLQ. */
function numbersOf(text: string): readonly number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = VALUES.get(character);
    if (digit === undefined || shift > 30) throw new Error("no mapping");
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
