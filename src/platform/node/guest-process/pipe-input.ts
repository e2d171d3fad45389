// What a process for guests hears from its host.
import { read, readSync } from "node:fs";
import { setImmediate } from "node:timers";
import type { WireReader } from "../../../component/wire/index.ts";
import { RecordReader } from "../../../isolation/wire/records.ts";
import { MOST_BYTES, PIPES } from "./pipes.ts";

/** Bytes that are read at once: more than a pipe holds. */
const CHUNK_BYTES = 256 * 1024;

/** Made by the entry of a process (`process-entry.ts`). */
export interface PipeInputParts {
  /** Whether the thread has nothing to do until a message arrives. */
  idle(): boolean;
  /** What is kept of the payload must be copied, where it has less than 16 KiB. */
  takeFrames(number: number, reader: WireReader): void;
  take(kind: number, number: number, payload: Uint8Array): void;
  /** The host is gone. */
  ended(): void;
}

/**
 * Reads messages for ever. An idle thread waits for the next one in the call that reads it, which
 * takes the least time. Otherwise another thread reads, and the event loop turns.
 */
export function readMessages({ idle, take, takeFrames, ended }: PipeInputParts): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const records = new RecordReader({ most: MOST_BYTES, reuses: true, take, takeFrames });
  const taken = (length: number): void => {
    if (length === 0) return ended();
    records.read(chunk, length);
    setImmediate(next);
  };
  const next = (): void => {
    if (idle()) return taken(readSync(PIPES.messages, chunk));
    read(PIPES.messages, chunk, 0, chunk.length, null, (error, length) =>
      error === null ? taken(length) : ended(),
    );
  };
  next();
}
