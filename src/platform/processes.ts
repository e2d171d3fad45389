// Processes for guests, as objects that are handed over.
import type { AnswerTarget, ThreadPort } from "./threads.ts";

/** A process that was started for guests. It shares no memory with the host. */
export interface StartedProcess {
  /** Its number in the system. Undefined: it could not be started, which `port` tells as its end. */
  readonly pid: number | undefined;
  /** Messages to the thread that runs guests there, and its end. */
  readonly port: ThreadPort;
  /** Where answers of host functions go that the guests' thread waits for. */
  readonly answers: AnswerTarget;
  /**
   * The most bytes that guests may hold from now on. The process is ended (`out-of-memory`) once it
   * has more than that and what it needs for itself. Default: 0.
   *
   * Returns what must be done before they can hold so much, once the process has answered. Undefined:
   * nothing.
   */
  limit(guestBytes: number): (() => Promise<void>) | undefined;
  /**
   * Milliseconds of processor time that the process has used. Default: unknown; then a process that
   * other programs keep from the processor may be taken for one that is stuck.
   */
  readonly ranMs?: (() => number) | undefined;
}

/** Why there are no processes. */
export interface NoProcesses {
  /** The cause, as the rest of a sentence. */
  readonly because: string;
  /** What to do, as the beginning of a sentence. */
  readonly remedy: string;
}

/** What the system takes from processes for guests, where it can (docs/security.md). */
export interface ProcessWalls {
  /** No program that they start has more privileges than they have, whoever owns it. */
  readonly noNewPrivileges: boolean;
  /**
   * They are promised no more private memory than their limit and what V8 lays claim to, and leave no
   * core files.
   */
  readonly dataLimit: boolean;
}

/** Makes processes for guests. */
export interface ProcessSource extends AsyncDisposable {
  /** Looked up when it is first read, or with the first process. Default: nothing of it. */
  readonly walls?: ProcessWalls;
  /** Why there can be none here. Undefined: there can. */
  readonly unavailable: NoProcesses | undefined;
  /** Call it only where `unavailable` is undefined. */
  start(): StartedProcess;
}
