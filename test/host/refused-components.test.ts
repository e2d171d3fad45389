// A component that could never start is refused when it is installed, and whoever meets it is told the same.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ALL_FEATURES, PLUGIN_FEATURES } from "../../src/component/caps/features.ts";
import { CompiledStore } from "../../src/component/compiled/store.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { compile, compileSync } from "../../src/component/index.ts";
import { createHost, grantAll, type Host, TenonError } from "../../src/index.ts";
import type { HostOptions, Platform } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { fromText } from "../component/guest.ts";
import { manifestText } from "../manifest-text.ts";
import { memoryDerived } from "../platform/memory-derived.ts";
import { functionRogue } from "../sweep/shapes/function-rogue.ts";
import { rogueComponent } from "../sweep/rogue.ts";

const component = async (module: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await rogueComponent("rogue", { module }));

// What could never start, and what its refusal has in its data.
const never: Readonly<
  Record<string, { bytes(): Promise<Uint8Array<ArrayBuffer>>; data: object; words: string[] }>
> = {
  "garbage collection in a function": {
    bytes: async () =>
      component(
        await fromText(`(module (type $a (array (mut i64))) (func (export "run") (param i32))
          (func (drop (array.new_default $a (i32.const 3)))))`),
      ),
    data: { limit: "features", feature: "gc" },
    words: ["gc", "not allowed", "its author", "limits.features"],
  },
  "a function of 20,000 locals": {
    bytes: () => component(functionRogue(({ locals }) => locals(20_000)).module!),
    data: { limit: "functionLocals", value: 20_002, most: 16_384, function: 0 },
    words: ["20002 locals", "may have 16384", "its author", "limits.caps.functionLocals"],
  },
  "instances that double when they are linked": {
    bytes: async () => {
      let text = "(component $c0 (core module $m) (core instance (instantiate $m)))";
      for (let level = 1; level <= 12; level++) {
        text += `(component $c${level} (alias outer 1 $c${level - 1} (component $p))
          (instance (instantiate $p)) (instance (instantiate $p)))`;
      }
      return Uint8Array.from(await fromText(`(component ${text} (instance (instantiate $c12)))`));
    },
    data: { limit: "componentLinkedInstances", value: 1_001, most: 1_000 },
    words: ["1001 instances", "its author", "limits.caps.componentLinkedInstances"],
  },
  "memories that are empty, and reserve addresses all the same": {
    bytes: async () =>
      Uint8Array.from(
        await fromText(`(component (core module $m ${"(memory i64 0)".repeat(4)})
          ${"(core instance (instantiate $m))".repeat(17)})`),
      ),
    data: { limit: "componentMemories", value: 68, most: 64 },
    words: ["68 memories", "its author", "limits.caps.componentMemories"],
  },
};

const manifest = manifestText("test/rogue");
const routes = Object.entries(never);

interface Told {
  readonly code: string;
  readonly data: unknown;
}

async function refusal(work: () => unknown): Promise<TenonError> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(TenonError);
  return error as TenonError;
}

function hostOf(options: Partial<HostOptions> = {}): Host {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any"), ...options });
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

// `tenon` as a script calls it.
function tenon(bytes: Uint8Array, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "tenon-refused-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "rogue.wasm"), bytes);
  writeFileSync(join(folder, "rogue.json"), manifest);
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { out: stdout, err: stderr, status };
}

test.each(routes)("%s: all who meet it are told the same", async (_, { bytes, data, words }) => {
  const rogue = await bytes();
  const installed = await refusal(() => hostOf().install(rogue, { manifest }));
  expect(installed).toMatchObject({ code: "component-limit", operation: "install", data });
  for (const word of words) expect(installed.message).toContain(word);
  const same: Told = { code: installed.code, data: installed.data };

  const rules = { features: PLUGIN_FEATURES };
  const derived = memoryDerived();
  const engines = [componentEngine(), componentEngine({ store: new CompiledStore(derived) })];
  for (const engine of engines) {
    expect(await refusal(() => engine.compile(rogue, { rules, digest: "d" }))).toMatchObject(same);
  }
  expect(await refusal(() => compile(rogue, rules))).toMatchObject(same);
  expect(await refusal(() => compileSync(rogue, rules))).toMatchObject(same);

  const inspected = tenon(rogue, "inspect", "rogue.wasm", "--json");
  expect(inspected.status).toBe(3);
  expect(inspected.err).toContain(words[0]);
  expect(JSON.parse(inspected.out)).toMatchObject({ error: same });
  const ran = tenon(rogue, "run", "rogue.wasm", "go", "--json");
  expect(ran.status).toBe(3);
  expect(JSON.parse(ran.out)).toMatchObject({ ok: false, error: same });
  const [listed] = JSON.parse(tenon(rogue, "list", "--json").out) as [{ error: Told }];
  expect(listed.error).toMatchObject(same);
});

test.each(routes)("%s: a first start that finds it says the same", async (_, it) => {
  const rogue = await it.bytes();
  const strict = componentEngine();
  const platform: Platform = {
    ...nodePlatform(),
    // An engine of the application's, which takes nobody's word for anything.
    engine: async () => ({
      name: "strict",
      compile: (bytes, { suspend = [] } = {}) =>
        strict.compile(bytes, { suspend, rules: { features: PLUGIN_FEATURES } }),
    }),
  };
  const limits = {
    features: ALL_FEATURES,
    caps: {
      functionLocals: 50_000,
      componentLinkedInstances: 50_000,
      componentMemories: 50_000,
    },
  };
  const host = hostOf({ platform, limits, isolation: () => "caller" });
  await host.install(rogue, { manifest });
  const error = await refusal(() => host.exportsOf("test/rogue"));
  const same = { code: "component-limit", data: it.data };
  expect(error).toMatchObject({ ...same, plugin: "test/rogue" });
  expect(host.plugin("test/rogue")).toMatchObject({ state: "failed", error: same, crashes: 0 });
});

test("what was refused is not forgotten into a folder's index, and the rest of the folder is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-refused-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, "state");
  writeFileSync(join(folder, "rogue.wasm"), await never["a function of 20,000 locals"]!.bytes());
  writeFileSync(join(folder, "rogue.json"), manifest);
  writeFileSync(join(folder, "honest.wasm"), await rogueComponent("honest", {}));
  writeFileSync(join(folder, "honest.json"), manifestText("test/honest"));
  for (const read of [2, 1]) {
    const report = await hostOf({ platform: nodePlatform({ state }) }).installAll(folder);
    expect(report).toMatchObject({ plugins: 1, read });
    expect(report.refused.map(({ error }) => error.code)).toEqual(["component-limit"]);
  }
});

test("a host that takes more, or less, does not go by what another one found", async () => {
  const derived = memoryDerived();
  const rogue = await never["garbage collection in a function"]!.bytes();
  const on = (limits: HostOptions["limits"]): Host =>
    hostOf({
      platform: { ...nodePlatform(), derived },
      ...(limits === undefined ? {} : { limits }),
    });
  await on({ features: ALL_FEATURES }).install(rogue, { manifest });
  expect(derived.made()).toHaveLength(1);
  expect(await refusal(() => on(undefined).install(rogue, { manifest }))).toMatchObject({
    code: "component-limit",
  });
  await on({ features: ALL_FEATURES }).install(rogue, { manifest });
  expect(derived.found).toBe(1);
});
