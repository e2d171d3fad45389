import type { EntryMetadata, LevelListener } from "../levels/level.ts";
import { Cleaning } from "./cleaning.ts";
import { Directory, STAMPS_PER_MS } from "./directory.ts";
import type { PackOptions } from "./options.ts";
import { HEAD, KIND, readDeleteMeta, readPutMeta } from "./record.ts";
import { type Scanned, Segment, writeSegmentHead } from "./segment.ts";
import { type Slot, Slots } from "./slots.ts";
import { Writer } from "./writer.ts";

/** What `written` must leave free for the seal. */
const SEAL = HEAD;
/** Bytes of a key with the names of its namespaces, at most. */
const LONGEST_KEY = 10_000;

/**
 * An append-only store in segments, with its index in memory. Every process that uses the folder
 * appends to a segment of its own and reads those of all.
 */
export class Pack {
  readonly slots: Slots = new Slots();
  readonly directory: Directory;
  readonly writer: Writer;
  readonly options: PackOptions;
  readonly #cleaning: Cleaning;
  readonly #origin: number;
  /** What other processes did, to be reported when this is done: the listener may call back. */
  readonly #news: ((listener: LevelListener) => void)[] = [];
  #mine: Segment | undefined;
  #stamp = 0;
  #isOpen = false;

  constructor(options: PackOptions) {
    this.options = options;
    this.directory = new Directory(options.files, options.checksum);
    this.writer = new Writer(options.checksum);
    this.#cleaning = new Cleaning(this);
    this.#origin = this.number();
  }

  get mine(): Segment | undefined {
    return this.#mine;
  }

  get now(): number {
    return this.options.clock.now();
  }

  /** 32 random bits. */
  number(): number {
    return Math.floor(this.options.random() * 0x1_0000_0000);
  }

