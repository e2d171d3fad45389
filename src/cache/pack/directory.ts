import type { Checksum } from "../levels/crc32.ts";
import type { PackFileInfo, PackFiles } from "./files.ts";
import { SEGMENT_HEAD, type Scanned, Segment, readSegmentHead } from "./segment.ts";

/**
 * An owner that seems alive but has not written for so long, in milliseconds, is another process:
 * process ids are used again.
 */
const ABANDONED = 86_400_000;
/** A head that was just written may be half there. */
const SETTLED = 1_000;
/** Stamps count a thousandth of a millisecond. */
export const STAMPS_PER_MS = 1_000;

/** The segments in a folder, those of other processes included. */
export class Directory {
  readonly segments: Map<string, Segment> = new Map();
  /**
   * A value older than this stamp may have been replaced or deleted by a record that cannot be read
   * any more. 0: nothing is damaged.
   */
  damage = 0;
  readonly #files: PackFiles;
  readonly #checksum: Checksum;
  /** Files that are no segments of ours, by name. */
  readonly #strangers = new Set<string>();

  constructor(files: PackFiles, checksum: Checksum) {
    this.#files = files;
    this.#checksum = checksum;
  }

  /**
   * Reports every record that has not been reported yet. Returns the segments whose files are gone.
   * `mine` is known.
   */
  look(
    mine: Segment | undefined,
    now: number,
    visit: (segment: Segment, record: Scanned) => void,
  ): Segment[] {
    const listed = this.#files.list();
    for (const info of listed) {
      const segment = this.segments.get(info.name) ?? this.#open(info, now);
      if (segment === "damaged") this.#note(info.modified * STAMPS_PER_MS);
      if (typeof segment !== "object" || segment === mine || segment.isSealed) continue;
      const isFinal = !this.#isAlive(segment, info, now);
      this.#note(segment.scan(isFinal, (record) => visit(segment, record)));
      if (isFinal) segment.isSealed = true;
    }
    const names = new Set(listed.map(({ name }) => name));
    return [...this.segments.values()].filter(({ name }) => !names.has(name));
  }

  /** The same of the segments that are known and still written to: cheap enough for every write. */
  peek(mine: Segment | undefined, visit: (segment: Segment, record: Scanned) => void): void {
    for (const segment of this.segments.values()) {
      if (segment.isSealed || segment === mine) continue;
      segment.scan(false, (record) => visit(segment, record));
    }
  }

  add(segment: Segment): void {
    this.segments.set(segment.name, segment);
  }

  /** The file stays open. */
  forget(segment: Segment): void {
    segment.isGone = true;
    this.segments.delete(segment.name);
  }

  close(): void {
    for (const segment of this.segments.values()) segment.file.close();
    this.segments.clear();
    this.#strangers.clear();
  }

  #note(damage: number): void {
    this.damage = Math.max(this.damage, damage);
  }

  #isAlive(segment: Segment, info: PackFileInfo, now: number): boolean {
    return info.modified > now - ABANDONED && this.#files.isAlive(segment.owner);
  }

  #open(info: PackFileInfo, now: number): Segment | "damaged" | "none" {
    const { name } = info;
    if (this.#strangers.has(name) || info.size < SEGMENT_HEAD) return "none";
    const file = this.#files.open(name);
    if (file === undefined) return "none";
    const head = readSegmentHead(file.read(0, SEGMENT_HEAD), name, this.#checksum);
    if (typeof head === "object") {
      const segment = new Segment(head, file, this.#checksum);
      this.add(segment);
      return segment;
    }
    file.close();
    if (head === "unused" || info.modified > now - SETTLED) return "none";
    this.#strangers.add(name);
    return head === "damaged" ? "damaged" : "none";
  }
}
