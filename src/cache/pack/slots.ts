import type { EntryMetadata } from "../levels/level.ts";
import { type Head, recordSize } from "./record.ts";
import type { Segment } from "./segment.ts";

/** The newest record under a key. */
export interface Slot {
  readonly key: string;
  segment: Segment;
  /** Where the record starts. */
  at: number;
  head: Pick<Head, "metaLength" | "payloadLength" | "payloadChecksum" | "stamp" | "origin">;
  /** Undefined: the key was deleted, or the record is damaged. */
  metadata: EntryMetadata | undefined;
  /** Read since the segment was last looked at for room. */
  visited: boolean;
  /**
   * Other segments with older records under the key. As long as there are any, this one can't
   * just be forgotten: they would come back.
   */
  masks: readonly Segment[];
}

export type Placed = "new" | "newer" | "older" | "moved";

/**
 * Which record is the newest under each key, of all segments, whatever the order they are told in.
 *
 * Invariant: a segment's `live` is the sum of the sizes of the slots with an `about` in it.
 */
export class Slots {
  readonly #slots = new Map<string, Slot>();
  #entries = 0;
  #bytes = 0;

  /** Those that are neither deleted nor damaged. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes of their records. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Slot | undefined {
    return this.#slots.get(key);
  }

  values(): Iterable<Slot> {
    return this.#slots.values();
  }

  place(slot: Slot): Placed {
    const held = this.#slots.get(slot.key);
    if (held === undefined) {
      this.#slots.set(slot.key, slot);
      this.#count(slot);
      return "new";
    }
    const order = slot.head.stamp - held.head.stamp || slot.head.origin - held.head.origin;
    if (order < 0 || (order === 0 && held.metadata === undefined)) {
      held.masks = merged(held.masks, [slot.segment], held.segment);
      return "older";
    }
    this.#take(held);
    this.#mask(held, slot.segment, slot.masks);
    if (order !== 0) held.visited = slot.visited;
    held.segment = slot.segment;
    held.at = slot.at;
    held.head = slot.head;
    held.metadata = slot.metadata;
    this.#count(held);
    return order === 0 && slot.metadata !== undefined ? "moved" : "newer";
  }

  /** The newest record under the key is a deletion, written now. */
  bury(slot: Slot, segment: Segment, at: number, head: Slot["head"]): void {
    this.#take(slot);
    this.#mask(slot, segment, NONE);
    slot.segment = segment;
    slot.at = at;
    slot.head = head;
    slot.metadata = undefined;
  }

  /**
   * Nothing may be served from the slot any more; what is older under its key still counts as
   * older.
   */
  void(slot: Slot): void {
    this.#take(slot);
    slot.metadata = undefined;
  }

  /** Forgets the slot. */
  remove(slot: Slot): void {
    this.#take(slot);
    this.#slots.delete(slot.key);
  }

  /** Nothing lies in `segment` any more but slots; returns those. */
  unmask(segment: Segment): Slot[] {
    const inside: Slot[] = [];
    for (const slot of this.#slots.values()) {
      if (slot.segment === segment) inside.push(slot);
      else if (slot.masks.includes(segment)) {
        slot.masks = slot.masks.filter((other) => other !== segment);
      }
    }
    return inside;
  }

  clear(): void {
    this.#slots.clear();
    this.#entries = 0;
    this.#bytes = 0;
  }

  /** Before a slot goes to `segment`: what it leaves behind is older. */
  #mask(slot: Slot, segment: Segment, more: readonly Segment[]): void {
    if (more.length === 0) {
      if (slot.segment === segment) return;
      if (slot.masks.length === 0) {
        if (!slot.segment.isGone) slot.masks = slot.segment.alone;
        return;
      }
    }
    slot.masks = merged(slot.masks, [...more, slot.segment], segment);
  }

  #count(slot: Slot): void {
    if (slot.metadata === undefined) return;
    const size = recordSize(slot.head);
    slot.segment.live += size;
    this.#bytes += size;
    this.#entries += 1;
  }

  #take(slot: Slot): void {
    if (slot.metadata === undefined) return;
    const size = recordSize(slot.head);
    slot.segment.live -= size;
    this.#bytes -= size;
    this.#entries -= 1;
  }
}

const NONE: readonly Segment[] = [];

function merged(
  some: readonly Segment[],
  more: readonly Segment[],
  except: Segment,
): readonly Segment[] {
  if (some.length === 0 && more.every((segment) => segment === except)) return NONE;
  return [...new Set([...some, ...more])].filter((one) => one !== except && !one.isGone);
}
