import { TenonError, WitError } from "../../errors.ts";
import type { TextSnapshot } from "../../text/index.ts";
import type * as Contract from "../generated/host/text.ts";
import type { ByteRange } from "../generated/host/types.ts";

export function textError(error: Contract.Error): WitError<Contract.Error> {
  return new WitError(error, `text: ${error.tag}`);
}

/** Returns the range if it is one and lies in the text. Throws `out-of-range`. */
export function checkRange(content: TextSnapshot, { start, end }: ByteRange): ByteRange {
  if (end > content.byteLength) throw textError({ tag: "out-of-range", val: end });
  if (start > end) throw textError({ tag: "out-of-range", val: start });
  return { start, end };
}

/** The offset of a byte in UTF-16 units. Throws `out-of-range`, `inside-character`. */
export function offsetOfByte(content: TextSnapshot, byte: number): number {
  if (byte > content.byteLength) throw textError({ tag: "out-of-range", val: byte });
  try {
    return content.offsetOfByte(byte);
  } catch (error) {
    if (isInsideCharacter(error)) throw textError({ tag: "inside-character", val: byte });
    throw error;
  }
}

/** The same or, where the byte is inside a character, the start of that character. */
export function offsetAtOrBefore(content: TextSnapshot, byte: number): number {
  for (let at = byte; ; at--) {
    try {
      return content.offsetOfByte(at);
    } catch (error) {
      if (!isInsideCharacter(error)) throw error;
    }
  }
}

/** Whether a conversion failed because the offset is inside a character. */
export function isInsideCharacter(error: unknown): boolean {
  return error instanceof TenonError && error.code === "text-inside-character";
}
