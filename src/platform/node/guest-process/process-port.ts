// The host's end of the pipes to a process for guests.
import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { serialize } from "node:v8";
import type { AnswerTarget, ThreadEnd, ThreadPort, WrittenAnswer } from "../../threads.ts";
import type { Numbered } from "../../../isolation/wire/channel.ts";
import {
  putHeader,
  RECORD_HEADER,
  RecordKind,
  RecordReader,
} from "../../../isolation/wire/records.ts";
import { lossyUtf8 } from "../../../utf8.ts";
import { MOST_BYTES, PIPES, pipeOf } from "./pipes.ts";
import { UnreadPipe } from "./unread.ts";

/**
 * Bytes that have been read from the process and not been handled. From the first number on no more
 * are read, so that the process waits; until there are fewer than the second.
 */
const FULL = 1024 * 1024;
const LOW = 256 * 1024;

/** Bytes that a message takes beside its own, until it has been handled. */
const MESSAGE_COST = 256;

/**
 * Messages, and answers, that wait for the process to read them, from which on it is ended. Its guests'
 * thread waits for one answer at a time.
 */
const MOST_UNREAD = 4_096;
const MOST_ANSWERS = 64;

/** Bytes of an object that the process says. */
const MOST_OBJECT = 1024 * 1024;

/** Bytes of what the process has printed that are kept: the reason why it ended. */
const MOST_PRINTED = 4096;

export class ProcessPort implements ThreadPort, AnswerTarget {
  readonly #child: ChildProcess;
  readonly #messages: Socket;
  readonly #told: UnreadPipe;
  readonly #answered: UnreadPipe;
  readonly #whyEnded: (printed: string) => ThreadEnd | undefined;
  #unhandled = 0;
  #paused = false;
  #printed = "";
  #terminated = false;
  /** Resolves when the process has ended, and everything that it said has been heard. */
  readonly closed: Promise<void>;

  /** `whyEnded` is asked once, unless the host has ended the process. */
  constructor(child: ChildProcess, whyEnded: (printed: string) => ThreadEnd | undefined) {
    this.#child = child;
    this.#whyEnded = whyEnded;
    this.#messages = pipeOf(child, PIPES.messages);
    this.#told = new UnreadPipe(this.#messages, MOST_UNREAD);
    this.#answered = new UnreadPipe(pipeOf(child, PIPES.answers), MOST_ANSWERS);
    for (const pipe of child.stdio.slice(2)) {
      // The process has ended, or is about to: `close` tells. It comes when all pipes have ended, so
      // all are read.
      pipe?.on("error", () => {});
      (pipe as Socket | null)?.resume();
      // While a call waits, its deadline keeps the host alive.
      (pipe as Socket | null)?.unref?.();
    }
    child.stderr?.on("data", (printed: Uint8Array) => this.#note(printed));
    child.unref();
    this.closed = new Promise((resolve) => {
      child.once("close", () => resolve());
      child.once("error", (error) => {
        this.#printed ||= error.message;
        resolve();
      });
    });
    // What it has said before it ended is read to its end, however much of it is unhandled.
    child.once("exit", () => this.#resume());
  }

  post(message: unknown): void {
    const { tenon: number, message: said } = message as Numbered;
    const payload = serialize(said);
    const bytes = Buffer.allocUnsafe(RECORD_HEADER + payload.length);
    putHeader(bytes, payload.length, RecordKind.object, number);
    bytes.set(payload, RECORD_HEADER);
    this.#say(this.#told, bytes);
  }

  postFrames(number: number, frames: WrittenAnswer): void {
    this.#say(this.#told, recordOf(number, frames));
  }

  put(call: number, writer: WrittenAnswer): void {
    const length = writer.at;
    if (length > MOST_BYTES) throw new RangeError(`an answer of ${length} bytes is too long`);
    this.#say(this.#answered, recordOf(call, writer));
  }

  #say(pipe: UnreadPipe, bytes: Uint8Array): void {
    if (!pipe.write(bytes)) this.#kill("it does not read what it is told");
  }

  /** `why`: of the process's doing. */
  #kill(why: string): void {
    this.#printed ||= why;
    this.#child.kill("SIGKILL");
  }

  listen(on: Parameters<ThreadPort["listen"]>[0]): void {
    let garbled = false;
    const records = new RecordReader({
      most: MOST_BYTES,
      reuses: false,
      take: (kind, number, payload) => {
        if (payload.length === 0) throw new RangeError("a message is empty");
        const bytes = payload.length + MESSAGE_COST;
        this.#unhandled += bytes;
        const taken = (): void => this.#taken(bytes);
        if (kind === RecordKind.frames) on.frames!(number, payload, taken);
        else on.message({ tenon: number, message: objectSaid(payload), taken });
      },
    });
    this.#messages.on("data", (chunk: Uint8Array) => {
      if (garbled) return;
      try {
        records.read(chunk);
      } catch (thrown) {
        garbled = true;
        this.#kill(`it says what can't be read: ${String(thrown)}`);
      }
      if (this.#unhandled >= FULL) this.#pause();
    });
    this.#messages.unref();
    void this.closed.then(() => {
      on.ended(this.#terminated ? undefined : this.#whyEnded(this.#printed));
    });
  }

  async terminate(): Promise<void> {
    this.#terminated = true;
    this.#child.kill("SIGKILL");
    // It ends soon, and somebody waits for that.
    this.#child.ref();
    for (const pipe of this.#child.stdio.slice(2)) (pipe as Socket | null)?.ref();
    await this.closed;
  }

  #taken(bytes: number): void {
    this.#unhandled -= bytes;
    if (this.#unhandled < LOW) this.#resume();
  }

  #pause(): void {
    if (this.#paused || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#paused = true;
    this.#messages.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#messages.resume();
  }

  #note(printed: Uint8Array): void {
    this.#printed += lossyUtf8.decode(printed.subarray(0, MOST_PRINTED));
    // It waits from then on, where it prints more.
    if (this.#printed.length >= MOST_PRINTED) this.#child.stderr?.pause();
  }
}

/** From the memory that Node keeps for short buffers: the pipe has taken most before this returns. */
function recordOf(number: number, frames: WrittenAnswer): Uint8Array {
  const length = frames.at;
  const bytes = Buffer.allocUnsafe(RECORD_HEADER + length);
  putHeader(bytes, length, RecordKind.frames, number);
  frames.moveTo(bytes, RECORD_HEADER);
  return bytes;
}

function objectSaid(payload: Uint8Array): unknown {
  if (payload.length > MOST_OBJECT) throw new RangeError("an object is too long");
  return JSON.parse(lossyUtf8.decode(payload));
}
