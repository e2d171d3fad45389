// Packages that are made to take time before anything of them is compiled.
import { leb } from "../bytes.ts";
import { corePreamble, name, preamble } from "../component/decode/binary.ts";
import { component as parsed } from "../conformance/engine-guests.ts";

type Part = ArrayLike<number>;

function joined(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function section(id: number, ...parts: readonly Part[]): Uint8Array {
  const content = joined(parts);
  return joined([[id], leb(content.length), content]);
}

function component(...sections: readonly Part[]): Uint8Array<ArrayBuffer> {
  return joined([preamble, ...sections]);
}

function coreModule(...sections: readonly Part[]): Uint8Array {
  return section(1, corePreamble, ...sections);
}

function many(count: number, part: (index: number) => readonly number[]): Uint8Array {
  return joined(Array.from({ length: count }, (_, index) => part(index)));
}

function times(count: number, part: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: count * part.length }, (_, at) => part[at % part.length]!);
}

// So many imports of functions.
function imports(count: number): Uint8Array<ArrayBuffer> {
  const func = section(7, [1, 0x40, 0, 1, 0]);
  const each = many(count, (index) => [0, ...name(`f${index}`), 1, 0]);
  return component(func, section(10, leb(count), each));
}

// A type of one list with so many labels: a record, an enum, parameters.
function labels(kind: number, count: number, end: readonly number[], type: readonly number[]) {
  const each = many(count, (index) => [...name(`f${index}`), ...type]);
  return component(section(7, [1, kind], leb(count), each, end));
}

// A component that is large because it does much: thousands of functions.
function large(functions: number, size: number): Uint8Array<ArrayBuffer> {
  const body = [...leb(size), 0, ...Array.from({ length: size - 2 }, () => 0x01), 0x0b];
  return component(
    coreModule(
      section(1, [1, 0x60, 0, 0]),
      section(3, leb(functions), times(functions, [0])),
      section(10, leb(functions), times(functions, body)),
    ),
  );
}

// Each component makes two instances of the one before.
function doublingInstances(levels: number): Promise<Uint8Array> {
  let text = "(component $c0 (core module $m) (core instance (instantiate $m)))";
  for (let level = 1; level <= levels; level++) {
    text += `(component $c${level} (alias outer 1 $c${level - 1} (component $p))
      (instance (instantiate $p)) (instance (instantiate $p)))`;
  }
  return parsed(`(component ${text} (instance (instantiate $c${levels})))`);
}

// Each instance type has two of the one before.
function doublingTypes(levels: number): Promise<Uint8Array> {
  let text = `(type $t0 (instance (export "r" (type (sub resource)))))`;
  for (let level = 1; level <= levels; level++) {
    text += `(type $t${level} (instance (alias outer 1 $t${level - 1} (type $i))
      (export "a" (instance (type $i))) (export "b" (instance (type $i)))))`;
  }
  return parsed(`(component ${text} (import "a:b/c" (instance (type $t${levels}))))`);
}

// Each instance exports the one before twice.
function doublingExports(levels: number): Promise<Uint8Array> {
  let text = `(import "a:b/c" (instance $i0 (export "r" (type (sub resource)))))`;
  for (let level = 1; level <= levels; level++) {
    text += `(instance $i${level} (export "a" (instance $i${level - 1}))
      (export "b" (instance $i${level - 1})))`;
  }
  return parsed(`(component ${text} (export "x" (instance $i${levels})))`);
}

const MiB = 1024 * 1024;

/** By what is costly in them. */
export const costlyPackages: Readonly<
  Record<string, () => Uint8Array<ArrayBuffer> | Promise<Uint8Array>>
> = {
  "2,000 imports that nobody offers": () => imports(2_000),
  "490,000 imports": () => imports(490_000),
  "16 MB of code": () => large(12_000, 1_300),
  "60 MB of data": () =>
    component(
      coreModule(section(5, [1, 0, 1]), section(11, [1, 1], leb(60e6), new Uint8Array(60e6))),
    ),
  "64 MiB of nothing": () => new Uint8Array(64 * MiB),
  "64 MiB and a byte": () => new Uint8Array(64 * MiB + 1),
  "160 modules of 65,536 functions": () => {
    const one = coreModule(
      section(1, [1, 0x60, 0, 0]),
      section(3, leb(65_536), new Uint8Array(65_536)),
      section(7, [1], name("f"), [0, 0]),
      section(10, leb(65_536), times(65_536, [2, 0, 0x0b])),
    );
    return component(...Array.from({ length: 160 }, () => one));
  },
  "modules of types with many parameters": () => {
    const type = [0x60, 31, ...Array.from({ length: 31 }, () => 0x7f), 0];
    const one = coreModule(section(1, leb(4_096), times(4_096, type)));
    return component(...Array.from({ length: 80 }, () => one));
  },
  "a million empty sections": () => component(times(1_000_000, [0, 1, 0])),
  "a name of 30 MB": () => component(section(0, leb(30e6), times(15_000_000, [0xc3, 0xa9]))),
  "a record of 100,000 fields": () => labels(0x72, 100_000, [], [0x7d]),
  "an enum of 130,000 cases": () => labels(0x6d, 130_000, [], []),
  "a function of 130,000 parameters": () => labels(0x40, 130_000, [1, 0], [0x7d]),
  "instances that double": () => doublingInstances(16),
  "instance types that double": () => doublingTypes(19),
  "exports that double": () => doublingExports(19),
  "exports that double and pass": () => doublingExports(16),
};

/** The caps that some of them are over. */
export const capsOfCostly: Readonly<Record<string, string>> = {
  "490,000 imports": "componentParts",
  "modules of types with many parameters": "moduleTypeParts",
  "a million empty sections": "componentCustomSections",
  "a name of 30 MB": "componentNameBytes",
  "a record of 100,000 fields": "componentListParts",
  "an enum of 130,000 cases": "componentListParts",
  "a function of 130,000 parameters": "componentListParts",
  "instance types that double": "componentTypeWork",
  "exports that double": "componentTypeWork",
};
