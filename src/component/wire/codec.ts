// Codecs: each writes and reads values of one type as bytes between threads.
import type { Misfit } from "../abi/values/misfit.ts";
import type { ResourceType } from "../types.ts";
import type { WireReader, WireWriter } from "./bytes.ts";

/** Maps resources to numbers. Each side numbers those that it holds for the other. */
export interface WireHandles {
  /**
   * The number of a resource that is passed on (`own`) or lent. Undefined where it is not a
   * resource of this type.
   */
  give(type: ResourceType, own: boolean, resource: unknown): number | undefined;
  /** The object that stands for the resource on this side. */
  take(type: ResourceType, own: boolean, number: number): unknown;
}

export interface Codec {
  /**
   * Throws a WireMisfit where the value is not of the type. The caller must then drop what was
   * written.
   */
  write(writer: WireWriter, value: unknown, handles: WireHandles): void;
  read(reader: WireReader, handles: WireHandles): unknown;
}

/** Not an Error, because it is always caught by the code that knows which argument it was. */
export class WireMisfit {
  path = "";
  readonly expected: string;
  readonly value: unknown;

  constructor(expected: string, value: unknown) {
    this.expected = expected;
    this.value = value;
  }

  get misfit(): Misfit {
    const { path, expected, value } = this;
    return { path, expected, value };
  }
}

/** `path`: where the wrong part is in the value; empty for the whole. */
export function refuse(expected: string, value: unknown, path: string = ""): never {
  const misfit = new WireMisfit(expected, value);
  misfit.path = path;
  // oxlint-disable-next-line no-throw-literal -- caught a few frames up, made often by nobody
  throw misfit;
}

/**
 * Returns what was thrown while a part was written; adds to a misfit the step that leads to the
 * part.
 */
export function under(step: string, thrown: unknown): unknown {
  if (thrown instanceof WireMisfit) thrown.path = step + thrown.path;
  return thrown;
}
