import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

/**
 * The descriptors of a process for guests, beside the three that every process has. All are pipes to
 * its host.
 */
export const PIPES = {
  /** Messages in both directions. */
  messages: 3,
  /** Answers of host functions that the guests' thread waits for. */
  answers: 4,
  /** Ends with the host; until then, what the process may hold. */
  control: 5,
} as const;

/** The host's end of a pipe. The types of Node know five descriptors only. */
export function pipeOf({ stdio }: ChildProcess, pipe: number): Socket {
  return (stdio as readonly unknown[])[pipe] as Socket;
}

/** The most bytes of one message, to a process or from it. */
export const MOST_BYTES: number = 64 * 1024 * 1024;

/** The argument that says that the process is one for guests. */
export const GUEST_PROCESS = "tenon:guest-process" as const;

/**
 * The data of threads that the same file is the program of: `watch` is the second thread of a process
 * for guests, `memory` the thread of a host that watches all of them.
 */
export interface SideThread {
  readonly [GUEST_PROCESS]:
    | { readonly tag: "watch"; readonly flag: WebAssembly.Memory; readonly watchesItself: boolean }
    | { readonly tag: "memory" };
}

const INHERITED = "--inherited=";

/** The argument that says which descriptors the process must close before anything else. */
export function inheritedArgument(files: readonly number[]): string {
  return INHERITED + files.join(",");
}

export function inheritedOf(args: readonly string[]): readonly number[] {
  const given = args.find((one) => one.startsWith(INHERITED))?.slice(INHERITED.length);
  return given ? given.split(",").map(Number) : [];
}

/** The argument that says that a process watches what it holds itself. */
export const WATCHES_ITSELF = "--watches-itself";
