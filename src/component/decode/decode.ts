// Binary.md, "Component Definitions", "Instance Definitions", "Start" and "Value Definitions".

import { readCanon } from "./canons.ts";
import type { ComponentDefinition, Definition, DefinitionBody } from "./definitions.ts";
import {
  readAlias,
  readCoreExport,
  readExternName,
  readExternType,
  readSortIndex,
  readTypeRef,
} from "./externs.ts";
import { Tally } from "../caps/tally.ts";
import type { CapName } from "../caps/cap-row.ts";
import { malformed } from "../faults.ts";
import { Reader } from "./reader.ts";
import { allSteps, type Steps } from "./steps.ts";
import { readCoreType, readType } from "./types.ts";

/**
 * Decodes a component. Throws `component-malformed` (`data.offset`), or `component-limit` as soon as
 * more is announced than `tally` has caps for.
 */
export function decode(bytes: Uint8Array, tally: Tally = new Tally()): ComponentDefinition {
  return allSteps(decodeSteps(bytes, tally));
}

/** `decode` in steps. */
export function decodeSteps(bytes: Uint8Array, tally: Tally): Steps<ComponentDefinition> {
  tally.raise("componentBytes", bytes.length, 0);
  return readComponent(new Reader(bytes, 0, bytes.length, tally), 0);
}

const preamble: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

function* readComponent(reader: Reader, depth: number): Steps<ComponentDefinition> {
  reader.budget.raise("componentDepth", depth, reader.at);
  const start = reader.at;
  for (const byte of preamble) {
    if (reader.u8() !== byte) throw malformed(start, "not a component");
  }
  const items: Definition[] = [];
  while (!reader.done) {
    const offset = reader.at;
    const id = reader.u8();
    if (id > 12) throw malformed(offset, `malformed section id: ${id}`);
    reader.budget.items(1, offset);
    const section = reader.slice(reader.u32());
    yield* readSection(id, section, items, depth);
    section.finish("a section");
  }
  return { start, end: reader.end, items };
}

function* readSection(
  id: number,
  section: Reader,
  items: Definition[],
  depth: number,
): Steps<void> {
  const { at: start, end, budget } = section;
  switch (id) {
    case 0: {
      budget.add("componentCustomSections", start);
      const name = section.name();
      items.push({ offset: start, kind: "custom", name, start: section.at, end });
      section.at = end;
      return;
    }
    case 1:
      budget.add("componentCoreModules", start);
      readModulePreamble(section);
      items.push({ offset: start, kind: "module", start, end });
      return;
    case 4:
      budget.add("componentComponents", start);
      items.push({
        offset: start,
        kind: "component",
        component: yield* readComponent(section, depth + 1),
      });
      section.at = end;
      return;
    case 9:
      items.push({ offset: start, ...readStart(section) });
      return;
  }
  const read = definitions[id]!;
  const cap = counted[id];
  const all = section.count();
  if (cap !== undefined) budget.add(cap, start, all);
  for (let count = all; count > 0; count--) {
    const offset = section.at;
    items.push({ offset, ...read(section, depth) });
    yield;
  }
}

const definitions: Readonly<Record<number, (reader: Reader, depth: number) => DefinitionBody>> = {
  2: readCoreInstance,
  3: (reader, depth) => ({ kind: "core-type", type: readCoreType(reader, depth) }),
  5: readInstance,
  6: readAlias,
  7: (reader, depth) => ({ kind: "type", type: readType(reader, depth) }),
  8: (reader) => ({ kind: "canon", canon: readCanon(reader) }),
  10: (reader) => ({ kind: "import", name: readExternName(reader), type: readExternType(reader) }),
  11: (reader) => ({
    kind: "export",
    name: readExternName(reader),
    item: readSortIndex(reader),
    type: readOptionalType(reader),
  }),
  12: readValue,
};

/** Each type is counted where it is read, types inside of types included. */
const counted: Readonly<Record<number, CapName>> = {
  2: "componentCoreInstances",
  5: "componentInstances",
  6: "componentAliases",
  8: "componentCanons",
  10: "componentImports",
  11: "componentExports",
};

function readModulePreamble(section: Reader): void {
  const start = section.at;
  for (const byte of [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]) {
    if (section.u8() !== byte) throw malformed(start, "not a core module");
  }
  section.at = section.end;
}

function readOptionalType(reader: Reader): ReturnType<typeof readExternType> | undefined {
  const there = reader.u8();
  if (there > 1) throw reader.unexpected(there, "optional component export type");
  return there === 1 ? readExternType(reader) : undefined;
}

function readCoreInstance(reader: Reader): DefinitionBody {
  const form = reader.u8();
  switch (form) {
    case 0x00:
      return {
        kind: "core-instantiate",
        module: reader.u32(),
        args: reader.vector((reader) => {
          const name = reader.name();
          reader.expect(0x12, "instantiation arg kind");
          return { name, instance: reader.u32() };
        }),
      };
    case 0x01:
      return { kind: "core-bundle", exports: reader.vector(readCoreExport) };
    default:
      throw reader.unexpected(form, "core instance");
  }
}

function readInstance(reader: Reader): DefinitionBody {
  const form = reader.u8();
  switch (form) {
    case 0x00:
      return {
        kind: "instantiate",
        component: reader.u32(),
        args: reader.vector((reader) => ({ name: reader.name(), ...readSortIndex(reader) })),
      };
    case 0x01:
      return {
        kind: "bundle",
        exports: reader.vector((reader) => ({
          extern: readExternName(reader),
          item: readSortIndex(reader),
        })),
      };
    default:
      throw reader.unexpected(form, "instance");
  }
}

function readStart(reader: Reader): DefinitionBody {
  return {
    kind: "start",
    func: reader.u32(),
    args: reader.vector((reader) => reader.u32()),
    results: reader.u32(),
  };
}

function readValue(reader: Reader): DefinitionBody {
  const type = readTypeRef(reader);
  const value = reader.slice(reader.u32());
  return { kind: "value", type, start: value.at, end: value.end };
}
