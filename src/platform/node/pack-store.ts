import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
  writevSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { crc32 } from "node:zlib";
import type { PackFile, PackFileInfo, PackFiles } from "../../cache/index.ts";
import { makeFolder } from "./own-files.ts";

const NAME = /^[0-9a-f]{16}\.pack$/;
/** Opening follows no link, and does not wait for a pipe. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The folder of a cache's level 3, made for the user alone where it does not exist. Only files
 * whose names are those of segments are touched.
 */
export function nodePackFiles(folder: string): PackFiles {
  const host = hostname();
  const owner = `${process.pid}@${host}`.slice(0, 80);
  return {
    owner,
    checksum: crc32,
    isAlive: (other) => isAlive(other, owner, host),
    list: () => list(folder),
    create(name) {
      makeFolder(folder);
      const how = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | SAFELY;
      return new NodePackFile(openSync(join(folder, checked(name)), how, 0o600));
    },
    open: (name) => open(join(folder, checked(name))),
    rename: (from, to) => renameSync(join(folder, checked(from)), join(folder, checked(to))),
    remove: (name) => ignoring(["ENOENT"], () => unlinkSync(join(folder, checked(name)))),
  };
}

class NodePackFile implements PackFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  size(): number {
    return fstatSync(this.#descriptor).size;
  }

  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    // Allocated outside of Node's pool, so that keeping these bytes does not keep others.
    const { buffer } = Buffer.allocUnsafeSlow(length);
    const bytes = new Uint8Array(buffer, 0, length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#descriptor, bytes, done, length - done, at + done);
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  }

  write(at: number, parts: readonly Uint8Array[]): void {
    if (parts.length > 1) return this.#writeAll(at, parts);
    const [part] = parts;
    if (part !== undefined) this.#writeOne(at, part, 0);
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #writeAll(at: number, parts: readonly Uint8Array[]): void {
    let done = writevSync(this.#descriptor, parts, at);
    let start = at;
    // After a short write, the rest is written part by part.
    for (const part of parts) {
      const written = Math.min(done, part.byteLength);
      done -= written;
      this.#writeOne(start, part, written);
      start += part.byteLength;
    }
  }

  #writeOne(at: number, part: Uint8Array, from: number): void {
    let done = from;
    while (done < part.byteLength) {
      done += writeSync(this.#descriptor, part, done, part.byteLength - done, at + done);
    }
  }
}

function list(folder: string): PackFileInfo[] {
  makeFolder(folder);
  const infos: PackFileInfo[] = [];
  for (const name of readdirSync(folder)) {
    if (!NAME.test(name)) continue;
    const stat = ignoring(["ENOENT"], () => lstatSync(join(folder, name)));
    if (stat?.isFile()) infos.push({ name, size: stat.size, modified: stat.mtimeMs });
  }
  return infos;
}

function open(path: string): PackFile | undefined {
  const descriptor = ignoring(["ENOENT", "ELOOP", "ENXIO"], () => {
    const writable = ignoring(["EACCES", "EPERM", "EROFS"], () =>
      openSync(path, constants.O_RDWR | SAFELY),
    );
    return writable ?? openSync(path, constants.O_RDONLY | SAFELY);
  });
  if (descriptor === undefined) return undefined;
  if (fstatSync(descriptor).isFile()) return new NodePackFile(descriptor);
  closeSync(descriptor);
  return undefined;
}

function isAlive(other: string, owner: string, host: string): boolean {
  if (other === owner) return true;
  const [pid, where] = [other.slice(0, other.indexOf("@")), other.slice(other.indexOf("@") + 1)];
  // A process on another machine can't be checked from here: it counts as alive.
  if (where !== host) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** Names come from the pack. This is a second check that no path gets through. */
function checked(name: string): string {
  if (NAME.test(name)) return name;
  throw new RangeError("not the name of a segment");
}

function ignoring<Result>(codes: readonly string[], call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code);
}
