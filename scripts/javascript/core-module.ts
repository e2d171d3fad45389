// The sections of a core module, as far as pre-initialising reads and writes them (core
// specification, 5.5).

/** Section numbers. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

export interface Section {
  readonly id: number;
  readonly contents: Uint8Array;
}

/** A global that the module defines itself. */
export interface Global {
  /** `i32`, `i64`, `f32` or `f64`. */
  readonly type: number;
  readonly isMutable: boolean;
  /** Its constant expression, `end` included. */
  readonly initial: Uint8Array;
}

export interface Export {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

export class Reader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error(`The module ends at ${this.at}.`);
    this.at += 1;
    return byte;
  }

  /** An unsigned LEB128 number of up to 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + count);
    if (taken.length < count) throw new Error(`The module ends at ${this.at}.`);
    this.at += count;
    return taken;
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }

  skipLeb(): void {
    while (this.byte() >= 0x80);
  }
}

export function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module);
  reader.take(header.length);
  const sections: Section[] = [];
  while (!reader.ended) sections.push({ id: reader.byte(), contents: reader.take(reader.u32()) });
  return sections;
}

export function writeModule(sections: readonly Section[]): Uint8Array {
  return concat([
    header,
    ...sections.flatMap(({ id, contents }) => [
      concat([Uint8Array.of(id), u32(contents.length)]),
      contents,
    ]),
  ]);
}

export function readGlobals(contents: Uint8Array): Global[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => {
    const type = reader.byte();
    const isMutable = reader.byte() === 1;
    const start = reader.at;
    const opcode = reader.byte();
    if (opcode === 0x41 || opcode === 0x42 || opcode === 0x23) reader.skipLeb();
    else if (opcode === 0x43) reader.take(4);
    else if (opcode === 0x44) reader.take(8);
    else throw new Error(`A global begins with the instruction ${opcode}.`);
    if (reader.byte() !== 0x0b) throw new Error("A global has a long expression.");
    return { type, isMutable, initial: contents.slice(start, reader.at) };
  });
}

export function writeGlobals(globals: readonly Global[]): Uint8Array {
  return concat([
    u32(globals.length),
    ...globals.flatMap(({ type, isMutable, initial }) => [
      Uint8Array.of(type, isMutable ? 1 : 0),
      initial,
    ]),
  ]);
}

/** The constant expression of a number. */
export function constant(type: number, value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  switch (type) {
    case 0x7f:
      return concat([Uint8Array.of(0x41), signed(BigInt(value)), Uint8Array.of(0x0b)]);
    case 0x7e:
      return concat([Uint8Array.of(0x42), signed(BigInt(value)), Uint8Array.of(0x0b)]);
    case 0x7d:
      view.setFloat32(0, Number(value), true);
      return concat([Uint8Array.of(0x43), bytes.subarray(0, 4), Uint8Array.of(0x0b)]);
    case 0x7c:
      view.setFloat64(0, Number(value), true);
      return concat([Uint8Array.of(0x44), bytes, Uint8Array.of(0x0b)]);
    default:
      throw new Error(`No constant has the type ${type}.`);
  }
}

export function readExports(contents: Uint8Array): Export[] {
  const reader = new Reader(contents);
  return Array.from({ length: reader.u32() }, () => ({
    name: reader.text(),
    kind: reader.byte(),
    index: reader.u32(),
  }));
}

export function writeExports(exports: readonly Export[]): Uint8Array {
  return concat([
    u32(exports.length),
    ...exports.flatMap(({ name, kind, index }) => {
      const text = new TextEncoder().encode(name);
      return [u32(text.length), text, Uint8Array.of(kind), u32(index)];
    }),
  ]);
}

export function u32(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low + 128);
  } while (rest !== 0);
  return Uint8Array.from(bytes);
}

export function signed(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const isDone = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
    bytes.push(isDone ? low : low | 0x80);
    if (isDone) return Uint8Array.from(bytes);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
