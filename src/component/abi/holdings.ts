import type { StorageSize } from "../decode/starting-size.ts";
import type { GuestLimits } from "./limits.ts";
import { overLimit } from "./trap.ts";

/** Bytes that an element of a table takes: a function's, in V8. */
export const TABLE_ELEMENT_BYTES = 24;

/**
 * Whether there is room for so many bytes more, with what others hold. `wait`: it is to be asked again
 * after the guest was set aside, which it can be where `pausable`. `no`: not for so many elements of tables,
 * which are among the bytes. Throws `component-limit`.
 */
export type AskRoom = (
  bytes: number,
  pausable: boolean,
  tableElements: number,
) => "go-on" | "wait" | "no";

/**
 * What the memories and tables of all instances of a store hold, exported or not, and what is kept to put
 * them back.
 */
export class Holdings {
  readonly #limits: GuestLimits;
  /** Undefined: nobody else's matters. */
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
   * They hold so much more, or are about to. False: to be asked again. Throws `component-limit` where that
   * is more than they may hold together.
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
   * A table is about to grow, which it may not where all of them would have too many elements, or where
   * there is no room for them.
   */
  growTable(elements: number, pausable: boolean): "go-on" | "wait" | "no" {
    if (this.#tableElements + elements > this.#limits.tableElements) return "no";
    const asked = this.room?.(elements * TABLE_ELEMENT_BYTES, pausable, elements) ?? "go-on";
    if (asked === "go-on") this.#tableElements += elements;
    return asked;
  }

  /** Whether there is room to keep so much besides: it is counted then. */
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
