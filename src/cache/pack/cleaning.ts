import type { PackFile, PackFileInfo } from "./files.ts";
import type { Pack } from "./pack.ts";
import { SEGMENT_HEAD, type Segment } from "./segment.ts";

/**
 * Files that are not segments are left alone for so long, in milliseconds: another process may be
 * about to make a segment of one.
 */
const LEFT_ALONE = 600_000;
/** More segments than this, from many short runs, are joined. */
const MANY = 48;

/**
 * Keeps the files within their limit: gives up the segment with the most waste, or the oldest one,
 * after copying what is worth keeping. A file given up is written over in place of making a new
 * one, because the memory for its pages is there already.
 */
export class Cleaning {
  readonly #pack: Pack;
  #spare: { readonly name: string; readonly file: PackFile } | undefined;
  #isAtIt = false;

  constructor(pack: Pack) {
    this.#pack = pack;
  }

  /** The spare file under a new name, if there is one. Its head is all zeros. */
  reuse(name: string): PackFile | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) return undefined;
    try {
      this.#pack.options.files.rename(spare.name, name);
      return spare.file;
    } catch {
      this.#remove(spare.name, spare.file);
      return undefined;
    }
  }

  /** Called with a new segment, into which it moves at most half of one. */
  makeRoom(): void {
    if (this.#isAtIt) return;
    this.#isAtIt = true;
    try {
      this.#clean();
    } finally {
      this.#isAtIt = false;
    }
  }

  close(): void {
    if (this.#spare !== undefined) this.#remove(this.#spare.name, this.#spare.file);
    this.#spare = undefined;
  }

  #clean(): void {
    const { bytes, segmentBytes, isShared } = this.#pack.options;
    if (isShared) this.#pack.look();
    let total = this.#total();
    // One segment's room is for what is moved.
    const limit = bytes - segmentBytes;
    while (total > limit) {
      if (this.#spare !== undefined) {
        total -= this.#spare.file.size();
        this.close();
        continue;
      }
      const victim = this.#choose();
      if (victim === undefined) return;
      total -= victim.file.size();
      this.#retire(victim, false);
    }
    if (this.#spare === undefined && total + segmentBytes > limit) {
      const victim = this.#choose();
      if (victim !== undefined) this.#retire(victim, true);
    } else if (this.#pack.directory.segments.size > MANY) {
      const victim = this.#choose();
      if (victim !== undefined) this.#retire(victim, false);
    }
  }

  /** Bytes of all files of the folder; files that are of no use are removed. */
  #total(): number {
    const { files, segmentBytes } = this.#pack.options;
    const { directory, mine, now } = this.#pack;
    let total = 0;
    for (const info of files.list()) {
      const isMine = info.name === mine?.name;
      if (this.#isUseless(info, directory.segments.has(info.name), now)) files.remove(info.name);
      else total += isMine ? Math.max(info.size, segmentBytes) : info.size;
    }
    return total;
  }

  #isUseless(info: PackFileInfo, isSegment: boolean, now: number): boolean {
    return !isSegment && info.name !== this.#spare?.name && info.modified < now - LEFT_ALONE;
  }

  /** The segment with the least that is live, if that is less than half of it, else the oldest. */
  #choose(): Segment | undefined {
    let emptiest: Segment | undefined;
    let oldest: Segment | undefined;
    const share = (segment: Segment): number => segment.live / (segment.end - SEGMENT_HEAD + 1);
    for (const segment of this.#pack.directory.segments.values()) {
      if (segment === this.#pack.mine || !segment.isSealed) continue;
      if (emptiest === undefined || share(segment) < share(emptiest)) emptiest = segment;
      if (oldest === undefined || segment.created < oldest.created) oldest = segment;
    }
    return emptiest !== undefined && share(emptiest) < 0.5 ? emptiest : oldest;
  }

  #retire(victim: Segment, asSpare: boolean): void {
    const pack = this.#pack;
    const isSmall = victim.live < pack.options.segmentBytes / 2;
    this.#save(victim, isSmall);
    const masking = pack.drop(victim);
    // Before the file goes: should this stop in between, nothing old comes back.
    if (masking.length > 0) pack.bury(masking);
    if (asSpare && this.#empty(victim)) this.#spare = { name: victim.name, file: victim.file };
    else this.#remove(victim.name, victim.file);
  }

  /**
   * Moves what is still good and was read since it was last moved, or `all`, up to half of a
   * segment.
   */
  #save(victim: Segment, all: boolean): void {
    const pack = this.#pack;
    let room = pack.options.segmentBytes / 2 - SEGMENT_HEAD;
    const inside = [...pack.slots.values()].filter((slot) => slot.segment === victim);
    for (const slot of inside) {
      const { metadata, head } = slot;
      if (metadata === undefined || metadata.keepUntil <= pack.now || !(all || slot.visited))
        continue;
      room -= head.metaLength + head.payloadLength + 64;
      if (room < 0) return;
      const payload = pack.payload(slot);
      if (payload === undefined) pack.slots.void(slot);
      else pack.move({ ...slot, visited: false }, metadata, payload);
    }
  }

  /** False where it can't be written to. */
  #empty(victim: Segment): boolean {
    try {
      victim.file.write(0, [new Uint8Array(SEGMENT_HEAD)]);
      return true;
    } catch {
      return false;
    }
  }

  #remove(name: string, file: PackFile): void {
    file.close();
    this.#pack.options.files.remove(name);
  }
}
