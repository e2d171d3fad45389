// Read by everyone who compiles: it stands apart from what only rewriting needs (transform/sections.ts).
import { concatenate } from "../transform/bytes.ts";
import { Reader } from "./reader.ts";

/**
 * The module with some of its sections replaced: `replace` returns a section as it is to be written,
 * with its id and its size; undefined where it stays as it is.
 */
export function replaceSections(
  module: Uint8Array,
  replace: (id: number, section: Reader) => readonly Uint8Array[] | undefined,
): Uint8Array {
  const reader = new Reader(module, 8, module.length);
  const parts: Uint8Array[] = [];
  let copied = 0;
  while (!reader.done) {
    const start = reader.at;
    const id = reader.u8();
    const section = reader.slice(reader.u32());
    const written = replace(id, section);
    if (written === undefined) continue;
    parts.push(module.subarray(copied, start), ...written);
    copied = section.end;
  }
  return copied === 0 ? module : concatenate([...parts, module.subarray(copied)]);
}
