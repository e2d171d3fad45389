// The specification's definitions.py, run by Python, and values as it is told them: see reference.py.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { ValueType } from "../../../src/component/types.ts";
import type { Encoding } from "../abi/fake-guest.ts";

/**
 * Core values as decimal text, floats as the hexadecimal bytes of a double; the memory from address
 * 1024 on; the calls of realloc.
 */
export interface Lowered {
  readonly flat: readonly string[];
  /** Base64. */
  readonly image: string;
  readonly calls: readonly (readonly number[])[];
}

export interface LowerAnswer {
  readonly size: number;
  readonly align: number;
  /**
   * Core types of a function that takes and answers the type: `sync lift`, `async lower` and so on.
   */
  readonly shapes: Readonly<Record<string, readonly [readonly string[], readonly string[]]>>;
  readonly lowered: readonly {
    readonly params: Lowered;
    readonly result: Lowered;
    readonly lifted: Wire;
  }[];
}

export type LiftAnswer =
  | { readonly value: Wire }
  | { readonly trap: true }
  | { readonly skipped: true };

export class Reference {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  /** `folder` holds definitions.py; python3 is on the PATH. */
  constructor(folder: string) {
    const script = new URL("reference.py", import.meta.url).pathname;
    this.#process = spawn("python3", [script, folder]);
    this.#process.stderr.pipe(process.stderr);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  lower(type: ValueType, encoding: Encoding, values: readonly Wire[]): Promise<LowerAnswer> {
    return this.#ask({ op: "lower", type, encoding, values });
  }

  async lift(
    type: ValueType,
    encoding: Encoding,
    damaged: readonly Pick<Lowered, "flat" | "image">[],
  ): Promise<readonly LiftAnswer[]> {
    const answer = await this.#ask<{ readonly lifted: readonly LiftAnswer[] }>({
      op: "lift",
      type,
      encoding,
      damaged,
    });
    return answer.lifted;
  }

  async #ask<Answer>(request: unknown): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true)
      throw new Error("definitions.py has ended: is python3 there, and the folder?");
    const answer = JSON.parse(value) as { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`definitions.py: ${answer.error}`);
    return answer as Answer;
  }

  close(): void {
    this.#reader.close();
    this.#process.stdin.end();
  }
}

/**
 * A value as JSON: integers as decimal text, floats as hexadecimal, records and flags as lists in the
 * order of their labels, cases as `[index, payload]`.
 */
export type Wire = string | number | boolean | null | readonly Wire[];

/** Of a value in the one form that a guest's values have. */
export function wire(type: ValueType, value: unknown): Wire {
  switch (type.kind) {
    case "f32":
    case "f64":
      return hexOf(value as number);
    case "char":
      return (value as string).codePointAt(0)!;
    case "bool":
    case "string":
      return value as string;
    case "list":
      return Array.from(value as ArrayLike<unknown>, (one) => wire(type.item, one));
    case "map":
      return Array.from(value as Map<unknown, unknown>, ([key, one]) => [
        wire(type.key, key),
        wire(type.value, one),
      ]);
    case "record":
      return Object.values(value as object).map((one, at) => wire(type.fields[at]!.type, one));
    case "tuple":
      return (value as unknown[]).map((one, at) => wire(type.items[at]!, one));
    case "flags":
      return Object.values(value as object) as boolean[];
    case "enum":
      return [type.names.indexOf(value as string), null];
    case "variant":
      return wireCase(type.cases, value);
    case "result":
      return wireCase(
        [
          { name: "ok", type: type.ok },
          { name: "err", type: type.err },
        ],
        value,
      );
    case "option":
      if (typeof value === "object" && value !== null && isNullable(type.item)) {
        return wireCase(
          [
            { name: "none", type: undefined },
            { name: "some", type: type.item },
          ],
          value,
        );
      }
      return value === undefined ? [0, null] : [1, wire(type.item, value)];
    default:
      return String(value);
  }
}

/**
 * The same where a map has a key twice: one of JavaScript's keeps the last value in the first place.
 */
export function merged(type: ValueType, told: Wire): Wire {
  const all = told as readonly Wire[];
  switch (type.kind) {
    case "list":
      return all.map((one) => merged(type.item, one));
    case "tuple":
      return all.map((one, at) => merged(type.items[at]!, one));
    case "record":
      return all.map((one, at) => merged(type.fields[at]!.type, one));
    case "map": {
      const pairs = all as readonly (readonly [Wire, Wire])[];
      const kept = new Map<string, Wire>();
      for (const [key, value] of pairs) {
        const same = merged(type.key, key);
        kept.set(JSON.stringify(same), [same, merged(type.value, value)]);
      }
      return [...kept.values()];
    }
    case "variant":
      return mergedCase(
        type.cases.map((one) => one.type),
        told,
      );
    case "option":
      return mergedCase([undefined, type.item], told);
    case "result":
      return mergedCase([type.ok, type.err], told);
    default:
      return told;
  }
}

function mergedCase(cases: readonly (ValueType | undefined)[], told: Wire): Wire {
  const [index, value] = told as readonly [number, Wire];
  const type = cases[index];
  return type === undefined ? told : [index, merged(type, value)];
}

function wireCase(
  cases: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  value: unknown,
): Wire {
  const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
  const index = cases.findIndex(({ name }) => name === tag);
  const { type } = cases[index]!;
  return [index, type === undefined ? null : wire(type, val)];
}

// An option of such a type is written with tags.
function isNullable(type: ValueType): boolean {
  return type.kind === "option" && !isNullable(type.item);
}

const bits = new DataView(new ArrayBuffer(8));

/** A double's bytes; a NaN is the canonical one. */
export function hexOf(value: number): string {
  bits.setFloat64(0, Number.isNaN(value) ? Number.NaN : value, true);
  return Buffer.from(bits.buffer).toString("hex");
}

export function doubleOf(hex: string): number {
  return Buffer.from(hex, "hex").readDoubleLE();
}
