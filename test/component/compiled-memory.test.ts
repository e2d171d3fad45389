import { describe, expect, it } from "vitest";
import { DEFAULT_RULES, rulesOf } from "../../src/component/caps/rules.ts";
import {
  type CompiledModule,
  ReadComponents,
  SharedModules,
} from "../../src/component/compiled/memory.ts";
import { ReadComponent } from "../../src/component/compiled/read.ts";

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
  const read = new ReadComponent({
    resolved: {
      type: {
        imports: new Map(),
        exports: new Map(),
        importedResources: [],
        exportedResources: [],
      },
      items: [],
      resourceCount: 0,
    },
    plan: undefined,
    customs: [],
  });
  const kept = (memory: ReadComponents, names: readonly string[]): readonly string[] =>
    names.filter((name) => memory.get(name) !== undefined);
  const named = (count: number): string[] => Array.from({ length: count }, (_, nth) => `${nth}`);

  it("are kept up to a number of them, those used last", () => {
    const memory = new ReadComponents();
    for (const name of named(32)) memory.keep(name, read, 1);
    expect(memory.get("0")).toBe(read);
    memory.keep("new", read, 1);
    memory.keep("new", read, 1);
    expect(kept(memory, named(32))).toEqual(named(32).filter((name) => name !== "1"));
  });

  it("are kept up to what they weigh together, and a heavy one never", () => {
    const memory = new ReadComponents();
    const all = named(20);
    for (const name of all) memory.keep(name, read, 60 * 1024);
    expect(kept(memory, all)).toEqual(all.slice(-8));
    memory.keep("heavy", read, 70 * 1024);
    expect(memory.get("heavy")).toBeUndefined();
    // One that is kept again counts once.
    for (const name of all) memory.keep("same", read, 60 * 1024 + name.length);
    expect(kept(memory, all)).toEqual(all.slice(-7));
  });
});
