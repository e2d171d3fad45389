import type { StorageSize } from "../decode/starting-size.ts";
import type { GuestLimits } from "./limits.ts";
import { overLimit } from "./trap.ts";

/** Bytes that an element of a table takes in V8: those of a function. */
export const TABLE_ELEMENT_BYTES = 24;

/**
 * Asks whether there is room for `bytes` more, beside what others hold. `wait`: ask again after the
 * guest has been suspended, which is possible where `pausable`. `no`: there is no room for so many
 * table elements, which are among the bytes. Throws `component-limit`.
 */
export type AskRoom = (
  bytes: number,
  pausable: boolean,
  tableElements: number,
) => "go-on" | "wait" | "no";

/**
 * What the memories and tables of all instances of a store hold, exported or not, and what is kept
 * to restore them.
 */
export class Holdings {
  readonly #limits: GuestLimits;
  /** Undefined: what others hold does not count. */
  room: AskRoom | undefined = undefined;
  #memories = 0;
  #memoryBytes = 0;
  #tableElements = 0;
  #kept = 0;

  constructor(limits: GuestLimits) {
    this.#limits = limits;
  }

  /** In bytes. */
  get bytes(): number {
    return this.#memoryBytes + this.#tableElements * TABLE_ELEMENT_BYTES + this.#kept;
  }

  /** How many memories there are. */
  get memories(): number {
    return this.#memories;
  }

  /**
   * Counts that memories and tables hold more, or are about to. Returns false where the caller must
   * ask again. Throws `component-limit` where all together would hold more than they may.
   */
  take({ memories, memoryBytes, tableElements }: StorageSize, pausable: boolean): boolean {
    const limits = this.#limits;
    if (memoryBytes > 0 && this.#memoryBytes + memoryBytes > limits.memoryBytes) {
      overLimit(
        "memoryBytes",
        `its memories hold ${this.#memoryBytes + memoryBytes} bytes together and may hold ${limits.memoryBytes}`,
      );
    }
    if (tableElements > 0 && this.#tableElements + tableElements > limits.tableElements) {
      overLimit(
        "tableElements",
        `its tables have ${this.#tableElements + tableElements} elements together and may have ${limits.tableElements}`,
      );
    }
    const bytes = memoryBytes + tableElements * TABLE_ELEMENT_BYTES;
    const asked = bytes === 0 ? "go-on" : this.room?.(bytes, pausable, tableElements);
    if (asked === "wait") return false;
    if (asked === "no") {
      overLimit("tableElements", `there is no room for ${tableElements} elements of tables`);
    }
    this.#memories += memories;
    this.#memoryBytes += memoryBytes;
    this.#tableElements += tableElements;
    return true;
  }

  /**
   * Counts that a table is about to grow. `no`: all tables together would have too many elements,
   * or there is no room for them.
   */
  growTable(elements: number, pausable: boolean): "go-on" | "wait" | "no" {
    if (this.#tableElements + elements > this.#limits.tableElements) return "no";
    const asked = this.room?.(elements * TABLE_ELEMENT_BYTES, pausable, elements) ?? "go-on";
    if (asked === "go-on") this.#tableElements += elements;
    return asked;
  }

  /** Counts bytes that are kept in addition. Returns false where there is no room. */
  keep(bytes: number): boolean {
    try {
      this.room?.(bytes, false, 0);
    } catch {
      return false;
    }
    this.#kept += bytes;
    return true;
  }
}
