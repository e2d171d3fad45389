import { decodeAbout, encodeAbout } from "./about.ts";
import { type Checksum, crc32 } from "./crc32.ts";
import type { StoredEntry } from "./level.ts";

/// Magic and version of a sealed entry: "TnE" 1.
const MAGIC = 0x01456e54;
/// Magic, checksum of the rest, length of the key, length of `about`.
const HEAD = 16;

const encoder = new TextEncoder();

/// An entry as bytes that tell by themselves whether they are whole and whose they are: for levels
/// whose medium keeps bytes under names (a Redis, a file, a database).
export function sealEntry(
  key: string,
  entry: StoredEntry,
  checksum: Checksum = crc32,
): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(key);
  const about = encodeAbout(entry.about);
  const start = HEAD + name.byteLength + about.byteLength;
  const sealed = new Uint8Array(start + entry.payload.byteLength);
  const view = new DataView(sealed.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, name.byteLength, true);
  view.setUint32(12, about.byteLength, true);
  sealed.set(name, HEAD);
  sealed.set(about, HEAD + name.byteLength);
  sealed.set(entry.payload, start);
  view.setUint32(4, checksum(sealed.subarray(8), MAGIC), true);
  return sealed;
}

/// Undefined where the bytes are torn, altered, of another version or another key's.
export function openEntry(
  key: string,
  sealed: Uint8Array,
  checksum: Checksum = crc32,
): StoredEntry | undefined {
  if (sealed.byteLength < HEAD) return undefined;
  const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (view.getUint32(4, true) !== checksum(sealed.subarray(8), MAGIC)) return undefined;
  const name = encoder.encode(key);
  const aboutAt = HEAD + view.getUint32(8, true);
  const payloadAt = aboutAt + view.getUint32(12, true);
  if (payloadAt > sealed.byteLength || !same(sealed.subarray(HEAD, aboutAt), name)) {
    return undefined;
  }
  try {
    const about = decodeAbout(sealed.subarray(aboutAt, payloadAt));
    return { payload: sealed.subarray(payloadAt), about };
  } catch {
    return undefined;
  }
}

function same(bytes: Uint8Array, name: Uint8Array): boolean {
  return bytes.byteLength === name.byteLength && name.every((byte, i) => byte === bytes[i]);
}
