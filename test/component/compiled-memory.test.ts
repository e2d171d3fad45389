import { describe, expect, it } from "vitest";
import { DEFAULT_RULES, rulesOf } from "../../src/component/caps/rules.ts";
import {
  type CompiledModule,
  ReadComponents,
  SharedModules,
} from "../../src/component/compiled/memory.ts";
import { partsRead, ReadComponent } from "../../src/component/compiled/read.ts";
import type { ResolvedComponent } from "../../src/component/validate/resolved.ts";

const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const form = { memoryBytes: 1 << 20, tableElements: 10 };

async function compiled(): Promise<CompiledModule> {
  return {
    module: await WebAssembly.compile(empty),
    added: undefined,
    state: undefined,
    size: undefined,
  };
}

describe("core modules of several components", () => {
  it("of the same bytes, caps and rules are compiled once", async () => {
    const shared = new SharedModules();
    let count = 0;
    const compile = async () => {
      count += 1;
      return compiled();
    };
    const one = shared.take(empty, { form, rules: DEFAULT_RULES }, compile);
    const two = shared.take(
      Uint8Array.from(empty),
      { form: { ...form }, rules: DEFAULT_RULES },
      compile,
    );
    expect(await two.compiled).toBe(await one.compiled);
    expect(count).toBe(1);
    shared.take(empty, { form: { ...form, memoryBytes: 1 << 16 }, rules: DEFAULT_RULES }, compile);
    shared.take(Uint8Array.of(...empty.slice(0, 7), 1), { form, rules: DEFAULT_RULES }, compile);
    expect(count).toBe(3);
    shared.take(empty, { form, rules: rulesOf({ features: [] }) }, compile);
    shared.take(empty, { form, rules: rulesOf({ caps: { moduleBytes: 100 } }) }, compile);
    expect(count).toBe(5);
  });

  it("that were refused are tried again", async () => {
    const shared = new SharedModules();
    const refused = shared.take(empty, { form, rules: DEFAULT_RULES }, () =>
      Promise.reject(new Error("no memory")),
    );
    await expect(refused.compiled).rejects.toThrow("no memory");
    const next = shared.take(empty, { form, rules: DEFAULT_RULES }, compiled);
    expect((await next.compiled).module).toBeInstanceOf(WebAssembly.Module);
  });
});

describe("components that were read", () => {
  const none = {
    imports: new Map(),
    exports: new Map(),
    importedResources: [],
    exportedResources: [],
  };
  const empty: ResolvedComponent = { type: none, items: [], resourceCount: 0 };
  /** Each section weighs 4. */
  const ofSections = (count: number): ReadComponent =>
    new ReadComponent({
      resolved: empty,
      plan: undefined,
      customs: Array.from({ length: count }, (_, start) => ({ name: "n", start, end: start })),
    });
  const kept = (memory: ReadComponents, names: readonly string[]): readonly string[] =>
    names.filter((name) => memory.get(name) !== undefined);
  const named = (count: number): string[] => Array.from({ length: count }, (_, nth) => `${nth}`);

  it("are kept up to a number of them, those used last", () => {
    const memory = new ReadComponents();
    const read = ofSections(0);
    for (const name of named(32)) memory.keep(name, read);
    expect(memory.get("0")).toBe(read);
    memory.keep("new", read);
    memory.keep("new", read);
    expect(kept(memory, named(32))).toEqual(named(32).filter((name) => name !== "1"));
  });

  it("are kept up to what they weigh together, and a heavy one never", () => {
    const memory = new ReadComponents();
    const all = named(20);
    for (const name of all) memory.keep(name, ofSections(9_900));
    expect(kept(memory, all)).toEqual(all.slice(-8));
    memory.keep("heavy", ofSections(10_100));
    expect(memory.get("heavy")).toBeUndefined();
    // One that is kept again counts once.
    for (const _ of all) memory.keep("same", ofSections(9_900));
    expect(kept(memory, all)).toEqual(all.slice(-7));
  });

  it("are not kept where they are nested so deep that posting them would fail", () => {
    const memory = new ReadComponents();
    const nested = (depth: number): ReadComponent => {
      let resolved = empty;
      for (let level = 0; level < depth; level++) {
        const item = { kind: "component", offset: 0, component: resolved } as const;
        resolved = { ...empty, items: [item] };
      }
      return new ReadComponent({ resolved, plan: undefined, customs: [] });
    };
    for (const depth of [20, 5_000]) memory.keep(`${depth}`, nested(depth));
    expect(kept(memory, ["20", "5000"])).toEqual(["20"]);
    expect(() => structuredClone(partsRead(nested(5_000)))).toThrow(RangeError);
  });
});
