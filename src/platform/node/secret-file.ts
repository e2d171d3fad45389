import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { makeFolder } from "./own-files.ts";

const LENGTH = 32;
const OTHERS_RIGHTS = 0o077;

/**
 * Returns 32 random bytes from a file that only this user can read; the file is made where it does
 * not exist. A file that others may read, that belongs to another user, is a link, or has another
 * length is replaced. Processes that make the file at the same time all get the same bytes. Throws
 * where the file can be neither read nor made.
 */
export function secretOf(file: string): Uint8Array {
  const there = readSecret(file);
  if (there !== undefined) return there;
  // Others may have read this key, so it must not be used any more.
  rmSync(file, { force: true });
  makeFolder(dirname(file));
  const beside = `${file}.${process.pid}.${randomBytes(8).toString("hex")}`;
  try {
    const made = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      writeSync(made, randomBytes(LENGTH));
      fsyncSync(made);
    } finally {
      closeSync(made);
    }
    // The file appears with its whole content, and does not replace one that another process has
    // just made.
    linkSync(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  const secret = readSecret(file);
  if (secret === undefined) throw new Error(`${file} can't be made this user's alone`);
  return secret;
}

/** Reads from the descriptor that was checked, so that swapping the file has no effect. */
function readSecret(file: string): Uint8Array | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(descriptor);
    const user = process.getuid?.();
    const isPrivate =
      user === undefined || (stat.uid === user && (stat.mode & OTHERS_RIGHTS) === 0);
    if (!stat.isFile() || !isPrivate || stat.size !== LENGTH) return undefined;
    const secret = new Uint8Array(LENGTH);
    return readSync(descriptor, secret, 0, LENGTH, 0) === LENGTH ? secret : undefined;
  } finally {
    closeSync(descriptor);
  }
}
