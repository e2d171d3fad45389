import type { Engine } from "../../src/component/engine.ts";
import { compile } from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";
import { ahead } from "../component/ahead.ts";
import { engineConformance } from "./engine.ts";

/// The seam over modules that were written beforehand.
function writtenEngine(): Engine {
  return {
    name: "tenon, written",
    async compile(bytes, { suspend = [] } = {}) {
      const component = await compile(Uint8Array.from(bytes));
      let module: Awaited<ReturnType<typeof ahead>> | undefined = await ahead(component, {
        suspend,
      });
      return {
        async instantiate(imports, { maxMemoryBytes } = {}) {
          if (module === undefined) throw new TenonError("component-closed", "released");
          const limits = maxMemoryBytes === undefined ? {} : { memoryBytes: maxMemoryBytes };
          return module.instantiateAsync(imports, { limits });
        },
        [Symbol.dispose]() {
          module = undefined;
        },
      };
    },
  };
}

engineConformance("tenon, written beforehand", writtenEngine);
