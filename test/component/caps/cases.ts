import type { CapName } from "../../../src/component/caps/cap-row.ts";
import { leb } from "../../bytes.ts";
import { corePreamble, name, nested, preamble } from "../decode/binary.ts";

/** Bytes of any number of parts, each bytes, numbers or parts of their own. */
export function join(
  ...parts: readonly (Uint8Array | readonly number[])[]
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function times(part: readonly number[], count: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(part.length * count);
  for (let at = 0; at < whole.length; at += part.length) whole.set(part, at);
  return whole;
}

function each(count: number, part: (index: number) => readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Array.from({ length: count }, (_, index) => part(index)).flat());
}

export function section(id: number, ...content: readonly (Uint8Array | readonly number[])[]) {
  const inner = join(...content);
  return join([id, ...leb(inner.length)], inner);
}

export function module(...sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return join(corePreamble, ...sections);
}

export function component(...sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return join(preamble, ...sections);
}

/** A component of one core module that is never instantiated. */
export function holding(...sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return component(section(1, module(...sections)));
}

// `(func)`, and the function type that it has.
const types = section(1, [1, 0x60, 0, 0]);
const functions = section(3, [1, 0]);

export interface Code {
  readonly locals?: number;
  /** Sections between those of functions and code. */
  readonly between?: readonly Uint8Array[];
  readonly types?: Uint8Array;
  readonly after?: readonly Uint8Array[];
}

/** A module of one function of this code, its `end` apart. */
export function withCode(
  code: Uint8Array | readonly number[],
  { locals = 0, between = [], types: own = types, after = [] }: Code = {},
): Uint8Array<ArrayBuffer> {
  const declared = locals === 0 ? [0] : [1, ...leb(locals), 0x7f];
  const body = join(declared, code, [0x0b]);
  return holding(own, functions, ...between, section(10, [1, ...leb(body.length)], body), ...after);
}

// A component of two core modules that have so many parts in all, in functions of four thousand at most.
function inTwoModules(part: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const each = 4_000;
  const own = (parts: number): Uint8Array => {
    const bodies = Array.from({ length: Math.ceil(parts / each) }, (_, index) => {
      const body = join([0], times(part, Math.min(each, parts - index * each)), [0x0b]);
      return join(leb(body.length), body);
    });
    const count = leb(bodies.length);
    const sections = [section(3, count, times([0], bodies.length)), section(10, count, ...bodies)];
    return section(1, module(types, ...sections));
  };
  const half = Math.floor(size / 2);
  return component(own(half), own(size - half));
}

const table = section(4, [1, 0x70, 0, 1]);
const memory = section(5, [1, 0, 0]);

// Code each part of which counts as many as there are locals: so many in all, or, where these are millions,
// at least so many.
function slots(part: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const locals = size < 1_000_000 ? 1 : 1_000;
  return withCode(times(part, Math.ceil(size / locals)), { locals });
}

/**
 * By cap, a component that measures just so much by it, valid unless it is over another cap of
 * WebAssembly itself.
 */
