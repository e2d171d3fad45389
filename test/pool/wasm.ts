// Small modules, by hand: there is no compiler in these tests.
const leb = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
};
const section = (id: number, body: number[]): number[] => [id, ...leb(body.length), ...body];
const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];

/**
 * Exports `memory` (`pages`, growing to 64), `counter` (a mutable i32), `fixed` (an immutable
 * one), `table` (4 functions), `poke(at, value)`, `bump()`, `swap()` (empties element 0).
 */
export function counterModule(pages: number): WebAssembly.Module {
  const i32 = 0x7f;
  const types = [3, 0x60, 2, i32, i32, 0, 0x60, 0, 1, i32, 0x60, 0, 0];
  const poke = [0, 0x20, 0, 0x20, 1, 0x3a, 0, 0, 0x0b];
  const bump = [0, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0, 0x0b];
  const swap = [0, 0x41, 0, 0xd0, 0x70, 0x26, 0, 0x0b];
  const bodies = [poke, bump, swap].flatMap((body) => [...leb(body.length), ...body]);
  const bytes = [
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, types),
    ...section(3, [3, 0, 1, 2]),
    ...section(4, [1, 0x70, 1, 4, 16]),
    ...section(5, [1, 1, ...leb(pages), 64]),
    ...section(6, [2, i32, 1, 0x41, 7, 0x0b, i32, 0, 0x41, 9, 0x0b]),
    ...section(7, [
      7,
      ...name("memory"),
      2,
      0,
      ...name("counter"),
      3,
      0,
      ...name("fixed"),
      3,
      1,
      ...name("table"),
      1,
      0,
      ...name("poke"),
      0,
      0,
      ...name("bump"),
      0,
      1,
      ...name("swap"),
      0,
      2,
    ]),
    ...section(9, [1, 0, 0x41, 0, 0x0b, 2, 0, 1]),
    ...section(10, [3, ...bodies]),
    ...section(11, [1, 0, 0x41, 0x80, 0x08, 0x0b, 5, ...new TextEncoder().encode("hello")]),
  ];
  return new WebAssembly.Module(new Uint8Array(bytes));
}

export interface Counter {
  readonly memory: WebAssembly.Memory;
  readonly counter: WebAssembly.Global;
  readonly fixed: WebAssembly.Global;
  readonly table: WebAssembly.Table;
  poke(at: number, value: number): void;
  bump(): number;
  swap(): void;
}

export function counter(module: WebAssembly.Module): Counter {
  return new WebAssembly.Instance(module).exports as unknown as Counter;
}
