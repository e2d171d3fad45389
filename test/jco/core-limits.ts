import { TenonError } from "../../src/errors.ts";
import { ByteReader, pushUnsigned } from "./bytes.ts";

const TABLES = 4;
const MEMORIES = 5;
const PAGE = 65_536;
// Elements of one table: 8 bytes each in the JavaScript engine, outside any linear memory.
const MAX_TABLE = 1_000_000;

const HAS_MAXIMUM = 1;
const SHARED = 2;
const WIDE = 4;
const PAGE_SIZE = 8;

/**
 * A core module whose memories and tables can't grow past the caps: the maximum in its own limits
 * is lowered, so growing further answers -1 inside the guest. One that starts over a cap is
 * `component-limit`; shared memory, 64-bit memory and odd page sizes are `component-unsupported`.
 */
export function capCoreModule(
  bytes: Uint8Array<ArrayBuffer>,
  maxMemoryBytes: number,
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [bytes.subarray(0, 8)];
  const reader = new ByteReader(bytes, 8);
  let changed = false;
  while (!reader.done) {
    const start = reader.offset;
    const id = reader.byte();
    const size = reader.unsigned();
    const body = reader.take(size);
    const limited =
      id === MEMORIES
        ? capMemories(new ByteReader(body), Math.floor(maxMemoryBytes / PAGE))
        : id === TABLES
          ? capTables(new ByteReader(body))
          : undefined;
    if (limited === undefined) {
      pieces.push(bytes.subarray(start, reader.offset));
      continue;
    }
    changed = true;
    const head = [id];
    pushUnsigned(head, limited.length);
    pieces.push(Uint8Array.from(head), Uint8Array.from(limited));
  }
  return changed ? concat(pieces) : bytes;
}

function capMemories(section: ByteReader, maxPages: number): number[] {
  const count = section.unsigned();
  const out: number[] = [];
  pushUnsigned(out, count);
  for (let left = count; left > 0; left--) capLimits(section, out, maxPages, "memory", PAGE);
  return out;
}

function capTables(section: ByteReader): number[] {
  const count = section.unsigned();
  const out: number[] = [];
  pushUnsigned(out, count);
  for (let left = count; left > 0; left--) {
    const type = section.byte();
    if (type === 0x40) throw unsupported("a table with an initial value");
    out.push(type);
    if (type === 0x63 || type === 0x64) copyNumber(section, out);
    capLimits(section, out, MAX_TABLE, "table", 1);
  }
  return out;
}

// A LEB128 number byte for byte: a heap type is signed.
function copyNumber(section: ByteReader, out: number[]): void {
  for (;;) {
    const byte = section.byte();
    out.push(byte);
    if (byte < 0x80) return;
  }
}

function capLimits(
  section: ByteReader,
  out: number[],
  cap: number,
  what: "memory" | "table",
  unit: number,
): void {
  const flags = section.byte();
  if (flags & SHARED) throw unsupported("shared memory");
  if (flags & WIDE) throw unsupported(`a 64-bit ${what}`);
  if (flags & PAGE_SIZE) throw unsupported("a page size of its own");
  const minimum = section.unsigned();
  const maximum = flags & HAS_MAXIMUM ? section.unsigned() : cap;
  if (minimum > cap) {
    throw new TenonError(
      "component-limit",
      `The component's ${what} starts with ${minimum * unit}, more than the ${cap * unit} that it may have.`,
      { data: { limit: what, wanted: minimum * unit, cap: cap * unit } },
    );
  }
  out.push(HAS_MAXIMUM);
  pushUnsigned(out, minimum);
  pushUnsigned(out, Math.max(minimum, Math.min(maximum, cap)));
}

function unsupported(feature: string): TenonError {
  return new TenonError("component-unsupported", `The component uses ${feature}.`, {
    data: { feature },
  });
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
