// Components written byte by byte, for what no text form can say.
import { leb } from "../../bytes.ts";

export const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
export const corePreamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...leb(bytes.length), ...bytes];
}

export function vector(...items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

export function section(id: number, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat();
  return [id, ...leb(bytes.length), ...bytes];
}

export function component(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...preamble, ...sections.flat()]);
}

/**
 * The same part `count` times behind a head of sections' content, without building arrays of it.
 */
export function repeated(
  id: number,
  head: readonly number[],
  part: readonly number[],
  count: number,
): Uint8Array<ArrayBuffer> {
  const length = head.length + part.length * count;
  const start = [...preamble, id, ...leb(length), ...head];
  const bytes = new Uint8Array(start.length + part.length * count);
  bytes.set(start);
  for (let at = start.length; at < bytes.length; at += part.length) bytes.set(part, at);
  return bytes;
}

/** Components, one in the other, `depth` of them inside the outermost one. */
export function nested(depth: number): Uint8Array<ArrayBuffer> {
  const heads: number[][] = [];
  let length = preamble.length;
  for (let level = 0; level < depth; level++) {
    const head = [...preamble, 4, ...leb(length)];
    heads.push(head);
    length += head.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const head of heads.reverse()) {
    bytes.set(head, at);
    at += head.length;
  }
  bytes.set(preamble, at);
  return bytes;
}
