import { constants, type Stats } from "node:fs";
import { lstat, open, opendir, realpath, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { FileFailure, type FileEntry, type FileTree } from "../files.ts";

/**
 * A folder of the machine, handed over to be read. Every segment is opened below the one before,
 * and no link is followed. On Linux each step starts at an open descriptor, so this holds even
 * where another process swaps a folder for a link at the same time. Elsewhere what was opened is
 * compared with what was looked at, and its real path with the requested one.
 */
export function folderTree(root: string): FileTree {
  return {
    list: (folder, maxEntries) =>
      withEntry(root, folder, constants.O_DIRECTORY ?? 0, async (_handle, path, stats) => {
        if (!stats.isDirectory()) throw new FileFailure("not-a-directory");
        return listed(path, maxEntries);
      }),
    read: (file, offset, length) =>
      withEntry(root, file, 0, async (handle, _path, stats) => {
        if (!stats.isFile()) throw new FileFailure("not-a-file");
        const size = Math.max(0, Math.min(length, stats.size - offset));
        const bytes = new Uint8Array(size);
        let filled = 0;
        while (filled < size) {
          const { bytesRead } = await handle.read(bytes, filled, size - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      }),
  };
}

const byDescriptor = process.platform === "linux";
/** `O_NONBLOCK`: opening a pipe must not wait for its other end. */
const careful = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** `path` reaches what `handle` holds, as safely as the platform can. */
type Use<Value> = (handle: FileHandle, path: string, stats: Stats) => Promise<Value>;

async function withEntry<Value>(
  root: string,
  segments: readonly string[],
  flags: number,
  use: Use<Value>,
): Promise<Value> {
  let handle: FileHandle | undefined;
  try {
    let path = await realpath(root);
    handle = await open(path, careful | (constants.O_DIRECTORY ?? 0));
    for (const [i, segment] of segments.entries()) {
      const base: string = byDescriptor ? `/proc/self/fd/${handle.fd}` : path;
      path = join(path, segment);
      const last = i === segments.length - 1;
      const next = await openSegment(
        join(base, segment),
        last ? flags : (constants.O_DIRECTORY ?? 0),
      );
      await handle.close();
      handle = next;
    }
    if (!byDescriptor && (await realpath(path)) !== path) throw new FileFailure("not-found");
    const reached = byDescriptor ? `/proc/self/fd/${handle.fd}` : path;
    return await use(handle, reached, await handle.stat());
  } catch (error) {
    throw asFailure(error);
  } finally {
    await handle?.close();
  }
}

/** Looks before opening (opening a device can have effects) and compares afterwards. */
async function openSegment(path: string, flags: number): Promise<FileHandle> {
  const seen = await lstat(path);
  if (seen.isSymbolicLink()) throw new FileFailure("not-found");
  if (!seen.isFile() && !seen.isDirectory()) throw new FileFailure("not-a-file");
  if (flags !== 0 && !seen.isDirectory()) throw new FileFailure("not-a-directory");
  const handle = await open(path, careful | flags);
  const opened = await handle.stat();
  if (opened.dev === seen.dev && opened.ino === seen.ino) return handle;
  await handle.close();
  throw new FileFailure("not-found", "swapped while it was opened");
}

async function listed(path: string, maxEntries: number): Promise<readonly FileEntry[]> {
  const entries: FileEntry[] = [];
  const names: string[] = [];
  for await (const entry of await opendir(path)) {
    if (names.push(entry.name) > maxEntries) throw new FileFailure("too-many");
  }
  for (const name of names) {
    const stats = await lstat(join(path, name)).catch(() => undefined);
    if (stats?.isFile() === true) entries.push({ name, kind: "file", size: stats.size });
    else if (stats?.isDirectory() === true) entries.push({ name, kind: "directory", size: 0 });
  }
  return entries;
}

function asFailure(error: unknown): FileFailure {
  if (error instanceof FileFailure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ELOOP":
    case "ENAMETOOLONG":
      return new FileFailure("not-found", message, error);
    case "ENOTDIR":
      return new FileFailure("not-a-directory", message, error);
    case "EISDIR":
      return new FileFailure("not-a-file", message, error);
    default:
      return new FileFailure("failed", message, error);
  }
}
