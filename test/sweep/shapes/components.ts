// Components that are large in one way, whatever their core modules are.
import { Bytes } from "../../bytes.ts";
import { CoreModule, I32 } from "../binary/core-module.ts";
import type { Counts, Rogue } from "../rogue.ts";
import { COLD, type Shape } from "./shape.ts";

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const CORE_PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const [CORE_INSTANCE, CORE_TYPE, COMPONENT, INSTANCE, ALIAS, TYPE, CANON, IMPORT, EXPORT] = [
  2, 3, 4, 5, 6, 7, 8, 10, 11,
] as const;
// Of the base: the module that `run` is in, its instance, and a function without parameters.
const ROGUE_MODULE = 1;
const ROGUE_INSTANCE = 1;
const NOTHING_FUNC = 1;
const NOTHING_TYPE = [0x40, 0x00, 0x01, 0x00];

function shape(
  name: string,
  cap: string | undefined,
  top: number,
  write: (n: number, out: Bytes, counts: Counts) => void,
): Shape {
  const make = (n: number): Rogue => ({
    sections(counts) {
      const out = new Bytes();
      write(n, out, counts);
      return out;
    },
  });
  return { name, ...(cap === undefined ? {} : { cap }), top, events: COLD, make };
}

// A section of `count` entries that `each` writes.
function vector(id: number, count: number, each: (out: Bytes, index: number) => void): Bytes {
  const content = new Bytes().unsigned(count);
  for (let index = 0; index < count; index++) each(content, index);
  return new Bytes().section(id, content);
}

const same = (id: number, count: number, ...entry: readonly number[]): Bytes =>
  new Bytes().section(id, new Bytes().unsigned(count).times(count, ...entry));

// A component nested in another.
function nested(...sections: readonly Bytes[]): Bytes {
  const content = new Bytes().op(...PREAMBLE);
  for (const section of sections) content.raw(section.view());
  return new Bytes().section(COMPONENT, content);
}

const nameOf = (out: Bytes, name: string): Bytes => out.op(0x00).name(name);

/** `name` is a kebab name of that length. */
export const longName = (index: number, length: number): string =>
  `${`n${index}`.padEnd(length, "x")}`;

// Imports of functions without parameters, whose type is the component's first, and arguments for them.
function importing(count: number, name: (index: number) => string): [Bytes, Bytes] {
  const imports = vector(IMPORT, count, (out, index) => nameOf(out, name(index)).op(0x01, 0x00));
  const args = new Bytes().unsigned(count);
  for (let index = 0; index < count; index++) args.name(name(index)).op(0x01, NOTHING_FUNC);
  return [imports, args];
}

/** Nested, and instantiated. */
export function imports(count: number, name: (index: number) => string): Rogue {
  return {
    sections: ({ components }) => {
      const [section, args] = importing(count, name);
      const out = nested(same(TYPE, 1, ...NOTHING_TYPE), section);
      return out.section(
        INSTANCE,
        new Bytes().op(0x01, 0x00).unsigned(components).raw(args.view()),
      );
    },
  };
}

export function exports(count: number, name: (index: number) => string): Rogue {
  return {
    sections: ({ components }) => {
      const [section, args] = importing(1, () => "f");
      const out = nested(
        same(TYPE, 1, ...NOTHING_TYPE),
        section,
        vector(EXPORT, count, (out, index) => nameOf(out, name(index)).op(0x01, 0x00, 0x00)),
      );
      return out.section(
        INSTANCE,
        new Bytes().op(0x01, 0x00).unsigned(components).raw(args.view()),
      );
    },
  };
}

/** More instances of the rogue's core module. */
export const coreInstances = (count: number): Bytes =>
  same(CORE_INSTANCE, count, 0x00, ROGUE_MODULE, 0x00);

