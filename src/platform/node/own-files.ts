// What in the file system is this user's alone. Windows has no users and modes in this sense: there every
// check passes, and what protects a folder is the access list that it inherits, as a profile's folders do.
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
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
 * Whether no other user but root can change what is in a folder, or put another one in its place: it is this
 * user's, and so is, or is root's, each folder above it, by its path and where links lead; none of them can be
 * written to by others. A sticky folder of root's, as `/tmp` is, counts as safe: others can't rename there what is
 * not theirs. A folder that isn't there yet is made for this user alone, so what is above it decides.
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
    // A file stands where a folder above it should be, or it can't be looked into.
    return false;
  }
  if (stat !== undefined && !isOwnFolder(stat, user)) return false;
  return isReached(path, user) && (stat === undefined || isReached(realpathSync(path), user));
}

/** Whether the folders above a path keep others from replacing what it leads to. */
function isReached(path: string, user: number): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const above = lstatSync(dirname(at), { throwIfNoEntry: false });
    // Not made yet.
    if (above === undefined) continue;
    if (above.uid !== user && above.uid !== 0) return false;
    // Where it leads is looked at by its real path.
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
 * Makes a file that only this user can read and write, before anything is in it, or takes away what others may
 * do with one that is there. Throws where that one is another user's, or none of the kind.
 *
 * A file that is there isn't opened: to close it would give up the locks that this process has on it.
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

/** Does nothing where the file isn't there. */
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
