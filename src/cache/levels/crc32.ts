const TABLES = 8;

/**
 * CRC-32 (ISO 3309, the one of zlib and PNG) of `bytes`, going on from `seed`. A platform that
 * has a faster one hands it in.
 */
export type Checksum = (bytes: Uint8Array, seed: number) => number;

/** Eight bytes a step, about 1 GB/s. */
export const crc32: Checksum = (bytes, seed) => {
  const table = tables;
  const length = bytes.byteLength;
  let crc = ~seed;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[0x700 | (crc & 0xff)]! ^
      table[0x600 | ((crc >>> 8) & 0xff)]! ^
      table[0x500 | ((crc >>> 16) & 0xff)]! ^
      table[0x400 | (crc >>> 24)]! ^
      table[0x300 | bytes[at + 4]!]! ^
      table[0x200 | bytes[at + 5]!]! ^
      table[0x100 | bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
};

/** `tables[k << 8 | b]` is the checksum of byte b followed by k zero bytes. */
const tables = makeTables();

function makeTables(): Int32Array {
  const made = new Int32Array(TABLES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    made[byte] = crc;
  }
  for (let i = 256; i < made.length; i++) {
    const shorter = made[i - 256]!;
    made[i] = made[shorter & 0xff]! ^ (shorter >>> 8);
  }
  return made;
}
