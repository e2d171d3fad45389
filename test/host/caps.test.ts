// What a plugin's binary would make V8 do is refused by name before V8 sees it, and nobody else notices.
import { describe, expect, onTestFinished, test } from "vitest";
import type { WasmFeature } from "../../src/component/caps/features.ts";
import type { TenonError } from "../../src/errors.ts";
import { createHost, grantAll, type HostOptions } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { leb } from "../bytes.ts";
import { repeated } from "../component/decode/binary.ts";
import { fromText } from "../component/guest.ts";
import { manifestText } from "../manifest-text.ts";
import { CoreModule, I32 } from "../sweep/binary/core-module.ts";
import { Bytes } from "../bytes.ts";
import { EVENTS, rogueComponent } from "../sweep/rogue.ts";
import { functionRogue } from "../sweep/shapes/function-rogue.ts";

type Options = Partial<Pick<HostOptions, "limits" | "isolation">>;

// A host with an honest plugin, which has answered once.
async function besideHonest(options: Options = {}) {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any"), ...options });
  onTestFinished(() => host[Symbol.asyncDispose]());
  const install = async (name: string, bytes: Uint8Array): Promise<void> => {
    const activation = Object.values(EVENTS).map((event) => `event:${name}.${event}`);
    await host.install(bytes, { manifest: manifestText(`test/${name}`, { activation }) });
  };
  const poke = async (name: string) => (await host.dispatch(`event:${name}.poke`)).plugins[0];
  await install("honest", await rogueComponent("honest", {}));
  expect((await poke("honest"))?.tag).toBe("handled");
  return { host, install, poke };
}

// What installing the rogue is refused with, whereas the neighbour still answers from the instance that it
// had. Undefined: it was installed, and starts.
async function refusalOf(module: Uint8Array, options?: Options): Promise<TenonError | undefined> {
  const { host, install, poke } = await besideHonest(options);
  const refused = await install("rogue", await rogueComponent("rogue", { module })).then(
    () => undefined,
    (error: unknown) => error as TenonError,
  );
  if (refused === undefined) expect(await poke("rogue")).toMatchObject({ tag: "handled" });
  else expect(host.plugins()).toHaveLength(1);
  expect((await poke("honest"))?.tag).toBe("handled");
  expect(host.plugin("test/honest")).toMatchObject({ state: "running", starts: 1 });
  return refused;
}

function withRun(text: string): Promise<Uint8Array> {
  return fromText(`(module (func (export "run") (param i32)) ${text})`);
}

const array = "(type $a (array (mut i64)))";

describe("what lies in the JavaScript engine's heap, where nobody counts it, is not for plugins", () => {
  const uses: Readonly<Record<string, string>> = {
    "an array of 240 MB": `${array} (func (drop (array.new_default $a (i32.const 30000000))))`,
    "an array of 240 MB in a global": `${array}
      (global (ref $a) (array.new_default $a (i32.const 30000000)))`,
    "a struct of 1,000 fields": `(type $s (struct ${"(field (mut i64))".repeat(1_000)}))
      (func ${"(drop (struct.new_default $s))".repeat(1_000)})`,
  };
  test.each(Object.entries(uses))("%s is refused by name", async (_, text) => {
    for (const level of ["caller", "thread"] as const) {
      const error = await refusalOf(await withRun(text), { isolation: () => level });
      const data = { limit: "features", feature: "gc" };
      expect(error).toMatchObject({ code: "component-limit", operation: "install", data });
      expect(error?.message).toContain("limits.features");
    }
  });

  test.each([
    ["a table", "(table 14000 exnref)"],
    ["a global", "(global (mut exnref) (ref.null exn))"],
  ])("exceptions that are kept in %s are refused by name", async (_, text) => {
    for (const level of ["caller", "thread"] as const) {
      const error = await refusalOf(await withRun(text), { isolation: () => level });
      expect(error).toMatchObject({ data: { feature: "stored-exceptions" } });
    }
  });

  test("exceptions that are caught where they pass are there", async () => {
    const caught = await withRun(`(tag $e (param i32))
      (func (block $c (result i32) (try_table (catch $e $c) (throw $e (i32.const 1))) (i32.const 0)) (drop))`);
    expect(await refusalOf(caught)).toBeUndefined();
  });

  test("unless the host allows it", async () => {
    const features: WasmFeature[] = ["gc", "function-references", "reference-types"];
    const small = await withRun(`${array} (func (drop (array.new_default $a (i32.const 3))))`);
    expect(await refusalOf(small, { limits: { features } })).toBeUndefined();
  });
});

describe("what takes V8 long is refused by its cap", () => {
  test("49,990 locals, and 16,000 blocks", async () => {
    const { module } = functionRogue(({ locals, code }) => {
      locals(49_990);
      code.times(16_000, 0x02, 0x40, 0x20, 0x00, 0x0d, 0x00, 0x0b);
    });
    expect(await refusalOf(module!)).toMatchObject({
      code: "component-limit",
      data: { limit: "functionLocals", most: 16_384, function: 0 },
    });
  });

  test("a function of 7 MB", async () => {
    const { module } = functionRogue(({ code }) => {
      code.times(1_000_000, 0x20, 0x01, 0x41, 0x01, 0x6a, 0x21, 0x01);
    });
    expect(await refusalOf(module!)).toMatchObject({
      code: "component-limit",
      data: { limit: "functionBytes" },
    });
  });

  test("a type of 1,001 parameters", async () => {
    const { install, poke } = await besideHonest();
    const module = await withRun(`(type (func (param ${"i64 ".repeat(1_001)})))`);
    await expect(install("rogue", await rogueComponent("rogue", { module }))).rejects.toMatchObject(
      { code: "component-limit", data: { limit: "moduleTypeParameters" } },
    );
    expect((await poke("honest"))?.tag).toBe("handled");
  });

  test("490,000 imports", async () => {
    const { install, poke } = await besideHonest();
    const count = 490_000;
    const bytes = repeated(10, leb(count), [0, 1, 0x61, 1, 0], count);
    await expect(install("rogue", bytes)).rejects.toMatchObject({ code: "component-limit" });
    expect((await poke("honest"))?.tag).toBe("handled");
  });

  test("one of the application's own likewise, until the host raises it", async () => {
    const module = new CoreModule();
    const code = new Bytes().times(40_000, 0x41, 0x01, 0x1a);
    module.export("run", module.function(module.type([I32], []), code));
    const bytes = module.finish();
    const own: Options = { isolation: () => "caller" };
    const caps = { functionBytes: 100_000 };
    expect(await refusalOf(bytes, { ...own, limits: { caps } })).toMatchObject({
      data: { limit: "functionBytes", most: 100_000 },
    });
    expect(await refusalOf(bytes, own)).toBeUndefined();
  });
});

test("a host says at once where it was given a cap or a feature that there is not", () => {
  const make = (limits: object) => (): unknown =>
    createHost({ platform: nodePlatform(), policy: grantAll([], "any"), limits });
  expect(make({ caps: { locals: 3 } })).toThrow("locals");
  expect(make({ features: ["garbage"] })).toThrow("garbage");
});
