import { expect, test } from "vitest";
import type { Engine } from "../../src/component/engine.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { createHost, grantAll } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { component } from "../conformance/engine-guests.ts";
import { manifestText } from "../manifest-text.ts";

const GUEST = `(component
  (core module $M (func (export "seven") (result i32) (i32.const 7)))
  (core instance $m (instantiate $M))
  (func (export "seven") (result u32) (canon lift (core func $m "seven"))))`;

test.each(["caller", "thread"] as const)(
  "an engine of the application's runs a plugin (%s)",
  async (level) => {
    const inner = componentEngine();
    let compiled = 0;
    const engine: Engine = {
      name: "the application's",
      compile: (bytes, options) => {
        compiled++;
        return inner.compile(bytes, options);
      },
    };
    await using host = createHost({
      platform: { ...nodePlatform(), engine: async () => engine },
      policy: grantAll([], "any"),
      isolation: () => level,
    });
    await host.install(await component(GUEST), {
      manifest: manifestText("test/seven", { activation: [] }),
    });
    const exports = await host.exportsOf<{ seven(): unknown }>("test/seven");
    expect(await exports.seven()).toBe(7);
    expect(compiled).toBe(1);
  },
);
