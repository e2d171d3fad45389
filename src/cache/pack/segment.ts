import type { Checksum } from "../levels/crc32.ts";
import type { PackFile } from "./files.ts";
import { HEAD, type Head, KIND, MAX_META, type Salt, readHead, recordSize } from "./record.ts";
import { utf8Encoder } from "../../utf8.ts";

/**
 * A segment's file starts with 128 bytes: magic with version, checksum of the rest, length of the
 * owner's name, when it was made, the id, mark and seed, the owner's name. The file's name is the
 * id.
 */
export const SEGMENT_HEAD = 128;
const MAGIC = "TNPACK\0\u0001";
const CHECKSUM_AT = 8;
const REST_AT = 12;
const CREATED_AT = 16;
const ID_AT = 24;
const SALT_AT = 40;
const OWNER_AT = 48;
const WINDOW = 1 << 16;

const decoder = new TextDecoder();

export interface SegmentHead extends Salt {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly owner: string;
  readonly created: number;
}

/** One record as a scan meets it. */
export interface Scanned {
  readonly head: Head;
  readonly meta: Uint8Array;
  /** Where the record starts. */
  readonly at: number;
}

/** One file of a pack. Records are only ever appended, by the one process that made it. */
export class Segment implements Salt {
  readonly name: string;
  readonly owner: string;
  readonly created: number;
  readonly file: PackFile;
  readonly mark: number;
  readonly seed: number;
  readonly #checksum: Checksum;
  /** A list of nothing else, for all who need one. */
  readonly alone: readonly Segment[] = [this];
  /** Where the next record is expected, or written. */
  end: number = SEGMENT_HEAD;
  isSealed = false;
  /** Bytes of records that are the newest under their key. */
  live = 0;
  /** Out of use: what is still in the file does not count. */
  isGone = false;

  constructor(head: SegmentHead, file: PackFile, checksum: Checksum) {
    this.name = nameOf(head.id);
    this.owner = head.owner;
    this.created = head.created;
    this.file = file;
    this.#checksum = checksum;
    this.mark = head.mark;
    this.seed = head.seed;
  }

  /**
   * Tells of the records from `end` on. `isFinal`: nobody writes to it any more, so what follows
   * a record that can't be read is looked for behind it. The last record counts only if its
   * payload is whole: it may not have been written to its end (yet).
   *
   * Answers with the stamp of the first whole record after the last damage: the lost ones were
   * older. 0 where nothing is damaged, or nothing whole follows.
   */
  scan(isFinal: boolean, visit: (record: Scanned) => void): number {
    if (!isFinal && !this.#hasMore()) return 0;
    const window = new Window(this.file);
    let damage = 0;
    let isDamaged = false;
    let last: Scanned | undefined;
    while (!this.isSealed) {
      const at = this.end;
      const head = this.#headAt(window, at);
      const meta = head && window.take(at + HEAD, head.metaLength);
      if (head === undefined || meta === undefined || at + recordSize(head) > window.size) {
        if (last !== undefined && this.#isWhole(last)) visit(last);
        else if (last !== undefined) this.end = last.at;
        last = undefined;
        const next = isFinal ? this.#nextHead(window) : undefined;
        if (next === undefined) return damage;
        this.end = next;
        isDamaged = true;
        continue;
      }
      if (last !== undefined) visit(last);
      if (isDamaged) damage = head.stamp;
      isDamaged = this.#checksum(meta, this.seed) !== head.metaChecksum;
      last = isDamaged || head.kind === KIND.seal ? undefined : { head, meta, at };
      if (head.kind === KIND.seal) this.isSealed = true;
      this.end = at + recordSize(head);
    }
    return damage;
  }

  #isWhole({ head, at }: Scanned): boolean {
    if (head.kind !== KIND.put) return true;
    const payload = this.file.read(at + HEAD + head.metaLength, head.payloadLength);
    return (
      payload.byteLength === head.payloadLength &&
      this.#checksum(payload, this.seed) === head.payloadChecksum
    );
  }

  #hasMore(): boolean {
    const bytes = this.file.read(this.end, 4);
    return bytes.byteLength === 4 && viewOf(bytes).getUint32(0, true) === this.mark;
  }

