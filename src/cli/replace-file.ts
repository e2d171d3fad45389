import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { TenonError } from "../index.ts";

const RIGHTS = 0o7777;

/**
 * Replaces a file's content in one step: a file beside it is written, flushed and renamed, so that a
 * full disk or a crash leaves the old content as it is. Keeps the mode, and the owner where this user
 * may. Of a link, its target is replaced. Throws `storage-failed`, naming the path.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  let beside: string | undefined;
  try {
    const target = realpathSync(path);
    // A rename would replace a file that is write-protected, too.
    accessSync(target, constants.W_OK);
    const before = statSync(target);
    if (!before.isFile()) throw new Error("it is not a regular file");
    beside = `${target}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`;
    writeLike(before, beside, content);
    renameSync(beside, target);
  } catch (cause) {
    if (beside !== undefined) rmSync(beside, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TenonError(
      "storage-failed",
      `${path} could not be written and is as it was: ${reason}`,
      { cause, data: { path } },
    );
  }
}

function writeLike({ mode, uid, gid }: Stats, path: string, content: string | Uint8Array): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, content);
    try {
      fchownSync(file, uid, gid);
    } catch {
      // Only root may give files away.
    }
    fchmodSync(file, mode & RIGHTS);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes a file that is not there yet. Throws `storage-failed`, naming the path. */
export function writeNewFile(path: string, content: Uint8Array): void {
  try {
    writeFileSync(path, content, { flag: "wx", flush: true });
  } catch (cause) {
    const message = `${path} could not be written: ${(cause as Error).message}`;
    throw new TenonError("storage-failed", message, { cause, data: { path } });
  }
}
