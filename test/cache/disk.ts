import type { PackFile, PackFileInfo, PackFiles } from "../../src/cache/index.ts";

interface Held {
  bytes: Uint8Array<ArrayBuffer>;
  size: number;
  modified: number;
}

export type Fault =
  // Fails before anything is written.
  | "fails"
  // Writes a part, then fails.
  | "tears"
  // Writes a part, and the process is no more.
  | "dies";

export class Died extends Error {}

/** A folder in memory that processes share, with faults. */
export class Disk {
  readonly files = new Map<string, Held>();
  readonly #alive = new Set<string>();
  writes = 0;
  /** Called with the number of the write and its length, from 0 on. */
  fault: (write: number, length: number) => Fault | undefined = () => undefined;
  /** How much of a torn write arrives, from 0 to 1. */
  torn = 0.5;
  isReadOnly = false;
  isUnreadable = false;
  clock = 1_700_000_000_000;

  process(owner: string): PackFiles {
    this.#alive.add(owner);
    return {
      owner,
      isAlive: (other) => this.#alive.has(other),
      list: () => this.#list(owner),
      create: (name) => {
        this.#check(owner);
        if (this.isReadOnly) throw new Error("EROFS");
        if (this.files.has(name)) throw new Error("EEXIST");
        this.files.set(name, { bytes: new Uint8Array(1024), size: 0, modified: this.clock });
        return this.#open(owner, name);
      },
      open: (name) => {
        this.#check(owner);
        return this.files.has(name) ? this.#open(owner, name) : undefined;
      },
      rename: (from, to) => {
        this.#check(owner);
        const held = this.files.get(from);
        if (held === undefined || this.isReadOnly) throw new Error("ENOENT");
        this.files.delete(from);
        this.files.set(to, held);
      },
      remove: (name) => {
        this.#check(owner);
        if (this.isReadOnly) throw new Error("EROFS");
        this.files.delete(name);
      },
    };
  }

  kill(owner: string): void {
    this.#alive.delete(owner);
  }

  get bytes(): number {
    let sum = 0;
    for (const { size } of this.files.values()) sum += size;
    return sum;
  }

  copy(): Disk {
    const copy = new Disk();
    for (const [name, { bytes, size, modified }] of this.files) {
      copy.files.set(name, { bytes: bytes.slice(), size, modified });
    }
    return copy;
  }

  #check(owner: string): void {
    if (!this.#alive.has(owner)) throw new Died();
  }

  #list(owner: string): PackFileInfo[] {
    this.#check(owner);
    return [...this.files].map(([name, { size, modified }]) => ({ name, size, modified }));
  }

  #open(owner: string, name: string): PackFile {
    // As with a descriptor, what is renamed or removed is still there.
    const held = this.files.get(name)!;
    return {
      size: () => held.size,
      read: (at, length) => {
        this.#check(owner);
        if (this.isUnreadable) throw new Error("EIO");
        return held.bytes.slice(at, Math.min(held.size, at + length));
      },
      write: (at, parts) => {
        this.#check(owner);
        const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
        if (this.isReadOnly) throw new Error("EROFS");
        const fault = this.fault(this.writes++, length);
        const arrives = fault === undefined ? length : Math.floor(length * this.torn);
        if (fault !== "fails") this.#write(held, at, parts, arrives);
        if (fault === "dies") {
          this.kill(owner);
          throw new Died();
        }
        if (fault !== undefined) throw new Error("ENOSPC");
      },
      sync: () => this.#check(owner),
      close: () => undefined,
    };
  }

  #write(held: Held, at: number, parts: readonly Uint8Array[], length: number): void {
    if (at + length > held.bytes.byteLength) {
      const grown = new Uint8Array(Math.max(at + length, held.bytes.byteLength * 2));
      grown.set(held.bytes);
      held.bytes = grown;
    }
    let left = length;
    let to = at;
    for (const part of parts) {
      const some = part.subarray(0, left);
      held.bytes.set(some, to);
      to += some.byteLength;
      left -= some.byteLength;
    }
    held.size = Math.max(held.size, to);
    held.modified = this.clock;
  }
}
