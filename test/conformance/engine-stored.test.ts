import { createHash } from "node:crypto";
import { CompiledStore } from "../../src/component/compiled/store.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import type { Engine } from "../../src/component/engine.ts";
import { memoryDerived } from "../platform/memory-derived.ts";
import { engineConformance } from "./engine.ts";

// Compiles each component twice: the second time its plan comes out of the store.
function storedEngine(): Engine {
  const derived = memoryDerived();
  const engine = componentEngine({ store: new CompiledStore(derived) });
  return {
    name: "tenon, stored",
    async compile(bytes, options) {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      (await engine.compile(bytes, { ...options, digest }))[Symbol.dispose]();
      return engine.compile(bytes, { ...options, digest });
    },
  };
}

engineConformance("tenon, out of a store", storedEngine);
