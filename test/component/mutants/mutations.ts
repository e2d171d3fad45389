// Ways of damaging a component.
import { leb } from "../../bytes.ts";

export type Mutation = (
  bytes: Uint8Array,
  at: number,
  other: Uint8Array,
  value: number,
) => Uint8Array;

function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const mutations: Readonly<Record<string, Mutation>> = {
  "a bit flipped": (bytes, at, _, value) => {
    const copy = bytes.slice();
    copy[at] = copy[at]! ^ (1 << (value % 8));
    return copy;
  },
  "a byte replaced": (bytes, at, _, value) => {
    const copy = bytes.slice();
    copy[at] = value % 256;
    return copy;
  },
  "a byte made one more": (bytes, at) => {
    const copy = bytes.slice();
    copy[at] = copy[at]! + 1;
    return copy;
  },
  "the end cut off": (bytes, at) => bytes.subarray(0, at),
  "a byte made a huge count": (bytes, at, _, value) =>
    join(bytes.subarray(0, at), leb(value), bytes.subarray(at + 1)),
  "bytes taken out": (bytes, at, _, value) =>
    join(bytes.subarray(0, at), bytes.subarray(at + 1 + (value % 16))),
  "bytes put in": (bytes, at, other, value) =>
    join(bytes.subarray(0, at), other.subarray(value % other.length), bytes.subarray(at)),
  "a section of another component put in": (bytes, at, other, value) => {
    const [to, from] = [sections(bytes), sections(other)];
    const [where, what] = [to[at % to.length]!, from[value % from.length]!];
    return join(
      bytes.subarray(0, where.start),
      other.subarray(what.start, what.end),
      bytes.subarray(where.start),
    );
  },
  "two sections exchanged": (bytes, at, _, value) => {
    const all = sections(bytes);
    const order = all.map((_, index) => index);
    const [a, b] = [at % all.length, value % all.length];
    [order[a], order[b]] = [order[b]!, order[a]!];
    return join(
      bytes.subarray(0, 8),
      ...order.map((index) => bytes.subarray(all[index]!.start, all[index]!.end)),
    );
  },
};

/** The outermost sections of a sound component. */
export function sections(bytes: Uint8Array): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let at = 8; at < bytes.length;) {
    const start = at++;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += length;
    found.push({ start, end: at });
  }
  return found;
}
