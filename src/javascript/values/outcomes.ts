// What goes to `resume`: the outcomes of calls that a program began.
import { BytesWriter } from "./bytes-writer.ts";
import * as tag from "./tags.ts";

/** An outcome of one call, written. */
export interface WrittenOutcome {
  readonly call: number;
  /** An outcome as a synchronous call answers it: whether it returned, and the value. */
  readonly outcome: Uint8Array;
}

/** An array of `[call, ok, value]`. */
export function encodeOutcomes(outcomes: readonly WrittenOutcome[]): Uint8Array<ArrayBuffer> {
  const out = new BytesWriter(Infinity);
  out.byte(tag.ARRAY);
  out.varint(outcomes.length);
  for (const { call, outcome } of outcomes) {
    out.byte(tag.ARRAY);
    out.varint(3);
    out.number(call);
    out.byte(outcome[0] === tag.RETURNED ? tag.TRUE : tag.FALSE);
    out.bytes(outcome.subarray(1));
  }
  return out.take();
}
