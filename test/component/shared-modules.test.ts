import { describe, expect, it } from "vitest";
import { DEFAULT_RULES, rulesOf } from "../../src/component/caps/rules.ts";
import type { CompiledModule } from "../../src/component/compiled-module.ts";
import { SharedModules } from "../../src/component/shared-modules.ts";

const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const caps = { memoryBytes: 1 << 20, tableElements: 10 };

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
    const one = shared.take(empty, caps, DEFAULT_RULES, compile);
    const two = shared.take(Uint8Array.from(empty), { ...caps }, DEFAULT_RULES, compile);
    expect(await two.compiled).toBe(await one.compiled);
    expect(count).toBe(1);
    shared.take(empty, { ...caps, memoryBytes: 1 << 16 }, DEFAULT_RULES, compile);
    shared.take(Uint8Array.of(...empty.slice(0, 7), 1), caps, DEFAULT_RULES, compile);
    expect(count).toBe(3);
    shared.take(empty, caps, rulesOf({ features: [] }), compile);
    shared.take(empty, caps, rulesOf({ caps: { moduleBytes: 100 } }), compile);
    expect(count).toBe(5);
  });

  it("that were refused are tried again", async () => {
    const shared = new SharedModules();
    const refused = shared.take(empty, caps, DEFAULT_RULES, () =>
      Promise.reject(new Error("no memory")),
    );
    await expect(refused.compiled).rejects.toThrow("no memory");
    const next = shared.take(empty, caps, DEFAULT_RULES, compiled);
    expect((await next.compiled).module).toBeInstanceOf(WebAssembly.Module);
  });
});
