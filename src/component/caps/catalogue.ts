// The one list of how large a component and its core modules may be, dimension by dimension.
// Everything that names a cap derives from it: the options' types, the defaults, error messages,
// and the table of docs/caps.md (`npm run docs`).
//
// All caps are checked before WebAssembly.Module sees a byte. V8's time and memory grow with each
// dimension, on a thread that can't be interrupted, and for some dimensions far faster than with
// the number of bytes.

/** What is counted, and against how much. */
export interface CapRow {
  /**
   * What it is counted for: each function, each core module, or a component with everything nested
   * in it.
   */
  readonly scope: "function" | "module" | "component";
  /** What is counted: `bytes`, `functions`. */
  readonly unit: string;
  /** The default. */
  readonly most: number;
  /** The largest value that the survey found in a component (`scripts/survey.ts`). */
  readonly seen: number;
  /** Why the cap exists. */
  readonly purpose: string;
}

/** The names of the catalogue's caps. */
export type CapName =
  | "functionBytes"
  | "functionLocals"
  | "functionLocalBytes"
  | "functionHeight"
  | "functionDepth"
  | "functionBlocks"
  | "functionBlockSlots"
  | "functionBranches"
  | "functionBranchSlots"
  | "functionTargets"
  | "functionTableTargets"
  | "functionLoops"
  | "functionLoopDepth"
  | "functionLoopDepths"
  | "functionLoopSlots"
  | "functionCalls"
  | "functionCallSlots"
  | "functionCaughtCalls"
  | "functionIndirectCalls"
  | "functionCallValues"
  | "functionAccesses"
  | "functionStrain"
  | "functionBulk"
  | "functionTableAccesses"
  | "functionAggregates"
  | "functionAggregateValues"
  | "moduleBytes"
  | "moduleFunctions"
  | "moduleTypes"
  | "moduleTypeParameters"
  | "moduleTypeResults"
  | "moduleTypeFields"
  | "moduleTypeParts"
  | "moduleGlobals"
  | "moduleTables"
  | "moduleStartElements"
  | "moduleMemories"
  | "moduleStartPages"
  | "moduleStartBytes"
  | "moduleTags"
  | "moduleTagValues"
  | "moduleDataSegments"
  | "moduleElementSegments"
  | "moduleElements"
  | "moduleConstants"
  | "moduleImports"
  | "moduleExports"
  | "moduleNameBytes"
  | "moduleCustomSections"
  | "componentBytes"
  | "componentBlocks"
  | "componentLoops"
  | "componentLocals"
  | "componentLocalBytes"
  | "componentBlockSlots"
  | "componentBranchSlots"
  | "componentCoreModules"
  | "componentCoreInstances"
  | "componentComponents"
  | "componentInstances"
  | "componentLinkedInstances"
  | "componentStartWork"
  | "componentDepth"
  | "componentTypes"
  | "componentTypeDepth"
  | "componentTypeSize"
  | "componentTypeWork"
  | "componentAliases"
  | "componentCanons"
  | "componentImports"
  | "componentExports"
  | "componentParts"
  | "componentListParts"
  | "componentCoreParts"
  | "componentNameBytes"
  | "componentCustomSections";

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** All caps, by name. */
export const CATALOGUE: Readonly<Record<CapName, CapRow>> = {
  functionBytes: {
    scope: "function",
    unit: "bytes",
    most: 2 * MIB,
    seen: 437_248,
    purpose: "TurboFan takes about a second for each 2 MiB, and can't be interrupted in it.",
  },
  functionLocals: {
    scope: "function",
    unit: "locals, parameters included",
    most: 16_384,
    seen: 3_260,
    purpose: "Each is set, and kept track of, wherever code paths meet.",
  },
  functionLocalBytes: {
    scope: "function",
    unit: "bytes, once for each of its locals",
    most: 6_000_000_000,
    seen: 1_569_819_305,
    purpose:
      "Wherever V8 runs out of registers it passes over all locals: 300,000 additions with 16,000 take 7.5 s.",
  },
  functionHeight: {
    scope: "function",
    unit: "operands on the stack",
    most: 512,
    seen: 64,
    purpose: "Each is kept track of, wherever code paths meet.",
  },
  functionDepth: {
    scope: "function",
    unit: "blocks in each other",
    most: 16_384,
    seen: 803,
    purpose: "Each open block holds a copy of what is known of all locals.",
  },
  functionBlocks: {
    scope: "function",
    unit: "blocks (block, loop, if; try and try_table count three times)",
    most: 50_000,
    seen: 4_216,
    purpose: "Each is a place where code paths meet.",
  },
  functionBlockSlots: {
    scope: "function",
    unit: "locals and operands, summed over its blocks",
    most: 8_000_000,
    seen: 1_610_000,
    purpose: "Both compilers keep a state of this size for each block: 10 million are 0.3 GB.",
  },
  functionBranches: {
    scope: "function",
    unit: "branches, targets of br_table and calls that may be caught",
    most: 262_144,
    seen: 34_874,
    purpose: "Each is a node of TurboFan's graph: 500,000 take 0.9 GB.",
  },
  functionBranchSlots: {
    scope: "function",
    unit: "locals and operands carried, summed over its branches and their targets",
    most: 8_000_000,
    seen: 336_676,
    purpose: "Both compilers merge a state of this size for each branch.",
  },
  functionTargets: {
    scope: "function",
    unit: "targets of all br_table",
    most: 65_536,
    seen: 15_849,
    purpose: "Each is a branch.",
  },
  functionTableTargets: {
    scope: "function",
    unit: "targets of one br_table",
    most: 16_384,
    seen: 3_203,
    purpose: "All branches of one start from the same place, and are compiled together.",
  },
  functionLoops: {
    scope: "function",
    unit: "loops",
    most: 4_096,
    seen: 392,
    purpose: "Each is analysed for what changes in it.",
  },
  functionLoopDepth: {
    scope: "function",
    unit: "loops in each other",
    most: 256,
    seen: 16,
    purpose: "TurboFan is quadratic in nested loops: 10,000 take 1.5 s, 100,000 over 40.",
  },
  functionLoopDepths: {
    scope: "function",
    unit: "loops around its loops, each itself included, summed",
    most: 65_536,
    seen: 2_265,
    purpose: "The same, for many nests.",
  },
  functionLoopSlots: {
    scope: "function",
    unit: "locals and operands, summed over its loops",
    most: 1_500_000,
    seen: 47_854,
    purpose: "TurboFan keeps about 160 bytes for each, and optimises up to four functions at once.",
  },
  functionCalls: {
    scope: "function",
    unit: "calls of all kinds, throws included",
    most: 32_768,
    seen: 3_831,
    purpose: "Each keeps all that is alive around it in place.",
  },
  functionCallSlots: {
    scope: "function",
    unit: "locals and operands, summed over its calls",
    most: 32_000_000,
    seen: 505_379,
    purpose: "Both compilers pass over a state of this size for each call.",
  },
  functionCaughtCalls: {
    scope: "function",
    unit: "calls within try and try_table",
    most: 24_576,
    seen: 0,
    purpose: "TurboFan is quadratic in those of one block: 16,000 take 0.8 s, 32,000 take 2.7.",
  },
  functionIndirectCalls: {
    scope: "function",
    unit: "calls by call_indirect and call_ref, tail calls included",
    most: 4_096,
    seen: 378,
    purpose: "Each becomes dozens of instructions: 20,000 take 0.6 s, 80,000 take 4.8.",
  },
  functionCallValues: {
    scope: "function",
    unit: "values moved by its calls (for each 1, its parameters and its results)",
    most: 131_072,
    seen: 15_318,
    purpose: "Each is moved: 2 million take 2.2 s to compile at first and 30 when hot.",
  },
  functionAccesses: {
    scope: "function",
    unit: "loads and stores, atomic ones included",
    most: 131_072,
    seen: 25_038,
    purpose: "Chains of them are analysed as one: 300,000 take 4 s.",
  },
  functionStrain: {
    scope: "function",
    unit:
      "thirds of a load, by cost: a load or store 3, shifts 6, conversions 9, copysign and " +
      "divisions of 64 bits 12, atomic ones 15, divisions of 32 bits 24, globals and unary ones 1",
    most: 393_216,
    seen: 125_190,
    purpose: "TurboFan is quadratic in them: 40,000 divisions take 4.6 s, 160,000 shifts take 6.7.",
  },
  functionBulk: {
    scope: "function",
    unit: "instructions with the prefix 0xFC (saturating, bulk memory, tables)",
    most: 12_288,
    seen: 126,
    purpose: "Each becomes a call, or several blocks: 200,000 take 1.1 s and 1 GB.",
  },
  functionTableAccesses: {
    scope: "function",
    unit: "instructions table.get, table.set and memory.grow",
    most: 256,
    seen: 2,
    purpose: "TurboFan is quadratic in them: 10,000 take 1.2 s, 200,000 over 40.",
  },
  functionAggregates: {
    scope: "function",
    unit: "instructions with the prefix 0xFB (garbage collection)",
    most: 16_384,
    seen: 0,
    purpose: "Each becomes a call, or several blocks: 67,000 take 1.5 s.",
  },
  functionAggregateValues: {
    scope: "function",
    unit: "values stored where it makes structs and arrays (for each 1 and its fields)",
    most: 131_072,
    seen: 0,
    purpose: "Each field is stored by an instruction of its own; too many end the process.",
  },

  moduleBytes: {
    scope: "module",
    unit: "bytes",
    most: 64 * MIB,
    seen: 13_317_000,
    purpose: "Validating and compiling take time by the byte.",
  },
  moduleFunctions: {
    scope: "module",
    unit: "functions that it defines",
    most: 65_536,
    seen: 19_852,
    purpose: "Each takes 100 bytes of V8's own, and an entry in several tables.",
  },
  moduleTypes: {
    scope: "module",
    unit: "types",
    most: 4_096,
    seen: 396,
    purpose: "Each is made known to the whole process.",
  },
  moduleTypeParameters: {
    scope: "module",
    unit: "parameters of one function type",
    most: 400,
    seen: 23,
    purpose: "Calls move each of them.",
  },
  moduleTypeResults: {
    scope: "module",
    unit: "results of one function type",
    most: 16,
    seen: 1,
    purpose: "Calls, blocks and branches move each of them.",
  },
  moduleTypeFields: {
    scope: "module",
    unit: "fields of one struct type",
    most: 1_024,
    seen: 0,
    purpose: "Making one stores each of them: with 9,999 fields V8's assembler ends the process.",
  },
  moduleTypeParts: {
    scope: "module",
    unit: "parameters, results and fields of all its types",
    most: 65_536,
    seen: 1_024,
    purpose: "Each is kept by the whole process.",
  },
  moduleGlobals: {
    scope: "module",
    unit: "globals, imported ones included",
    most: 32_768,
    seen: 708,
    purpose: "Each is set up, by the interpreter of constant expressions, for each instance.",
  },
  moduleTables: {
    scope: "module",
    unit: "tables, imported ones included",
    most: 16,
    seen: 1,
    purpose: "Each has a place in V8's address space.",
  },
  moduleStartElements: {
    scope: "module",
    unit: "elements that all its tables start with",
    most: 262_144,
    seen: 7_690,
    purpose: "Each takes 24 bytes or more outside of what heap limits count.",
  },
  moduleMemories: {
    scope: "module",
    unit: "memories, imported ones included",
    most: 4,
    seen: 1,
    purpose: "Each reserves up to 10 GB of addresses.",
  },
  moduleStartPages: {
    scope: "module",
    unit: "pages of 64 KiB that all its memories start with",
    most: 16_384,
    seen: 197,
    purpose: "They are there before any limit of memory is asked.",
  },
  moduleStartBytes: {
    scope: "module",
    unit: "bytes of data that its memories start with",
    most: 20 * MIB,
    seen: 11_019_561,
    purpose: "They are copied in one go, on the guests' thread: 60 MB take 30 ms.",
  },
  moduleTags: {
    scope: "module",
    unit: "tags, imported ones included",
    most: 256,
    seen: 0,
    purpose: "Each is an object for each instance.",
  },
  moduleTagValues: {
    scope: "module",
    unit: "values that an exception of one tag carries",
    most: 16,
    seen: 1,
    purpose:
      "An exception that is held on the stack holds them in V8's heap, which can't be counted.",
  },
  moduleDataSegments: {
    scope: "module",
    unit: "data segments",
    most: 131_072,
    seen: 10_000,
    purpose: "Each is copied, with a check, for each instance.",
  },
  moduleElementSegments: {
    scope: "module",
    unit: "element segments",
    most: 4_096,
    seen: 2,
    purpose: "Each is copied, with a check, for each instance.",
  },
  moduleElements: {
    scope: "module",
    unit: "elements of all element segments",
    most: 262_144,
    seen: 7_689,
    purpose: "Each is written to a table for each instance, and passive ones are kept by it.",
  },
  moduleConstants: {
    scope: "module",
    unit: "instructions of all constant expressions, segments of functions apart",
    most: 524_288,
    seen: 10_002,
    purpose: "They are interpreted for each instance.",
  },
  moduleImports: {
    scope: "module",
    unit: "imports",
    most: 4_096,
    seen: 918,
    purpose: "Each is looked up, and gets code of its own, for each instance.",
  },
  moduleExports: {
    scope: "module",
    unit: "exports",
    most: 8_192,
    seen: 1_857,
    purpose: "Each is a property, and a function an object, of each instance.",
  },
  moduleNameBytes: {
    scope: "module",
    unit: "bytes of one import's, export's or custom section's name",
    most: 1_024,
    seen: 162,
    purpose: "They are kept for ever as names of properties.",
  },
  moduleCustomSections: {
    scope: "module",
    unit: "custom sections",
    most: 1_024,
    seen: 4,
    purpose: "V8 reads what several of them say.",
  },

  componentBytes: {
    scope: "component",
    unit: "bytes",
    most: 80 * MIB,
    seen: 19_400_000,
    purpose: "Reading, hashing and compiling take time by the byte.",
  },
  componentBlocks: {
    scope: "component",
    unit: "blocks of all its functions",
    most: 648_000,
    seen: 215_906,
    purpose: "All of it is compiled before it starts, and counted before: a million take 50 ms.",
  },
  componentLoops: {
    scope: "component",
    unit: "loops of all its functions",
    most: 65_536,
    seen: 15_847,
    purpose: "Optimising 400,000 takes 15 s, and a process that exits has to wait for it.",
  },
  componentLocals: {
    scope: "component",
    unit: "locals, parameters included, of all its functions",
    most: 2_000_000,
    seen: 419_071,
    purpose: "All of it is compiled before it starts: 4.8 million, set once each, take 3 s.",
  },
  componentLocalBytes: {
    scope: "component",
    unit: "bytes of each function, once for each of its locals",
    most: 12_000_000_000,
    seen: 1_701_070_475,
    purpose: "All of it is compiled before it starts.",
  },
  componentBlockSlots: {
    scope: "component",
    unit: "locals and operands, summed over the blocks of all its functions",
    most: 32_000_000,
    seen: 3_615_449,
    purpose: "All of it is compiled before it starts.",
  },
  componentBranchSlots: {
    scope: "component",
    unit: "locals and operands carried, summed over the branches of all its functions",
    most: 48_000_000,
    seen: 6_082_217,
    purpose: "All of it is compiled before it starts.",
  },
  componentCoreModules: {
    scope: "component",
    unit: "core modules",
    most: 160,
    seen: 38,
    purpose: "Each is compiled by itself.",
  },
  componentCoreInstances: {
    scope: "component",
    unit: "core instances, bundles of exports included",
    most: 512,
    seen: 109,
    purpose: "Each is made, and held, for each instance of the component.",
  },
  componentComponents: {
    scope: "component",
    unit: "components nested in it",
    most: 192,
    seen: 42,
    purpose: "Each is validated by itself.",
  },
  componentInstances: {
    scope: "component",
    unit: "instances of components, bundles of exports included",
    most: 192,
    seen: 42,
    purpose: "Each has its types and, linked, its handle tables.",
  },
  componentLinkedInstances: {
    scope: "component",
    unit: "instances, core ones included, that linking it makes",
    most: 1_000,
    seen: 151,
    purpose: "Nested components can double what they are made of at each level.",
  },
  componentStartWork: {
    scope: "component",
    unit: "units of about 10 ns that its core instances take to start, as linking makes them",
    most: 1_572_864,
    seen: 1_260_257,
    purpose:
      "They start in one go on the guests' thread; see below the tables what counts how much.",
  },
  componentDepth: {
    scope: "component",
    unit: "components and their types in each other",
    most: 20,
    seen: 5,
    purpose: "Each level is a call within a call of the decoder, and may double what is linked.",
  },
  componentTypes: {
    scope: "component",
    unit: "types that it defines",
    most: 5_000,
    seen: 1_133,
    purpose: "Each is an object, and compared with others.",
  },
  componentTypeDepth: {
    scope: "component",
    unit: "types in each other",
    most: 100,
    seen: 11,
    purpose: "Each level is a call within a call of whatever walks it.",
  },
  componentTypeSize: {
    scope: "component",
    unit: "parts of one type, each counted as often as it is used",
    most: 100_000,
    seen: 155,
    purpose: "Types that are made of two of another double at each level.",
  },
  componentTypeWork: {
    scope: "component",
    unit: "steps of walking its types, each written out in full",
    most: 250_000,
    seen: 4_909,
    purpose: "Each step takes time and memory, on the host's thread too.",
  },
  componentAliases: {
    scope: "component",
    unit: "aliases",
    most: 8_192,
    seen: 1_476,
    purpose: "Each is an entry to look up and keep.",
  },
  componentCanons: {
    scope: "component",
    unit: "canonical definitions",
    most: 2_048,
    seen: 334,
    purpose: "Each becomes a function, in text that is compiled.",
  },
  componentImports: {
    scope: "component",
    unit: "imports, those of nested components and types included",
    most: 2_048,
    seen: 385,
    purpose: "Each is looked up, compared and named in errors.",
  },
  componentExports: {
    scope: "component",
    unit: "exports, those of nested components and types included",
    most: 2_048,
    seen: 321,
    purpose: "Each is looked up, compared and named in errors.",
  },
  componentParts: {
    scope: "component",
    unit: "definitions, fields, cases, parameters and arguments of all kinds",
    most: 131_072,
    seen: 4_561,
    purpose: "Each becomes an object.",
  },
  componentListParts: {
    scope: "component",
    unit: "fields, cases, parameters, arguments or declarations of one definition",
    most: 16_384,
    seen: 258,
    purpose: "A definition is read in one go, on the host's thread too.",
  },
  componentCoreParts: {
    scope: "component",
    unit: "types, parameters, results, fields, imports and exports of all its core modules",
    most: 98_304,
    seen: 10_873,
    purpose: "Each becomes an object, or part of one.",
  },
  componentNameBytes: {
    scope: "component",
    unit: "bytes of one name",
    most: 1_024,
    seen: 162,
    purpose: "Names are compared, kept, and shown in errors.",
  },
  componentCustomSections: {
    scope: "component",
    unit: "custom sections, those in core modules apart",
    most: 1_024,
    seen: 3,
    purpose: "Each becomes an object.",
  },
};

/**
 * The most of each. A host raises one for plugins that it trusts with the time and memory that V8
 * then takes.
 */
export type Caps = Readonly<Record<CapName, number>>;

export const CAP_NAMES: readonly CapName[] = Object.keys(CATALOGUE) as CapName[];

/** The caps of a host that is given none: `most` of each row of `CATALOGUE`. */
export const DEFAULT_CAPS: Caps = Object.fromEntries(
  CAP_NAMES.map((name) => [name, CATALOGUE[name].most]),
) as Caps;
