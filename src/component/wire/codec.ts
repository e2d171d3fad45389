// What reads and writes values of one type as bytes between threads.
import type { Misfit } from "../abi/misfit.ts";
import type { ResourceType } from "../types.ts";
import type { WireReader, WireWriter } from "./bytes.ts";

/** Resources by number. Each side numbers what it holds for the other. */
export interface WireHandles {
  /** The number of a resource that is handed over (`own`) or lent. Undefined: it is none of these. */
  give(type: ResourceType, own: boolean, resource: unknown): number | undefined;
  /** What stands for it here. */
  take(type: ResourceType, own: boolean, number: number): unknown;
}

export interface Codec {
  /**
   * Throws a WireMisfit where the value is not of the type; what was written by then is to be
   * forgotten.
   */
  write(writer: WireWriter, value: unknown, handles: WireHandles): void;
  read(reader: WireReader, handles: WireHandles): unknown;
}

/** Not an Error: it is caught by whoever knows which argument it was. */
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

/** `path`: of the part that is wrong, where it is not the whole. */
export function refuse(expected: string, value: unknown, path: string = ""): never {
  const misfit = new WireMisfit(expected, value);
  misfit.path = path;
  // oxlint-disable-next-line no-throw-literal -- caught a few frames up, made often by nobody
  throw misfit;
}

/** What was thrown while a part was written; of a misfit, with the step that leads to it. */
export function under(step: string, thrown: unknown): unknown {
  if (thrown instanceof WireMisfit) thrown.path = step + thrown.path;
  return thrown;
}