  #headAt(window: Window, at: number): Head | undefined {
    const bytes = window.take(at, HEAD);
    return bytes && readHead(bytes, viewOf(bytes), 0, this, this.#checksum);
  }

  #nextHead(window: Window): number | undefined {
    for (let at = this.end + 8; ;) {
      const bytes = window.rest(at);
      if (bytes.byteLength < HEAD) return undefined;
      const view = viewOf(bytes);
      const last = bytes.byteLength - HEAD;
      for (let i = 0; i <= last; i += 8) {
        if (readHead(bytes, view, i, this, this.#checksum) !== undefined) return at + i;
      }
      at += (last & ~7) + 8;
    }
  }
}

/** Reads a file front to back in large pieces. */
class Window {
  readonly size: number;
  readonly #file: PackFile;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(file: PackFile) {
    this.#file = file;
    this.size = file.size();
  }

  /** Undefined where the file ends before. */
  take(at: number, length: number): Uint8Array | undefined {
    if (at + length > this.size || length > MAX_META) return undefined;
    const from = at - this.#start;
    if (from < 0 || from + length > this.#bytes.byteLength)
      this.#load(at, Math.max(length, WINDOW));
    const start = at - this.#start;
    const bytes = this.#bytes.subarray(start, start + length);
    return bytes.byteLength === length ? bytes : undefined;
  }

  /** What there is from `at` on, at least a head's bytes where the file has them. */
  rest(at: number): Uint8Array {
    const left = this.#start + this.#bytes.byteLength - at;
    if (at < this.#start || left < HEAD) this.#load(at, WINDOW);
    return this.#bytes.subarray(at - this.#start);
  }

  #load(at: number, length: number): void {
    this.#bytes = this.#file.read(at, length);
    this.#start = at;
  }
}

export function nameOf(id: string): string {
  return `${id}.pack`;
}

export function writeSegmentHead(head: SegmentHead, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEAD);
  const view = viewOf(bytes);
  const owner = utf8Encoder.encode(head.owner).subarray(0, SEGMENT_HEAD - OWNER_AT);
  bytes.set(utf8Encoder.encode(MAGIC));
  view.setUint32(REST_AT, owner.byteLength, true);
  view.setFloat64(CREATED_AT, head.created, true);
  bytes.set(utf8Encoder.encode(head.id), ID_AT);
  view.setUint32(SALT_AT, head.mark, true);
  view.setUint32(SALT_AT + 4, head.seed, true);
  bytes.set(owner, OWNER_AT);
  view.setUint32(CHECKSUM_AT, checksum(bytes.subarray(REST_AT), 0), true);
  return bytes;
}

/** `foreign`: a segment of another version. `unused`: none, or none yet. `damaged`: it was one. */
export function readSegmentHead(
  bytes: Uint8Array,
  name: string,
  checksum: Checksum,
): SegmentHead | "foreign" | "unused" | "damaged" {
  const view = viewOf(bytes);
  if (bytes.byteLength < SEGMENT_HEAD || bytes.every((byte) => byte === 0)) return "unused";
  const magic = utf8Encoder.encode(MAGIC);
  const version = MAGIC.length - 1;
  const isPack = magic.every((byte, i) => i === version || bytes[i] === byte);
  if (isPack && bytes[version] !== magic[version]) return "foreign";
  const owner = OWNER_AT + view.getUint32(REST_AT, true);
  const id = decoder.decode(bytes.subarray(ID_AT, SALT_AT));
  const isWhole = view.getUint32(CHECKSUM_AT, true) === checksum(bytes.subarray(REST_AT), 0);
  if (!isPack || !isWhole || owner > SEGMENT_HEAD || nameOf(id) !== name) return "damaged";
  return {
    id,
    owner: decoder.decode(bytes.subarray(OWNER_AT, owner)),
    created: view.getFloat64(CREATED_AT, true),
    mark: view.getUint32(SALT_AT, true),
    seed: view.getUint32(SALT_AT + 4, true),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
