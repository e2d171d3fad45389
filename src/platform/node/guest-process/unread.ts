// What a process has been told and has not read. One that asks for more and more, and reads nothing of it,
// would fill the host's memory.
import type { Socket } from "node:net";

/** Bytes that wait in one pipe, from which on the process is ended. */
const MOST_BYTES = 128 * 1024 * 1024;

export class UnreadPipe {
  readonly #pipe: Socket;
  readonly #most: number;
  #writes = 0;

  /** `most`: of writes that wait. Each takes the host some hundred bytes beside its own. */
  constructor(pipe: Socket, most: number) {
    this.#pipe = pipe;
    this.#most = most;
  }

  /** Returns false, and writes nothing, where too much waits already. */
  write(bytes: Uint8Array): boolean {
    const { writableLength } = this.#pipe;
    this.#writes = writableLength === 0 ? 1 : this.#writes + 1;
    if (this.#writes > this.#most || writableLength > MOST_BYTES) return false;
    this.#pipe.write(bytes);
    return true;
  }
}
