// Checks that files and folders belong to this user alone. Windows has no users and modes in this
// sense. There every check passes, and a folder is protected by the access list that it inherits,
// as the folders of a user's profile are.
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";

const OTHERS_MAY_WRITE = 0o022;
const OTHERS_RIGHTS = 0o077;
const STICKY = 0o1000;

/**
 * Whether only this user (and root) can change what is in a folder, or put another folder in its
 * place. The folder must be this user's. Each folder above it, by its path and by its real path,
 * must be this user's or root's. Others must not be able to write to any of them. A sticky folder
 * of root's, such as `/tmp`, counts as safe: others can't rename there what is not theirs. A folder
 * that does not exist yet will be made for this user alone, so the folders above it decide.
 *
 * Access lists beyond the mode bits are not looked at.
 */
export function isOurs(folder: string): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true;
  const path = resolve(folder);
  let stat: Stats | undefined;
  try {
    stat = lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // One of the folders above is a file, or must not be read.
    return false;
  }
  if (stat !== undefined && !isOwnFolder(stat, user)) return false;
  return isReached(path, user) && (stat === undefined || isReached(realpathSync(path), user));
}

/** Whether the folders above a path keep others from replacing what the path leads to. */
function isReached(path: string, user: number): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const above = lstatSync(dirname(at), { throwIfNoEntry: false });
    // This folder does not exist yet.
    if (above === undefined) continue;
    if (above.uid !== user && above.uid !== 0) return false;
    // The folders that a link leads through are checked by its real path.
    if (above.isSymbolicLink()) {
      if (!isReached(realpathSync(dirname(at)) + "/.", user)) return false;
      continue;
    }
    const isSticky = above.uid === 0 && (above.mode & STICKY) !== 0;
    if ((above.mode & OTHERS_MAY_WRITE) !== 0 && !isSticky) return false;
  }
  return true;
}

function isOwnFolder(stat: Stats, user: number): boolean {
  return stat.isDirectory() && stat.uid === user && (stat.mode & OTHERS_MAY_WRITE) === 0;
}

/**
 * Makes a folder for this user alone, and those above it, where they do not exist. Throws where one
 * can't be made. (Node's own `recursive` never returns for a folder below `/proc` that does not
 * exist.)
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at) && at !== dirname(at); at = dirname(at)) {
    missing.push(at);
  }
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  // Says that something else has the name.
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) mkdirSync(folder);
}

/**
 * Makes an empty file that only this user can read and write or, where the file exists, removes
 * other users' rights. Throws where it belongs to another user, or is not a regular file.
 *
 * An existing file is not opened, because closing it would give up the locks that this process has
 * on it.
 */
export function makePrivate(file: string): void {
  try {
    const how = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    closeSync(openSync(file, how, 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    restrict(file);
  }
}

/** Removes other users' rights, as `makePrivate` does, where the file exists. */
export function restrict(file: string): void {
  const user = process.getuid?.();
  const entry = lstatSync(file, { throwIfNoEntry: false });
  if (entry === undefined || user === undefined) return;
  const stat = entry.isSymbolicLink() ? statSync(file) : entry;
  if (entry.uid !== user || stat.uid !== user) {
    throw new Error(`${file} belongs to another user: move it away, or name another folder`);
  }
  if (!stat.isFile()) throw new Error(`${file} is no file`);
  if ((stat.mode & OTHERS_RIGHTS) !== 0) chmodSync(file, 0o600);
}
