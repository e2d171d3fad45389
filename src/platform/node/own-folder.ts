import { lstatSync } from "node:fs";
import process from "node:process";

/// Whether nobody but this user can write to a folder. One that isn't there yet is made so that it is.
/// Where there are no users, all are.
export function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined || process.getuid === undefined) return true;
  return stat.isDirectory() && stat.uid === process.getuid() && (stat.mode & 0o022) === 0;
}
