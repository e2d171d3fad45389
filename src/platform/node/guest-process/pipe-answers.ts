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
    takeFrames: (call, reader) => this.#take(call, reader),
    take: (_kind, call, payload) => this.#take(call, new WireReader(payload)),
  });
  #call = 0;
  #answer: WireReader | undefined;

  next(): number {
    this.#call = (this.#call + 1) | 0 || 1;
    return this.#call;
  }

  #take(call: number, reader: WireReader): void {
    // The answer to an earlier call may come late.
    if (call === this.#call) this.#answer = reader;
  }

  wait(): WireReader {
    this.#answer = undefined;
    let answer: WireReader | undefined;
    while (answer === undefined) {
      const length = readSync(PIPES.answers, this.#chunk);
      if (length === 0) throw new Error("the host is gone");
      this.#records.read(this.#chunk, length);
      answer = this.#answer;
    }
    answer.lends = true;
    return answer;
  }
}
