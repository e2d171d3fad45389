import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import process from "node:process";

const LENGTH = 32;
const OTHERS_RIGHTS = 0o077;

/**
 * 32 random bytes that this user alone can read, in a file that is made where it isn't there. One that others may read,
 * that is another user's, a link, or of another length is not used: another one takes its place. Of several processes
 * that make it at once all have the same. Throws where it can be neither read nor made.
 */
export function secretOf(file: string): Uint8Array {
  const there = readSecret(file);
  if (there !== undefined) return there;
  // Nobody should go on to use what others may have read.
  rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${process.pid}.${randomBytes(8).toString("hex")}`;
  try {
    const made = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      writeSync(made, randomBytes(LENGTH));
      fsyncSync(made);
    } finally {
      closeSync(made);
    }
    // All of it is there at once, and one that another process has made meanwhile stays.
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

/** What is looked at is what is read, whatever takes the file's place meanwhile. */
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