export const cases: Readonly<Record<CapName, (size: number) => Uint8Array<ArrayBuffer>>> = {
  functionBytes: (size) => withCode(times([0x01], size - 2)),
  functionLocals: (size) => withCode([], { locals: size }),
  // In thousands of locals, each of which counts all bytes.
  functionLocalBytes: (size) => {
    const locals = size < 1_000_000 ? 1 : 6_000;
    const bytes = Math.ceil(size / locals);
    return withCode(times([0x01], bytes - (locals === 1 ? 4 : 5)), { locals });
  },
  functionHeight: (size) => withCode(join(times([0x41, 0], size), times([0x1a], size))),
  functionDepth: (size) => withCode(join(times([0x02, 0x40], size), times([0x0b], size))),
  functionBlocks: (size) => withCode(times([0x02, 0x40, 0x0b], size)),
  functionBlockSlots: (size) => slots([0x02, 0x40, 0x0b], size),
  functionBranches: (size) => withCode(times([0x41, 0, 0x0d, 0], size)),
  functionBranchSlots: (size) => slots([0x41, 0, 0x0d, 0], size),
  functionTargets: (size) => withCode(join([0x41, 0, 0x0e, ...leb(size - 1)], times([0], size))),
  functionTableTargets: (size) =>
    withCode(join([0x41, 0, 0x0e, ...leb(size - 1)], times([0], size))),
  functionLoops: (size) => withCode(times([0x03, 0x40, 0x0b], size)),
  functionLoopDepth: (size) => withCode(join(times([0x03, 0x40], size), times([0x0b], size))),
  functionLoopDepths: (size) => withCode(times([0x03, 0x40, 0x0b], size)),
  functionLoopSlots: (size) => slots([0x03, 0x40, 0x0b], size),
  functionCalls: (size) => withCode(times([0x10, 0], size)),
  functionCallSlots: (size) => slots([0x10, 0], size),
  functionCaughtCalls: (size) => withCode(join([0x06, 0x40], times([0x10, 0], size), [0x19, 0x0b])),
  functionIndirectCalls: (size) =>
    withCode(times([0x41, 0, 0x11, 0, 0], size), { between: [table] }),
  functionCallValues: (size) => withCode(times([0x10, 0], size)),
  functionAccesses: (size) =>
    withCode(times([0x41, 0, 0x28, 2, 0, 0x1a], size), { between: [memory] }),
  functionStrain: (size) =>
    withCode(times([0x23, 0, 0x1a], size), { between: [section(6, [1, 0x7f, 0, 0x41, 0, 0x0b])] }),
  functionBulk: (size) => withCode(times([0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a], size)),
  functionTableAccesses: (size) =>
    withCode(times([0x41, 0, 0x25, 0, 0x1a], size), { between: [table] }),
  functionAggregates: (size) => withCode(times([0x41, 0, 0xfb, 28, 0x1a], size)),
  functionAggregateValues: (size) =>
    withCode([0xfb, 1, 1, 0x1a], {
      types: section(1, [2, 0x60, 0, 0, 0x5f, ...leb(size - 1)], times([0x7f, 0], size - 1)),
    }),

  moduleBytes: (size) => holding(padding(size - corePreamble.length)),
  moduleFunctions: (size) =>
    holding(
      types,
      section(3, leb(size), times([0], size)),
      section(10, leb(size), times([2, 0, 0x0b], size)),
    ),
  moduleTypes: (size) => holding(section(1, leb(size), times([0x60, 0, 0], size))),
  moduleTypeParameters: (size) =>
    holding(section(1, [1, 0x60, ...leb(size)], times([0x7f], size), [0])),
  moduleTypeResults: (size) => holding(section(1, [1, 0x60, 0, ...leb(size)], times([0x7f], size))),
  moduleTypeFields: (size) => holding(section(1, [1, 0x5f, ...leb(size)], times([0x7f, 0], size))),
  moduleTypeParts: (size) => holding(section(1, leb(size), times([0x60, 1, 0x7f, 0], size))),
  moduleGlobals: (size) => holding(section(6, leb(size), times([0x7f, 0, 0x41, 0, 0x0b], size))),
  moduleTables: (size) => holding(section(4, leb(size), times([0x70, 0, 0], size))),
  moduleStartElements: (size) => holding(section(4, [2, 0x70, 0, 1, 0x70, 0, ...leb(size - 1)])),
  moduleMemories: (size) => holding(section(5, leb(size), times([0, 0], size))),
  moduleStartPages: (size) => holding(section(5, [2, 0, 1, 0, ...leb(size - 1)])),
  moduleStartBytes: (size) =>
    holding(
      section(5, [1, 0, ...leb(Math.ceil(size / 65_536))]),
      section(11, [1, 0, 0x41, 0, 0x0b, ...leb(size)], new Uint8Array(size)),
    ),
  moduleTags: (size) => holding(types, section(13, leb(size), times([0, 0], size))),
  moduleTagValues: (size) =>
    holding(section(1, [1, 0x60, ...leb(size)], times([0x7e], size), [0]), section(13, [1, 0, 0])),
  moduleDataSegments: (size) => holding(memory, section(11, leb(size), times([1, 0], size))),
  moduleElementSegments: (size) => holding(section(9, leb(size), times([1, 0, 0], size))),
  moduleElements: (size) =>
    withCode([], {
      between: [section(9, [2, 1, 0, 1, 0, 1, 0, ...leb(size - 1)], times([0], size - 1))],
    }),
  moduleConstants: (size) => holding(section(6, leb(size), times([0x7f, 0, 0x41, 0, 0x0b], size))),
  moduleImports: (size) =>
    holding(
      types,
      section(
        2,
        leb(size),
        each(size, (index) => [0, ...name(`${index}`), 0, 0]),
      ),
    ),
  moduleExports: (size) =>
    holding(
      memory,
      section(
        7,
        leb(size),
        each(size, (index) => [...name(`${index}`), 2, 0]),
      ),
    ),
  moduleNameBytes: (size) =>
    holding(memory, section(7, [1, ...leb(size)], times([0x61], size), [2, 0])),
  moduleCustomSections: (size) => holding(times([0, 1, 0], size)),

  componentBytes: (size) => component(padding(size - preamble.length)),
  componentBlocks: (size) => inTwoModules([0x02, 0x40, 0x0b], size),
  componentLoops: (size) => inTwoModules([0x03, 0x40, 0x0b], size),
  componentLocals: (size) => {
    const each = 16_000;
    const bodies = Array.from({ length: Math.ceil(size / each) }, (_, index) => {
      const body = [1, ...leb(Math.min(each, size - index * each)), 0x7f, 0x0b];
      return [...leb(body.length), ...body];
    });
    const count = leb(bodies.length);
    const code = section(10, count, ...bodies);
    return holding(types, section(3, count, times([0], bodies.length)), code);
  },
  componentLocalBytes: (size) => {
    const each = 5_000;
    const locals = size < 1_000_000 ? 1 : 6_000;
    const bytes = Math.ceil(size / locals);
    const bodies = Array.from({ length: Math.ceil(bytes / each) }, (_, index) => {
      const length = Math.max(8, Math.min(each, bytes - index * each));
      const declared = [1, ...leb(locals), 0x7f];
      const body = join(declared, times([0x01], length - declared.length - 1), [0x0b]);
      return join(leb(body.length), body);
    });
    const count = leb(bodies.length);
    const code = section(10, count, ...bodies);
    return holding(types, section(3, count, times([0], bodies.length)), code);
  },
  componentBlockSlots: (size) => slots([0x02, 0x40, 0x0b], size),
  componentBranchSlots: (size) => slots([0x41, 0, 0x0d, 0], size),
  componentCoreModules: (size) => component(times([1, 8, ...corePreamble], size)),
  componentCoreInstances: (size) => component(section(2, leb(size), times([1, 0], size))),
  componentComponents: (size) => component(times([4, 8, ...preamble], size)),
  componentInstances: (size) => component(section(5, leb(size), times([1, 0], size))),
  componentLinkedInstances: (size) =>
    component(section(1, corePreamble), section(2, leb(size - 1), times([0, 0, 0], size - 1))),
  componentMemories: (size) =>
    component(
      section(1, module(section(5, [1, 0, 0]))),
      section(2, leb(size), times([0, 0, 0], size)),
    ),
  // So many KiB.
  componentStartWork: (size) => {
    const most = 4_096;
    const padded = (work: number): Uint8Array =>
      section(1, module(padding(1_024 * work - corePreamble.length)));
    const whole = Math.ceil(size / most) - 1;
    const instances = [leb(whole + 1), times([0, 0, 0], whole), [0, 1, 0]];
    return component(padded(most), padded(size - whole * most), section(2, ...instances));
  },
  componentDepth: nested,
  componentTypes: (size) => component(section(7, leb(size), times([0x7f], size))),
  // Each type is an option of the one before.
  componentTypeDepth: (size) =>
    component(
      section(
        7,
        leb(size),
        [0x7f],
        each(size - 1, (index) => [0x6b, ...signed(index)]),
      ),
    ),
  // An enum is a part, and so is each name.
  componentTypeSize: (size) =>
    component(
      section(
        7,
        [1, 0x6d, ...leb(size - 1)],
        each(size - 1, (index) => name(`e${index}`)),
      ),
    ),
  // Each type is an option of the one before, and the last one is walked when it gets a name.
  componentTypeWork: (size) =>
    component(
      section(
        7,
        leb(size),
        [0x7f],
        each(size - 1, (index) => [0x6b, ...signed(index)]),
      ),
      section(11, [1, 0, 1, 0x61, 3, ...leb(size - 1), 0]),
    ),
  componentAliases: (size) =>
    component(section(7, [1, 0x7f]), section(6, leb(size), times([3, 2, 0, 0], size))),
  componentCanons: (size) => component(section(8, leb(size), times([0x24], size))),
  componentImports: (size) =>
    component(
      section(7, [1, 0x42, 0]),
      section(
        10,
        leb(size),
        each(size, (index) => [0, ...name(`i${index}`), 5, 0]),
      ),
    ),
  componentExports: (size) =>
    component(
      section(5, [1, 1, 0]),
      section(
        11,
        leb(size),
        each(size, (index) => [0, ...name(`e${index}`), 5, 0, 0]),
      ),
    ),
  // One more is the section.
  componentParts: (size) => component(section(7, leb(size - 1), times([0x7f], size - 1))),
  componentListParts: (size) => component(section(7, [1, 0x6f, ...leb(size)], times([0x7f], size))),
  componentCoreParts: (size) =>
    component(section(1, module(section(1, leb(size), times([0x60, 0, 0], size))))),
  componentNameBytes: (size) =>
    component(
      section(7, [1, 0x42, 0]),
      section(10, [1, 0, ...leb(size)], times([0x61], size), [5, 0]),
    ),
  componentCustomSections: (size) => component(times([0, 1, 0], size)),
};

// A custom section of so many bytes in all, without a name.
function padding(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const length = size - 6;
  for (let byte = 0; byte < 5; byte++) {
    bytes[1 + byte] = ((length >> (7 * byte)) & 0x7f) | (byte < 4 ? 0x80 : 0);
  }
  return bytes;
}

function signed(index: number): number[] {
  const bytes = leb(index);
  const last = bytes.pop()!;
  return last < 64 ? [...bytes, last] : [...bytes, last + 128, 0];
}
