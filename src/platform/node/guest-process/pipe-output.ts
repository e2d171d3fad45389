// What a process for guests says to its host.
import { writeSync } from "node:fs";
import type { Numbered } from "../../../isolation/wire/channel.ts";
import { putHeader, RECORD_HEADER, RecordKind } from "../../../isolation/wire/records.ts";
import type { WrittenAnswer } from "../../threads.ts";
import { utf8Encoder } from "../../../utf8.ts";
import { PIPES } from "./pipes.ts";

/** Frames of so many bytes are written from memory that is used again. */
const SHORT = 64 * 1024;

export class PipeOutput {
  readonly #short: Uint8Array = new Uint8Array(SHORT + RECORD_HEADER);

  /** Waits until the pipe has room: a guest that says more than its host can hear is held up. */
  post({ tenon: number, message }: Numbered): void {
    const payload = utf8Encoder.encode(JSON.stringify(message));
    putHeader(this.#short, payload.length, RecordKind.object, number);
    writeFully(this.#short, RECORD_HEADER);
    writeFully(payload, payload.length);
  }

  /** Does the same with frames, in one write where they are short. */
  postFrames(number: number, frames: WrittenAnswer): void {
    const length = frames.at;
    const whole = RECORD_HEADER + length;
    const bytes = length > SHORT ? new Uint8Array(whole) : this.#short;
    putHeader(bytes, length, RecordKind.frames, number);
    frames.moveTo(bytes, RECORD_HEADER);
    writeFully(bytes, whole);
  }
}

function writeFully(bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length;) at += writeSync(PIPES.messages, bytes, at, length - at);
}
