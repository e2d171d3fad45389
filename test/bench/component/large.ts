// A core module as large as those of whole language runtimes: the guest's, with functions that nobody
// calls.
import { leb } from "../../bytes.ts";

/** Appends functions to a module until it has that many bytes more. */
export function enlarge(module: Uint8Array, bytes: number): Uint8Array {
  const body = functionBody();
  const count = Math.ceil(bytes / (body.length + 1));
  const parts: Uint8Array[] = [module.slice(0, 8)];
  for (const { id, content } of sections(module)) {
    parts.push(section(id, content, id === 3 ? indices(count) : id === 10 ? bodies(count) : []));
  }
  return joined(parts);

  function bodies(count: number): Uint8Array[] {
    return Array.from({ length: count }, (_, index) => {
      const own = body.slice();
      own.set([(index & 127) | 128, (index >>> 7) & 63], body.length - 4);
      return own;
    });
  }
}

/** Changes a constant in the last of the functions that `enlarge` appended. */
export function vary(bytes: Uint8Array, value: number): void {
  for (let at = bytes.length - 5; at > 0; at--) {
    const found =
      bytes[at] === 0x41 &&
      bytes[at + 1]! > 127 &&
      bytes[at + 3] === 0x6a &&
      bytes[at + 4] === 0x0b;
    if (!found) continue;
    bytes[at + 1] = value | 128;
    return;
  }
  throw new Error("not an enlarged module");
}

// One of type 0, which is that of the first import: (i32, i32) -> i32.
function functionBody(): Uint8Array {
  const code: number[] = [0];
  // local.get 0; local.get 1; i32.load offset=8; i32.add; i32.const 77; i32.mul; local.set 0
  const step = [0x20, 0, 0x20, 1, 0x28, 2, 8, 0x6a, 0x41, 0xcd, 0, 0x6c, 0x21, 0];
  // block; local.get 0; br_if 0; local.get 1; local.get 0; i32.store offset=4; end
  const branch = [0x02, 0x40, 0x20, 0, 0x0d, 0, 0x20, 1, 0x20, 0, 0x36, 2, 4, 0x0b];
  for (let index = 0; index < 14; index++) code.push(...step, ...branch);
  code.push(0x20, 0, 0x41, 0x80, 0, 0x6a, 0x0b);
  const size = leb(code.length);
  return Uint8Array.from([...size, ...code]);
}

function indices(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => Uint8Array.of(0));
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function sections(module: Uint8Array): Section[] {
  const found: Section[] = [];
  let at = 8;
  while (at < module.length) {
    const id = module[at]!;
    const [size, start] = readLeb(module, at + 1);
    found.push({ id, content: module.slice(start, start + size) });
    at = start + size;
  }
  return found;
}

function section(id: number, content: Uint8Array, more: readonly Uint8Array[]): Uint8Array {
  let parts: Uint8Array[] = [content];
  if (more.length > 0) {
    const [count, start] = readLeb(content, 0);
    parts = [Uint8Array.from(leb(count + more.length)), content.slice(start), ...more];
  }
  const whole = joined(parts);
  return joined([Uint8Array.from([id, ...leb(whole.length)]), whole]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readLeb(bytes: Uint8Array, at: number): readonly [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}
