// The answers that a guest's thread waits for, out of a pipe.
import { readSync } from "node:fs";
import { WireReader } from "../../../component/wire/index.ts";
import type { AnswerSource } from "../../../isolation/wire/answer-page.ts";
import { RecordReader } from "../../../isolation/wire/records.ts";
import { MOST_BYTES, PIPES } from "./pipes.ts";

const CHUNK_BYTES = 128 * 1024;

export class PipeAnswers implements AnswerSource {
  readonly #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES);
  readonly #records: RecordReader = new RecordReader({
    most: MOST_BYTES,
    // There is nothing to read behind the answer that is waited for.
    reuses: false,
    take: (_kind, call, payload) => {
      // The answer to an earlier call may come late.
      if (call === this.#call) this.#answer = payload;
    },
  });
  #call = 0;
  #answer: Uint8Array | undefined;

  next(): number {
    this.#call = (this.#call + 1) | 0 || 1;
    return this.#call;
  }

  wait(): WireReader {
    this.#answer = undefined;
    while (this.#answer === undefined) {
      const length = readSync(PIPES.answers, this.#chunk);
      if (length === 0) throw new Error("the host is gone");
      this.#records.read(this.#chunk.subarray(0, length));
    }
    const reader = new WireReader(this.#answer);
    reader.lends = true;
    return reader;
  }
}