  open(): void {
    if (this.#isOpen) return;
    this.#look(false);
    this.#isOpen = true;
  }

  /** Takes in what others wrote. */
  look(): void {
    this.#look(true);
  }

  /** Tells what others did. */
  deliver(): void {
    const listener = this.options.listener();
    if (this.#news.length === 0) return;
    for (const tell of this.#news.splice(0)) if (listener !== undefined) tell(listener);
  }

  /**
   * The payload of a slot that isn't deleted; undefined where it can't be read or isn't what was
   * written.
   */
  payload(slot: Slot): Uint8Array | undefined {
    const { segment, at, head } = slot;
    try {
      const bytes = segment.file.read(at + HEAD + head.metaLength, head.payloadLength);
      const isWhole =
        bytes.byteLength === head.payloadLength &&
        this.options.checksum(bytes, segment.seed) === head.payloadChecksum;
      if (isWhole) return bytes;
    } catch (cause) {
      this.options.listener()?.alarm("a file of the pack can't be read", cause);
    }
    return undefined;
  }

  put(key: string, metadata: EntryMetadata, payload: Uint8Array): void {
    // So that its stamp is larger than those of all that others have written.
    this.directory.peek(this.#mine, (segment, record) => this.#take(segment, record, true));
    const segment = this.#room(Writer.putSize(key, metadata, payload));
    const stamped = { stamp: this.#nextStamp(), origin: this.#origin };
    this.slots.place(this.writer.put(segment, { key, metadata, payload, ...stamped }));
  }

  /** Writes an entry once more, as it was, into the newest segment. */
  move(slot: Slot, metadata: EntryMetadata, payload: Uint8Array): void {
    const { key, head } = slot;
    const segment = this.#room(Writer.putSize(key, metadata, payload));
    const { stamp, origin } = head;
    this.slots.place(this.writer.put(segment, { key, metadata, payload, stamp, origin }));
  }

  /** Notes for all who read the folder that the keys are deleted. */
  bury(slots: readonly Slot[]): void {
    const { segmentBytes, isShared } = this.options;
    const stamped = { stamp: this.#nextStamp(), origin: this.#origin };
    for (let from = 0; from < slots.length;) {
      const wanted = HEAD + LONGEST_KEY + (slots.length - from) * 64;
      const segment = this.#room(Math.min(segmentBytes / 4, wanted));
      const limit = segmentBytes - SEAL;
      const { at, head, next } = this.writer.delete(segment, slots, from, limit, stamped);
      for (; from < next; from++) {
        const slot = slots[from]!;
        this.slots.bury(slot, segment, at, head);
        // Where no other process writes, a slot that hides nothing need not be remembered.
        if (!isShared && slot.masks.length === 0) this.slots.remove(slot);
      }
    }
  }

  /** Puts a last record behind the newest segment, so that readers look for no more. */
  seal(): void {
    const segment = this.#mine;
    this.#mine = undefined;
    if (segment === undefined || segment.isGone) return;
    try {
      this.writer.seal(segment, { stamp: this.#nextStamp(), origin: this.#origin });
    } catch {
      // It is whole without; finding that out takes a search.
      segment.isSealed = true;
    }
  }

  close(): void {
    this.seal();
    this.#cleaning.close();
    this.directory.close();
    this.slots.clear();
    this.#isOpen = false;
  }

  /** A segment with room for `size` bytes, which are at most half of one. */
  #room(size: number): Segment {
    for (;;) {
      const mine = this.#mine;
      const limit = this.options.segmentBytes - SEAL;
      if (mine !== undefined && !mine.isGone && mine.end + size <= limit) return mine;
      this.seal();
      this.#mine = this.#newSegment();
      this.#cleaning.makeRoom();
    }
  }

  #newSegment(): Segment {
    const { files, checksum } = this.options;
    const hex = (): string => this.number().toString(16).padStart(8, "0");
    const head = {
      id: hex() + hex(),
      owner: files.owner,
      created: this.now,
      mark: this.number(),
      seed: this.number(),
    };
    const name = `${head.id}.pack`;
    const file = this.#cleaning.reuse(name) ?? files.create(name);
    try {
      file.write(0, [writeSegmentHead(head, checksum)]);
    } catch (error) {
      file.close();
      files.remove(name);
      throw error;
    }
    const segment = new Segment(head, file, checksum);
    this.directory.add(segment);
    return segment;
  }

  #nextStamp(): number {
    this.#stamp = Math.max(Math.floor(this.now * STAMPS_PER_MS), this.#stamp + 1);
    return this.#stamp;
  }

  #look(tell: boolean): void {
    const gone = this.directory.look(this.#mine, this.now, (segment, record) =>
      this.#take(segment, record, tell),
    );

    const lost: Slot[] = [];
    for (const segment of gone) for (const slot of this.drop(segment)) lost.push(slot);
    const { damage } = this.directory;
    const listener = this.options.listener();
    if (damage > 0) listener?.alarm("a file of the pack is damaged: what is older is given up");
    for (const slot of damage > 0 ? this.slots.values() : []) {
      if (slot.metadata === undefined || slot.head.stamp >= damage) continue;
      lost.push(slot);
      listener?.left(slot.key, "damaged");
    }
    if (lost.length > 0) this.bury(lost);
    this.directory.damage = 0;
  }

  /**
   * Forgets everything that lies in a segment. Returns the slots that must be buried, because older
   * records under the same keys would come back.
   */
  drop(segment: Segment): Slot[] {
    this.directory.forget(segment);
    const masking: Slot[] = [];
    for (const slot of this.slots.unmask(segment)) {
      if (slot.metadata !== undefined) this.options.listener()?.left(slot.key, "evicted");
      this.slots.void(slot);
      if (slot.masks.length > 0) masking.push(slot);
      else this.slots.remove(slot);
    }
    return masking;
  }

  #take(segment: Segment, { head, meta, at }: Scanned, tell: boolean): void {
    this.#stamp = Math.max(this.#stamp, head.stamp);
    if (head.kind === KIND.put || head.kind === KIND.void) {
      const read = readPutMeta(meta);
      if (read === undefined) return;
      const metadata = head.kind === KIND.put ? read.metadata : undefined;
      this.#placeScanned(
        { key: read.key, segment, at, head, metadata, visited: false, masks: [] },
        tell,
      );
    } else if (head.kind === KIND.delete) {
      for (const key of readDeleteMeta(meta)) {
        const slot = { key, segment, at, head, metadata: undefined, visited: false, masks: [] };
        this.#placeScanned(slot, tell);
      }
    }
  }

  #placeScanned(slot: Slot, tell: boolean): void {
    const before = this.slots.get(slot.key)?.metadata;
    const placed = this.slots.place(slot);
    if (!tell || placed === "older" || placed === "moved") return;
    const { key, metadata } = slot;
    if (metadata !== undefined) this.#news.push((listener) => listener.arrived(key, metadata));
    else if (before !== undefined) this.#news.push((listener) => listener.left(key, "foreign"));
  }
}
