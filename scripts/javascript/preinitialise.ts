// Runs a core module's `prepare` at build time, and writes what memory and globals are then back into
// the module: an instance of it starts where `prepare` ended.
import {
  concat,
  constant,
  type Global,
  readExports,
  readGlobals,
  readSections,
  SECTION,
  type Section,
  signed,
  u32,
  writeExports,
  writeGlobals,
  writeModule,
} from "./core-module.ts";

const PAGE = 64 * 1024;

/** So many zeros between two pieces of data cost more than a segment's head. */
const GAP = 24;

/** Export kinds. */
const GLOBAL = 3;

/** The global that points to the stack, by the linker's custom. What is below it is of no use. */
const STACK_POINTER = 0;

const PROBE = "preinitialise:";

/** What the module exports for the build alone. */
const STEPS = ["compile", "prepare"] as const;

type Step = (start: number, length: number) => bigint;

interface Prepared extends Record<(typeof STEPS)[number], Step> {
  readonly cabi_realloc: (old: number, oldSize: number, align: number, size: number) => number;
  readonly memory: WebAssembly.Memory;
}

/** The module after `prepare(compile(text))`, without these exports. */
export function preinitialise(core: Uint8Array, text: string): Uint8Array {
  const sections = readSections(core);
  const globals = readGlobals(contents(sections, SECTION.global));
  const exports = readExports(contents(sections, SECTION.export));
  const probes = globals.map((_, index) => ({ name: `${PROBE}${index}`, kind: GLOBAL, index }));

  const probed = replace(sections, SECTION.export, writeExports([...exports, ...probes]));
  const module = new WebAssembly.Module(Uint8Array.from(writeModule(probed)));
  const compiler = new WebAssembly.Instance(module, stubs(module));
  const compiled = run(compiler, "compile", new TextEncoder().encode(text));
  const instance = new WebAssembly.Instance(module, stubs(module));
  run(instance, "prepare", compiled);

  const memory = new Uint8Array((instance.exports["memory"] as WebAssembly.Memory).buffer);
  const values = globals.map(
    (_, index) => (instance.exports[`${PROBE}${index}`] as WebAssembly.Global).value as number,
  );
  memory.fill(0, 0, values[STACK_POINTER]);
  const data = segments(memory);

  const edited = sections
    .filter(({ id }) => id !== SECTION.start)
    .map((section): Section => {
      switch (section.id) {
        case SECTION.memory:
          return { ...section, contents: withMinimum(section.contents, memory.length / PAGE) };
        case SECTION.global:
          return { ...section, contents: writeGlobals(withValues(globals, values)) };
        case SECTION.export:
          return {
            ...section,
            contents: writeExports(
              exports.filter(({ name }) => !STEPS.some((step) => step === name)),
            ),
          };
        case SECTION.data:
          return { ...section, contents: concat([u32(data.length), ...data]) };
        case SECTION.dataCount:
          return { ...section, contents: u32(data.length) };
        default:
          return section;
      }
    });
  return writeModule(edited);
}

// The host's clock stands at 0 meanwhile, and no other function of the host's may be called.
function stubs(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => {
      if (name === "now") return 0;
      throw new Error(`The prelude calls ${from}#${name} while it is evaluated.`);
    };
  }
  return imports;
}

function run(
  instance: WebAssembly.Instance,
  step: (typeof STEPS)[number],
  given: Uint8Array,
): Uint8Array {
  const { cabi_realloc, memory, ...steps } = instance.exports as unknown as Prepared;
  const start = cabi_realloc(0, 0, 1, given.length);
  new Uint8Array(memory.buffer).set(given, start);
  const answer = BigInt.asUintN(64, steps[step](start, given.length));
  const [where, length] = [Number(answer >> 32n), Number(answer & 0xffff_ffffn)];
  const bytes = new Uint8Array(memory.buffer).slice(where, where + length);
  if (bytes[0] === 0) return bytes.subarray(1);
  throw new Error(`The prelude threw:\n${new TextDecoder().decode(bytes.subarray(1))}`);
}

function withMinimum(memories: Uint8Array, pages: number): Uint8Array {
  const [count, flags] = memories;
  if (count !== 1 || flags !== 0) throw new Error("One memory without a maximum is expected.");
  return concat([Uint8Array.of(1, 0), u32(pages)]);
}

function withValues(globals: readonly Global[], values: readonly (number | bigint)[]): Global[] {
  return globals.map((global, index) =>
    global.isMutable ? { ...global, initial: constant(global.type, values[index]!) } : global,
  );
}

// Active data segments for all that is not zero.
function segments(memory: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < memory.length) {
    if (memory[at] === 0) {
      at += 1;
      continue;
    }
    let end = at + 1;
    let zeros = 0;
    for (let next = end; next < memory.length && zeros < GAP; next += 1) {
      zeros = memory[next] === 0 ? zeros + 1 : 0;
      if (zeros === 0) end = next + 1;
    }
    const offset = concat([Uint8Array.of(0x41), signed(BigInt(at | 0)), Uint8Array.of(0x0b)]);
    parts.push(concat([u32(0), offset, u32(end - at), memory.subarray(at, end)]));
    at = end;
  }
  return parts;
}

function contents(sections: readonly Section[], id: number): Uint8Array {
  const section = sections.find((one) => one.id === id);
  if (section === undefined) throw new Error(`The module has no section ${id}.`);
  return section.contents;
}

function replace(sections: readonly Section[], id: number, by: Uint8Array): Section[] {
  return sections.map((section) => (section.id === id ? { ...section, contents: by } : section));
}
