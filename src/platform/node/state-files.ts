import { statSync } from "node:fs";
import { appendFile, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GrantStore } from "../../capability/remembered-decisions.ts";
import { makeFolder, makePrivate, restrict } from "./own-files.ts";
import { TenonError } from "../../errors.ts";

/**
 * The most bytes that a file of grants may have. All capabilities of 10,000 plugins take about a
 * quarter of it.
 */
const MOST_GRANTS = 16 << 20;

/** If the holder of a lock has given no sign of life for so long, its process has ended. */
const ABANDONED_MS = 10_000;

/** How often a holder gives a sign of life: its file's time of change. */
const ALIVE_MS = 2_000;

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
 *
 * The lock is a file beside it, `PATH.lock`. If a process leaves it behind, the next one takes
 * `PATH.lock.1`, and so on: the highest number holds. A file that somebody may have taken for
 * abandoned is never made again under its number, so that of two who find it only one goes on.
 */
export async function asOnlyWriter<Value>(
  path: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const mark = `${process.pid} ${crypto.randomUUID()}`;
  let number: number | undefined;
  while ((number = await named(path, taken(path, mark))) === undefined) {
    await sleep(5 + Math.random() * 20);
  }
  const lock = lockOf(path, number);
  const alive = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, ALIVE_MS);
  alive.unref();
  try {
    return await work();
  } finally {
    clearInterval(alive);
    await release(path, number, mark);
  }
}

/** The lock's number, where it is this one's now. `mark` tells it from all others. */
async function taken(path: string, mark: string): Promise<number | undefined> {
  makeFolder(dirname(path));
  const last = (await numbersOf(path)).at(-1);
  const abandoned = last === undefined ? undefined : await signOf(lockOf(path, last));
  if (last !== undefined && abandoned === undefined) return undefined;
  if (abandoned !== undefined && Date.now() - abandoned.at <= ABANDONED_MS) return undefined;
  const number = last === undefined ? 0 : last + 1;
  const lock = lockOf(path, number);
  if (!(await made(lock, mark))) return undefined;
  // Since the first look others may have taken the lock, and given it back.
  const before = last === undefined ? undefined : await signOf(lockOf(path, last));
  const isLast = (await numbersOf(path)).at(-1) === number;
  if (isLast && before?.at === abandoned?.at && before?.mark === abandoned?.mark) return number;
  await rm(lock, { force: true });
  return undefined;
}

/** Makes a lock's file. False: there is one. */
async function made(lock: string, mark: string): Promise<boolean> {
  const file = await open(lock, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(mark);
    return true;
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Where another has taken the lock over, it is the other's, and so is what lies beside it. */
async function release(path: string, number: number, mark: string): Promise<void> {
  const lock = lockOf(path, number);
  if ((await signOf(lock))?.mark !== mark) return;
  // The abandoned ones go first: none of them is ever the highest.
  for (const one of await numbersOf(path)) {
    if (one < number) await rm(lockOf(path, one), { force: true });
  }
  await rm(lock, { force: true });
}

function lockOf(path: string, number: number): string {
  return number === 0 ? `${path}.lock` : `${path}.lock.${number}`;
}

/** The numbers of the files that are a lock of this path, from the lowest. */
async function numbersOf(path: string): Promise<readonly number[]> {
  const first = `${basename(path)}.lock`;
  const names = await readdir(dirname(path));
  return names
    .filter(
      (name) => name.startsWith(first) && /^(?:\.[1-9]\d{0,14})?$/u.test(name.slice(first.length)),
    )
    .map((name) => Number(name.slice(first.length + 1)))
    .toSorted((one, other) => one - other);
}

/** Whose a lock is, and when its holder last gave a sign of life. Undefined: it is gone. */
async function signOf(
  lock: string,
): Promise<{ readonly at: number; readonly mark: string } | undefined> {
  try {
    const [{ mtimeMs: at }, mark] = await Promise.all([stat(lock), readFile(lock, "utf8")]);
    return { at, mark };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
