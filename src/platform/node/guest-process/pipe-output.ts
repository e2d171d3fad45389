// What a process for guests says to its host.
import { writeSync } from "node:fs";
import type { Numbered } from "../../../isolation/wire/channel.ts";
import { putHeader, RECORD_HEADER, RecordKind } from "../../../isolation/wire/records.ts";
import { utf8Encoder } from "../../../utf8.ts";
import { PIPES } from "./pipes.ts";

/** Shorter messages are written together with their header. */
const SHORT = 64 * 1024;

export class PipeOutput {
  readonly #short: Uint8Array = new Uint8Array(SHORT + RECORD_HEADER);

  /** Waits until the pipe has room: a guest that says more than its host can hear is held up. */
  post({ tenon: number, message }: Numbered): void {
    if (message instanceof Uint8Array) this.#write(RecordKind.frames, number, message);
    else this.#write(RecordKind.object, number, utf8Encoder.encode(JSON.stringify(message)));
  }

  #write(kind: number, number: number, payload: Uint8Array): void {
    const short = this.#short;
    putHeader(short, payload.length, kind, number);
    if (payload.length > SHORT) {
      writeFully(short.subarray(0, RECORD_HEADER));
      return writeFully(payload);
    }
    short.set(payload, RECORD_HEADER);
    writeFully(short.subarray(0, RECORD_HEADER + payload.length));
  }
}

function writeFully(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(PIPES.messages, bytes, at, bytes.length - at);
  }
}
