import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WrittenComponent } from "../../src/component/aot/runtime.ts";
import { type AheadOptions, writeAhead } from "../../src/component/aot/write.ts";
import type { Engine } from "../../src/component/engine.ts";
import { type Component, compile } from "../../src/component/index.ts";
import { TenonError } from "../../src/errors.ts";

// Of what is being tested: see vitest.built.config.ts.
const built = process.env["TENON_BUILT"];
export const runtime =
  built === undefined
    ? join(import.meta.dirname, "../../src/component/aot/runtime.ts")
    : join(built, "component/aot/runtime.js");
const folder = mkdtempSync(join(tmpdir(), "tenon-aot-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Writes a component as a module and imports it. */
export async function ahead(
  component: Component,
  options: AheadOptions = {},
): Promise<WrittenComponent> {
  const place = mkdtempSync(join(folder, "c-"));
  for (const [name, content] of writeAhead(component, { runtime, ...options })) {
    writeFileSync(join(place, name), content);
  }
  return (await import(pathToFileURL(join(place, "index.js")).href)) as WrittenComponent;
}

/** The Engine seam over modules that were written beforehand. */
export function writtenEngine(): Engine {
  return {
    name: "tenon, written",
    async compile(bytes, { suspend = [] } = {}) {
      const component = await compile(Uint8Array.from(bytes));
      let module: WrittenComponent | undefined = await ahead(component, { suspend });
      return {
        async instantiate(imports, { limits = {} } = {}) {
          if (module === undefined) throw new TenonError("component-closed", "released");
          return module.instantiateAsync(imports, { limits });
        },
        [Symbol.dispose]() {
          module = undefined;
        },
      };
    },
  };
}