export const componentShapes: readonly Shape[] = [
  shape("bytes, of a custom section", "componentBytes", 100 << 20, (n, out) => {
    out.section(0, new Bytes().name("x").raw(new Uint8Array(Math.max(0, n - 1_500))));
  }),
  shape("bytes of a core module in all", "componentBytes", 100 << 20, (n, out) => {
    const module = new Bytes()
      .op(...CORE_PREAMBLE)
      .section(0, new Bytes().name("x").raw(new Uint8Array(20 << 20)));
    for (let left = n - 1_500; left > module.length; left -= module.length + 8)
      out.section(1, module);
  }),
  shape("core modules", "componentCoreModules", 100_000, (n, out) => {
    out.times(n, 1, CORE_PREAMBLE.length, ...CORE_PREAMBLE);
  }),
  shape("core instances", "componentCoreInstances", 500_000, (n, out) => {
    out.raw(coreInstances(n).view());
  }),
  shape("core instances with memories", "componentMemories", 2_000, (n, out, { modules }) => {
    const module = new CoreModule();
    // With addresses of 64 bits.
    module.addMany(5, 4, 0x04, 0x00);
    out.section(1, new Bytes().raw(module.finish()));
    out.raw(same(CORE_INSTANCE, Math.ceil(n / 4), 0x00, modules, 0x00).view());
  }),
  shape("bundles of core exports", "componentCoreInstances", 500_000, (n, out) => {
    out.raw(same(CORE_INSTANCE, n, 0x01, 0x00).view());
  }),
  shape(
    "imports of a core module",
    "moduleImports",
    900_000,
    (n, out, { modules, coreInstances, coreFunctions }) => {
      const importing = new CoreModule();
      const type = importing.type([I32], []);
      const bundle = new Bytes().op(0x01, 0x01).unsigned(n);
      for (let index = 0; index < n; index++) {
        importing.importFunction("m", `f${index}`, type);
        bundle.name(`f${index}`).op(0x00).unsigned(coreFunctions);
      }
      const alias = new Bytes().op(0x00, 0x00, 0x01, ROGUE_INSTANCE).name("run");
      out
        .raw(same(ALIAS, 1, ...alias.view()).view())
        .section(1, new Bytes().raw(importing.finish()));
      out.section(CORE_INSTANCE, bundle);
      const instance = new Bytes().op(0x01, 0x00).unsigned(modules).op(0x01).name("m").op(0x12);
      out.section(CORE_INSTANCE, instance.unsigned(coreInstances));
    },
  ),
  shape("nested components", "componentComponents", 100_000, (n, out) => {
    out.times(n, COMPONENT, PREAMBLE.length, ...PREAMBLE);
  }),
  shape("instances", "componentInstances", 500_000, (n, out, { components }) => {
    out.raw(nested().view()).raw(same(INSTANCE, n, 0x00, components, 0x00).view());
  }),
  shape("bundles of exports", "componentInstances", 500_000, (n, out) => {
    out.raw(same(INSTANCE, n, 0x01, 0x00).view());
  }),
  shape(
    "instances that double",
    "componentLinkedInstances",
    1_000_000,
    (n, out, { components }) => {
      // The innermost has `n` parts of what 16 instances of it make.
      const levels = 4;
      const module = new Bytes().section(1, new Bytes().op(...CORE_PREAMBLE));
      let inner = nested(module, same(CORE_INSTANCE, Math.ceil(n / 2 ** levels), 0x00, 0x00, 0x00));
      for (let level = 0; level < levels; level++) {
        inner = nested(inner, same(INSTANCE, 2, 0x00, 0x00, 0x00));
      }
      out.raw(inner.view()).raw(same(INSTANCE, 1, 0x00, components, 0x00).view());
    },
  ),
  shape("depth of components", "componentDepth", 95, (n, out, { components }) => {
    let inner = nested();
    for (let level = 1; level < n; level++)
      inner = nested(inner, same(INSTANCE, 1, 0x00, 0x00, 0x00));
    out.raw(inner.view()).raw(same(INSTANCE, 1, 0x00, components, 0x00).view());
  }),
  shape("depth of instance types", "componentDepth", 95, (n, out) => {
    let type = new Bytes().op(0x42, 0x00);
    for (let level = 1; level < n; level++)
      type = new Bytes().op(0x42, 0x01, 0x01).raw(type.view());
    out.section(TYPE, new Bytes().op(0x01).raw(type.view()));
  }),
  shape("names of a large type", "componentTypeWork", 1_000_000, (n, out, { types }) => {
    // All that a type is made of is walked for each name that it gets.
    const elements = 500;
    const names = Math.max(1, Math.floor(n / elements));
    out.section(TYPE, new Bytes().op(0x01, 0x6f).unsigned(elements).times(elements, 0x7f));
    out.raw(
      vector(EXPORT, names, (entry, index) =>
        nameOf(entry, `t${index}`).op(0x03).unsigned(types).op(0x00),
      ).view(),
    );
  }),
  // They are shared, and nothing writes them out.
  {
    ...shape("instance types that double", undefined, 20, (n, out, { types }) => {
      const content = new Bytes().unsigned(n).op(0x42, 0x00);
      for (let level = 1; level < n; level++) {
        content.op(0x42, 0x03, 0x02, 0x03, 0x02, 0x01).unsigned(types + level - 1);
        for (const name of ["a", "b"]) nameOf(content.op(0x04), name).op(0x05, 0x00);
      }
      out.section(TYPE, content);
    }),
    unbounded: true,
  },
  shape("depth of types", "componentTypeDepth", 1_000, (n, out, { types }) => {
    const content = new Bytes().unsigned(n).op(0x7f);
    for (let level = 1; level < n; level++) content.op(0x6b).signed(types + level - 1);
    out.section(TYPE, content);
  }),
  shape("tuples that double", "componentTypeSize", 60, (n, out, { types }) => {
    const content = new Bytes().unsigned(n).op(0x7f);
    for (let level = 1; level < n; level++) {
      content
        .op(0x6f, 0x02)
        .signed(types + level - 1)
        .signed(types + level - 1);
    }
    out.section(TYPE, content);
  }),
  shape("a component's types", "componentTypes", 900_000, (n, out) => {
    out.raw(same(TYPE, n, 0x7f).view());
  }),
  shape("types of functions", "componentTypes", 900_000, (n, out) => {
    out.raw(same(TYPE, n, ...NOTHING_TYPE).view());
  }),
  shape("types of resources", "componentTypes", 900_000, (n, out) => {
    out.raw(same(TYPE, n, 0x3f, 0x7f, 0x00).view());
  }),
  shape("core types", "componentTypes", 900_000, (n, out) => {
    out.raw(same(CORE_TYPE, n, 0x60, 0x00, 0x00).view());
  }),
  ...(
    [
      ["fields of a record", 0x72, (out: Bytes, name: string) => out.name(name).op(0x7f)],
      ["cases of a variant", 0x71, (out: Bytes, name: string) => out.name(name).op(0x00, 0x00)],
      ["names of an enum", 0x6d, (out: Bytes, name: string) => out.name(name)],
      ["elements of a tuple", 0x6f, (out: Bytes) => out.op(0x7f)],
      ["parameters of a function", 0x40, (out: Bytes, name: string) => out.name(name).op(0x7f)],
    ] as const
  ).map(([name, opcode, each]) =>
    shape(name, "componentListParts", 900_000, (n, out) => {
      const type = new Bytes().op(0x01, opcode).unsigned(n);
      for (let index = 0; index < n; index++) each(type, `f${index}`);
      if (opcode === 0x40) type.op(0x01, 0x00);
      out.section(TYPE, type);
    }),
  ),
  shape("fields of many records", "componentParts", 900_000, (n, out) => {
    const fields = 1_000;
    const record = new Bytes().op(0x72).unsigned(fields);
    for (let index = 0; index < fields; index++) record.name(`f${index}`).op(0x7f);
    out.raw(same(TYPE, Math.floor(n / fields), ...record.view()).view());
  }),
  shape("exports of many core modules", "componentCoreParts", 900_000, (n, out) => {
    const exports = 8_000;
    const module = new CoreModule();
    const only = module.function(module.type([], []), new Bytes());
    for (let index = 0; index < exports; index++) module.export(`f${index}`, only);
    const section = new Bytes().section(1, new Bytes().raw(module.finish()));
    for (let left = n; left >= exports; left -= exports) out.raw(section.view());
  }),
  shape("declarations of an instance type", "componentExports", 900_000, (n, out, { types }) => {
    const type = new Bytes().op(0x02, ...NOTHING_TYPE, 0x42).unsigned(n + 1);
    type.op(0x02, 0x03, 0x02, 0x01).unsigned(types);
    for (let index = 0; index < n; index++) nameOf(type.op(0x04), `f${index}`).op(0x01, 0x00);
    out.section(TYPE, type);
  }),
  shape("aliases", "componentAliases", 900_000, (n, out) => {
    const entry = new Bytes().op(0x00, 0x00, 0x01, ROGUE_INSTANCE).name("run");
    out.raw(same(ALIAS, n, ...entry.view()).view());
  }),
  shape("canonical drops", "componentCanons", 900_000, (n, out, { types }) => {
    out.raw(same(TYPE, 1, 0x3f, 0x7f, 0x00).view());
    out.raw(same(CANON, n, 0x03, ...new Bytes().unsigned(types).view()).view());
  }),
  shape("canonical lowers", "componentCanons", 900_000, (n, out) => {
    out.raw(same(CANON, n, 0x01, 0x00, NOTHING_FUNC, 0x00).view());
  }),
  shape("canonical lifts", "componentCanons", 900_000, (n, out, { types, coreFunctions }) => {
    const type = new Bytes().op(0x40, 0x01).name("a").op(0x79, 0x01, 0x00);
    out.raw(same(TYPE, 1, ...type.view()).view());
    const alias = new Bytes().op(0x00, 0x00, 0x01, ROGUE_INSTANCE).name("run");
    out.raw(same(ALIAS, 1, ...alias.view()).view());
    const canon = new Bytes().op(0x00, 0x00).unsigned(coreFunctions).op(0x00).unsigned(types);
    out.raw(same(CANON, n, ...canon.view()).view());
  }),
  {
    ...importsShape("a component's imports", "componentImports", 900_000),
    make: (n) => imports(n, (index) => `n${index}`),
  },
  {
    ...importsShape("a component's exports", "componentExports", 900_000),
    make: (n) => exports(n, (index) => `n${index}`),
  },
  {
    ...importsShape("a component's import's name", "componentNameBytes", 90_000),
    make: (n) => imports(1, () => longName(0, n)),
  },
  {
    ...importsShape("a component's export's name", "componentNameBytes", 90_000),
    make: (n) => exports(1, () => longName(0, n)),
  },
  shape("a component's custom sections", "componentCustomSections", 900_000, (n, out) => {
    out.times(n, 0x00, 0x02, 0x01, 0x78);
  }),
];

function importsShape(name: string, cap: string, top: number): Omit<Shape, "make"> {
  return { name, cap, top, events: COLD };
}
