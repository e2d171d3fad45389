// The component around what a case is about.
import { decode } from "../../src/component/decode/decode.ts";
import { component } from "../conformance/engine-guests.ts";
import { exported } from "../host/scripted-guest.ts";
import { Bytes } from "../bytes.ts";
import { CoreModule, I32 } from "./binary/core-module.ts";

/** What is hostile about a component. Nothing: the one that neighbours are. */
export interface Rogue {
  /**
   * A core module that exports `run: (how: i32) -> ()`: 0, all of it is to run, once; 1, it is called in
   * a loop and returns at once. Default: one that does nothing.
   */
  readonly module?: Uint8Array;
  /** Further sections of the component, behind its own and in front of its exports. */
  readonly sections?: (counts: Counts) => Bytes;
}

/** How many definitions of each index space come before the further sections. */
export interface Counts {
  readonly modules: number;
  readonly coreInstances: number;
  readonly components: number;
  readonly instances: number;
  readonly types: number;
  readonly coreFunctions: number;
}

/**
 * Events that it hears of, and by whose length it knows them: `poke` does nothing, `cold` runs it once,
 * `through` runs it time and again, `hot` calls it in a loop.
 */
export const EVENTS = {
  poke: "poke",
  cold: "colder",
  through: "throughs",
  hot: "hot-and-hot",
} as const;

export type RogueEvent = keyof typeof EVENTS;

/** `plugin`: the middle of the events' names. */
export async function rogueComponent(plugin: string, rogue: Rogue): Promise<Uint8Array> {
  const base = await baseComponent(plugin.length);
  const out = new Bytes().raw(base.bytes.subarray(0, base.moduleStart));
  out.section(1, new Bytes().raw(rogue.module ?? idleModule()));
  out.raw(base.bytes.subarray(base.moduleEnd, base.exportsStart));
  if (rogue.sections !== undefined) out.raw(rogue.sections(base.counts).view());
  return out.raw(base.bytes.subarray(base.exportsStart)).finish();
}

/** The same with a core module of its own, which is compiled by itself. */
export function twin(rogue: Rogue, index: number): Rogue {
  const module = rogue.module ?? idleModule();
  const mark = new Bytes().section(0, new Bytes().name(`twin ${index}`));
  return { ...rogue, module: new Bytes().raw(module).raw(mark.view()).finish() };
}

/** One whose `run` does nothing. */
export function idleModule(): Uint8Array {
  const module = new CoreModule();
  module.export("run", module.function(module.type([I32], []), new Bytes()));
  return module.finish();
}

interface Base {
  readonly bytes: Uint8Array;
  // Of the section of the module that is replaced.
  readonly moduleStart: number;
  readonly moduleEnd: number;
  // Of the component's last two exports, at which the further sections go in.
  readonly exportsStart: number;
  readonly counts: Counts;
}

const bases = new Map<number, Promise<Base>>();

function baseComponent(nameLength: number): Promise<Base> {
  let base = bases.get(nameLength);
  if (base === undefined) bases.set(nameLength, (base = makeBase(nameLength)));
  return base;
}

async function makeBase(nameLength: number): Promise<Base> {
  const lengthOf = (event: RogueEvent): number => `${EVENTS[event]}`.length + nameLength + 1;
  const when = (event: RogueEvent, code: string): string =>
    `(if (i32.eq (local.get 1) (i32.const ${lengthOf(event)})) (then ${code}))`;
  const bytes = await component(`(component
    (core module $Libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $Libc))
    (core module $Rogue (func (export "run") (param i32)))
    (core instance $rogue (instantiate $Rogue))
    (core module $Guest
      (import "libc" "memory" (memory 1))
      (import "rogue" "run" (func $run (param i32)))
      (func (export "activate")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 32))
      (func (export "deactivate"))
      (func (export "handle") (param i32 i32 i32 i32) (result i32)
        ${when("cold", "(call $run (i32.const 0))")}
        ${when("through", "(loop $l (call $run (i32.const 0)) (br $l))")}
        ${when("hot", "(loop $l (call $run (i32.const 1)) (br $l))")}
        (i32.const 32)))
    (core instance $m (instantiate $Guest (with "libc" (instance $libc))
      (with "rogue" (instance $rogue))))
    ${exported.lifecycle} ${exported.events})`);
  const { items } = decode(bytes);
  const count = (...kinds: readonly string[]): number =>
    items.filter(({ kind }) => kinds.includes(kind)).length;
  const modules = items.filter((item) => item.kind === "module");
  const { start, end } = modules[1]!;
  const exports = sectionsOf(bytes).filter(({ id }) => id === 11);
  return {
    bytes,
    moduleStart: sectionsOf(bytes).find(({ content }) => content === start)!.at,
    moduleEnd: end,
    exportsStart: exports.at(-1)!.at,
    counts: {
      modules: modules.length,
      coreInstances: count("core-instantiate", "core-bundle"),
      components: count("component"),
      // Exports make new indices.
      instances: count("instantiate", "bundle") + count("export") - 1,
      types: count("type"),
      coreFunctions: items.filter(
        (item) => item.kind === "alias-core-export" && item.sort === "core-func",
      ).length,
    },
  };
}

interface Section {
  readonly id: number;
  readonly at: number;
  readonly content: number;
}

function sectionsOf(bytes: Uint8Array): readonly Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < bytes.length;) {
    let size = 0;
    let content = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[content++]!;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    sections.push({ id: bytes[at]!, at, content });
    at = content + size;
  }
  return sections;
}
