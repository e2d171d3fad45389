// What the system's own tools (util-linux) take from a process for guests, on Linux: Node has no call
// for it.
import { execFile, spawnSync } from "node:child_process";
import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { ProcessWalls } from "../../processes.ts";

const MIB = 1024 * 1024;

/** The folder that they are in. */
const FOLDER = "/usr/bin";

/**
 * MiB of private memory that V8 and Node have a claim to and do not use: 512 for the code of each of
 * two threads, and the stacks of all. Seen: 1,160 with a plugin.
 */
const CLAIMED_MIB = 1_280;

/** MiB of guests that a process starts with room for. */
const GUESTS_MIB = 256;

/** Milliseconds that a tool may take. */
const PATIENCE_MS = 2_000;

/** The tools that are there, and work. They are looked for once, at the first process. */
export class SystemTools {
  readonly #ownMiB: number;
  readonly #setpriv: string;
  readonly #prlimit: string;
  #walls: ProcessWalls | undefined;

  /** `ownMiB`: see NodeProcessOptions. `folder`: default `/usr/bin`. */
  constructor(ownMiB: number, folder: string = FOLDER) {
    this.#ownMiB = ownMiB;
    this.#setpriv = join(folder, "setpriv");
    this.#prlimit = join(folder, "prlimit");
  }

  get walls(): ProcessWalls {
    return (this.#walls ??= {
      noNewPrivileges: this.#dropsPrivileges(),
      dataLimit:
        isSystems(this.#prlimit) && tried(this.#limited([this.#prlimit, "--version"])) !== "",
    });
  }

  #dropsPrivileges(): boolean {
    const dump = this.#unprivileged([this.#setpriv, "--dump"]);
    return isSystems(this.#setpriv) && /no_new_privs: 1/u.test(tried(dump));
  }

  /** The command line that runs another one behind these walls, as the same process. */
  behind(command: readonly string[]): readonly string[] {
    const { noNewPrivileges, dataLimit } = this.walls;
    const inner = noNewPrivileges ? this.#unprivileged(command) : command;
    return dataLimit ? this.#limited(inner) : inner;
  }

  #unprivileged(command: readonly string[]): readonly string[] {
    return [this.#setpriv, "--no-new-privs", "--", ...command];
  }

  #limited(command: readonly string[]): readonly string[] {
    const data = `--data=${this.#bytesFor(GUESTS_MIB * MIB)}:`;
    return [this.#prlimit, "--core=0", data, ...command];
  }

  /**
   * Twice what the process needs for itself: what it holds is measured by the pages that it has, and
   * this limit by what it was promised.
   */
  #bytesFor(guestBytes: number): number {
    return Math.ceil((CLAIMED_MIB + 2 * this.#ownMiB) * MIB + guestBytes);
  }

  /**
   * Makes room for guests in one process, which must run already. Returns a function that raises its
   * limit; undefined where that is high enough.
   */
  room(pid: number): (guestBytes: number) => (() => Promise<void>) | undefined {
    let most = GUESTS_MIB * MIB;
    return (guestBytes) => {
      if (guestBytes <= most || !this.walls.dataLimit) return undefined;
      most = guestBytes;
      const data = `--data=${this.#bytesFor(guestBytes)}:`;
      return () => run([this.#prlimit, "--pid", String(pid), data]);
    };
  }
}

/** Whether it is a program of root's, which nobody else can replace. */
function isSystems(file: string): boolean {
  if (process.platform !== "linux") return false;
  const isRoots = (path: string): boolean => {
    const { uid, mode } = lstatSync(path);
    return uid === 0 && (mode & 0o022) === 0;
  };
  try {
    return lstatSync(file).isFile() && [file, dirname(file), dirname(dirname(file))].every(isRoots);
  } catch {
    return false;
  }
}

/** What a command prints; nothing where it fails. */
function tried([tool, ...rest]: readonly string[]): string {
  const how = { env: {}, encoding: "utf8", timeout: PATIENCE_MS } as const;
  const { status, stdout } = spawnSync(tool!, rest, how);
  return status === 0 ? stdout : "";
}

/** Where it fails, the process has ended, or keeps the limit that it has. */
function run([tool, ...rest]: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    execFile(tool!, rest, { env: {}, timeout: PATIENCE_MS }, () => resolve());
  });
}
