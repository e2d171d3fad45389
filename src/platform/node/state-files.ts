import { statSync } from "node:fs";
import { appendFile, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GrantStore } from "../../capability/remembered-decisions.ts";
import { makeFolder, makePrivate, restrict } from "./own-files.ts";
import { TenonError } from "../../errors.ts";

/**
 * The most bytes that a file of grants may have. All capabilities of 10,000 plugins take about a
 * quarter of it.
 */
const MOST_GRANTS = 16 << 20;

/** A lock this old was left behind by a process that ended: the work under it takes milliseconds. */
const ABANDONED_MS = 10_000;

/**
 * Keeps remembered decisions in one file. A write goes to a second file, is flushed, and then
 * replaces the first: a reader finds either the old text or the new one. One at a time writes, of
 * all processes.
 */
export function grantFile(path: string): GrantStore {
  return {
    // Who can write to this file can grant anything, so a file of another user's is refused.
    read: async () => {
      restrict(path);
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > MOST_GRANTS) throw new Error(`${path} is larger than ${MOST_GRANTS} bytes`);
      return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
    },
    write: (text) => named(path, writeWhole(path, text)),
    setAside: async () => {
      const aside = `${path}.unreadable-${Date.now()}`;
      await rename(path, aside);
      return aside;
    },
    alone: (work) => asOnlyWriter(path, work),
  };
}

/**
 * What `jsonLinesAudit` needs: appends text to a file, which is made when it is needed. With
 * `durable`, each append is flushed to the disk before its promise resolves. Default: false.
 */
export function appendTo(
  path: string,
  options: { readonly durable?: boolean } = {},
): (text: string) => Promise<void> {
  let made: Promise<void> | undefined;
  return async (text) => {
    made ??= prepare(path).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    await named(path, made);
    try {
      await named(path, appendFile(path, text, { mode: 0o600, flush: options.durable === true }));
    } catch (error) {
      // Part of a line may have been written.
      made = undefined;
      throw error;
    }
  };
}

/** `storage-failed` with the path: Node does not name the file where the disk is full. */
export async function named<Value>(path: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    const { message } = cause as Error;
    const said = message.includes(path) ? message : `${path}: ${message}`;
    throw new TenonError("storage-failed", said, { cause, data: { path } });
  }
}

async function prepare(path: string): Promise<void> {
  makeFolder(dirname(path));
  makePrivate(path);
  // A line that a crash or a full disk cut short must not swallow the next one.
  if (!(await endsALine(path))) await appendFile(path, "\n");
}

async function endsALine(path: string): Promise<boolean> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read({ position: size - 1, length: 1, buffer: Buffer.alloc(1) });
  return buffer[0] === 0x0a;
}

/** A reader finds either the old content or all of the new one. */
export async function writeWhole(path: string, text: string | Uint8Array): Promise<void> {
  makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await using file = await open(beside, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * Does work while nobody else, in this process or another, works under the same path: reading a file
 * and writing it back, so that neither of two writers loses what the other has written. Waits for
 * its turn. Rejects with `storage-failed` where the lock cannot be made.
 */
export async function asOnlyWriter<Value>(
  path: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const lock = `${path}.lock`;
  while (!(await named(path, taken(lock)))) await sleep(5 + Math.random() * 20);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  makeFolder(dirname(lock));
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const made = await stat(lock).catch(() => undefined);
  if (made !== undefined && Date.now() - made.mtimeMs > ABANDONED_MS) {
    await rm(lock, { force: true });
  }
  return false;
}
