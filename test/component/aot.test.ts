import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { functionTexts } from "../../src/component/aot/functions.ts";
import { written } from "../../src/component/aot/runtime.ts";
import { writeAhead } from "../../src/component/aot/write.ts";
import { type Component, compileSync, instantiate } from "../../src/component/index.ts";
import { DEFAULT_CAPS } from "../../src/component/caps/catalogue.ts";
import { partsOf } from "../../src/component/compile.ts";
import { planComponent } from "../../src/component/link/planner.ts";
import { hostWith } from "../plugins/sample-plugins.ts";
import { ahead, writtenEngine } from "./ahead.ts";
import { dummyComponent, fromText } from "./guest.ts";

const code = (code: string) => expect.objectContaining({ name: "TenonError", code });

async function compiled(text: string): Promise<Component> {
  return compileSync((await fromText(text)) as BufferSource);
}

function textOf(component: Component, name = "index.js"): string {
  return String(writeAhead(component).get(name));
}

// Adds one, and tells the host.
const adder = (name: string) => `(component
  (import "seen" (func $seen (param "x" u32)))
  (core func $low (canon lower (func $seen)))
  (core module $m
    (import ${name} ${name} (func $seen (param i32)))
    (func (export ${name}) (param i32) (result i32)
      (call $seen (local.get 0))
      (i32.add (local.get 0) (i32.const 1))))
  (core instance $args (export ${name} (func $low)))
  (core instance $i (instantiate $m (with ${name} (instance $args))))
  (func (export "add") (param "x" u32) (result u32) (canon lift (core func $i ${name}))))`;

type Add = { add(x: unknown): number };

describe("a component written beforehand", () => {
  it("runs at once where files can be read at once", async () => {
    const seen: unknown[] = [];
    const { instantiate } = await ahead(await compiled(adder(`"f"`)));
    const instance = instantiate({ seen: (x: unknown) => seen.push(x) && undefined });
    const { add } = instance.exports as Add;
    expect([add(1), add(2), seen]).toEqual([2, 3, [1, 2]]);
    expect(() => add("1")).toThrow(code("component-type"));
    instance[Symbol.dispose]();
    expect(() => add(1)).toThrow(code("component-closed"));
  });

  it("is loaded first where they can't", async () => {
    const component = await compiled(adder(`"f"`));
    const module = writeAhead(component).get("core-0.wasm") as Uint8Array<ArrayBuffer>;
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("fetch", async () => new Response(module));
    onTestFinished(() => void vi.unstubAllGlobals());
    const { instantiate, load } = await ahead(component);
    const imports = { seen: () => {} };
    expect(() => instantiate(imports)).toThrow(code("component-source"));
    await load();
    expect((instantiate(imports).exports as Add).add(1)).toBe(2);
  });

  it("says which imports it lacks, all at once", async () => {
    const { instantiateAsync } = await ahead(await compiled(adder(`"f"`)));
    await expect(instantiateAsync()).rejects.toEqual(
      expect.objectContaining({
        code: "component-unlinkable",
        data: { missing: ["seen"], wrong: [] },
      }),
    );
  });

  it("keeps the limits that it is given", async () => {
    const { instantiate } = await ahead(
      await compiled(`(component
        (core module $m (memory (export "m") 1)
          (func (export "grow") (result i32) (memory.grow (i32.const 1))))
        (core instance $i (instantiate $m))
        (func (export "grow") (result s32) (canon lift (core func $i "grow"))))`),
    );
    const grow = (memoryBytes: number) =>
      (instantiate({}, { limits: { memoryBytes } }).exports as { grow(): number }).grow();
    expect(grow(1 << 17)).toBe(1);
    expect(grow(1 << 16)).toBe(-1);
    expect(() => grow(1)).toThrow(code("component-limit"));
  });

  it("serves as a host's engine", async () => {
    await using host = await hostWith(["word-count"], {
      powers: { engine: async () => writtenEngine() },
    });
    const document = host.documents.open("file:///a.txt", "one two three");
    expect(await host.execute("word-count.count", undefined, { document })).toMatchObject({
      words: 3,
    });
  });

  it("is refused by an engine of another format", async () => {
    const parts = { format: "0-0", suspend: false, modules: [], plan: [], functions: [] };
    expect(() => written(parts)).toThrow(code("component-unsupported"));
  });

  it("is refused where it imports a component", async () => {
    const given = await compiled(`(component (import "c" (component)))`);
    expect(() => writeAhead(given)).toThrow(code("component-unsupported"));
  });

  it("shares files between modules of the same bytes", async () => {
    const module = `(core module (func (export "f")))`;
    const instances = [0, 1, 2].map((index) => `(core instance (instantiate ${index}))`);
    const files = writeAhead(
      await compiled(`(component ${module} ${module} (core module) ${instances.join(" ")})`),
    );
    expect([...files.keys()]).toEqual(["core-0.wasm", "core-1.wasm", "index.js", "index.d.ts"]);
  });
});

describe("tenon component aot", () => {
  const root = join(import.meta.dirname, "../..");

  function scratch(): string {
    const folder = mkdtempSync(join(tmpdir(), "tenon-aot-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }

  function node(...args: readonly string[]): string {
    return execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  }

  it("writes a folder", () => {
    const file = join(root, "plugins-rs/word-count/word-count.wasm");
    const out = join(scratch(), "deep/er");
    const sizes = JSON.parse(
      node("src/cli/main.ts", "component", "aot", file, "-o", out, "--json"),
    ) as Record<string, number>;
    for (const [name, size] of Object.entries(sizes)) {
      expect(readFileSync(join(out, name)).length).toBe(size);
    }
    expect(existsSync(join(out, "index.d.ts"))).toBe(true);
    expect(readFileSync(join(out, "index.js"), "utf8")).toContain(`"tenon/component/runtime"`);
  });

  it("writes what runs where no text may become code, as it is and in a minified bundle", async () => {
    const folder = scratch();
    const runtime = join(root, "src/component/aot/runtime.ts");
    for (const [name, content] of writeAhead(await compiled(adder(`"f"`)), { runtime })) {
      writeFileSync(join(folder, name), content);
    }
    const bundle = await rolldown({ input: join(folder, "index.js"), platform: "neutral" });
    await bundle.write({ file: join(folder, "bundle.js"), minify: true });
    await bundle.close();
    const script = `
      const seen = [];
      const { instantiate, instantiateAsync } = await import(process.argv[1]);
      const imports = { seen: (x) => void seen.push(x) };
      const both = [instantiate(imports), await instantiateAsync(imports)];
      let may = true;
      try { new Function(""); } catch { may = false; }
      console.log(JSON.stringify([...both.map(({ exports }) => exports.add(1)), seen, may]));`;
    const strict = "--disallow-code-generation-from-strings";
    for (const file of ["index.js", "bundle.js"]) {
      const said = node(strict, "--input-type=module", "-e", script, join(folder, file));
      expect(JSON.parse(said)).toEqual([2, 2, [1, 1], false]);
    }
    expect(readFileSync(join(folder, "bundle.js"), "utf8")).not.toMatch(
      /\bnew Function\b|\beval\(/,
    );
  });
});

const attacks = [
  `"];alert(1)//`,
  `"}});alert(1);({"a":{"b":"`,
  "'+alert(1)+'",
  "`${alert(1)}`",
  "${alert(1)}",
  "*/alert(1)/*",
  "\\",
  '\\"+alert(1)//',
  "\n;alert(1)//",
  "\u2028alert(1)",
  "\u2029alert(1)",
  "</script><script>alert(1)</script>",
  "<!--alert(1)",
  "__proto__",
  "constructor.constructor('alert(1)')()",
  "é\ud83d\ude00alert(1)\u0000",
];

// A string of the text format, byte by byte.
const quoted = (name: string) =>
  `"${[...new TextEncoder().encode(name)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}"`;

describe("a name that is an attack", () => {
  const places: Readonly<Record<string, (name: string) => string>> = {
    import: (name) => `(import ${name} (func))`,
    "import's function": (name) => `(import "a:b/c" (instance (export ${name} (func))))`,
    parameter: (name) => `(import "f" (func (param ${name} u32)))`,
    field: (name) => `(type (record (field ${name} u32)))`,
    case: (name) => `(type (variant (case ${name} u32)))`,
    "enum's case": (name) => `(type (enum ${name}))`,
    flag: (name) => `(type (flags ${name}))`,
    resource: (name) => `(import ${name} (type (sub resource)))`,
    method: (name) => `(import "r" (type $r (sub resource)))
      (import ${quoted("[method]r.").slice(0, -1)}${name.slice(1)} (func (param "self" (borrow $r))))`,
    version: (name) => `(import ${quoted("a:b/c@1.0.0-").slice(0, -1)}${name.slice(1)} (instance))`,
    "nested component's export": (name) =>
      `(component (core module $m) (export ${name} (core module $m)))`,
  };
  for (const [place, text] of Object.entries(places)) {
    it(`is refused as the name of: ${place}`, async () => {
      for (const attack of attacks) {
        const bytes = (await fromText(`(component ${text(quoted(attack))})`)) as BufferSource;
        expect(() => compileSync(bytes), attack).toThrow(code("component-invalid"));
      }
    });
  }

  it("is data where WebAssembly allows it, on every route", async () => {
    const alert = vi.fn();
    vi.stubGlobal("alert", alert);
    onTestFinished(() => void vi.unstubAllGlobals());
    for (const attack of attacks) {
      const component = await compiled(adder(quoted(attack)));
      const seen: unknown[] = [];
      const imports = { seen: (x: unknown) => void seen.push(x) };
      const module = await ahead(component);
      const texts = await compiledTexts(() => {
        for (const instance of [
          instantiate(component, imports, { code: "text" }),
          instantiate(component, imports, { code: "closures" }),
          module.instantiate(imports),
        ]) {
          expect((instance.exports as Add).add(41), attack).toBe(42);
        }
      });
      expect(seen).toEqual([41, 41, 41]);
      // The lift, the lower, and what stands for both until they are called.
      expect(texts).toHaveLength(3);
      for (const text of texts) expectPlain(text, []);
      expectNamesAreData(component);
    }
    expect(alert).not.toHaveBeenCalled();
  });
});

// Labels that mean something to JavaScript.
const labels = ["constructor", "prototype", "to-string", "value-of", "has-own-property", "eval"];
labels.push(
  "arguments",
  "then",
  "await",
  "class",
  "default",
  "tag",
  "val",
  "this",
  "null",
  "T",
  "b",
);
const keys = ["constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "eval"];
keys.push("arguments", "then", "await", "class", "default", "tag", "val", "this", "null", "t", "b");

describe("text", () => {
  it("holds the names of fields and flags, and no other", async () => {
    const wit = `package evil:names@1.0.0;
      interface things {
        record fields { ${labels.map((label) => `%${label}: u32`).join(", ")} }
        flags flag-set { ${labels.map((label) => `%${label}-flag`).join(", ")} }
        variant some-case { case-one(string), case-two(fields), %constructor }
        enum some-enum { enum-one, enum-two }
        resource some-resource {
          constructor(parameter-one: fields);
          some-method: func(parameter-two: some-case) -> result<some-enum, flag-set>;
          some-static: static func() -> some-resource;
        }
        some-func: func(parameter-three: list<tuple<fields, flag-set>>) -> list<some-case>;
      }
      world evil { import things; export things; }`;
    const component = compileSync((await dummyComponent(wit, "evil")) as BufferSource);
    const flags = labels.map((_, index) => `${keys[index]!}Flag`);
    const texts = textsOf(component);
    for (const { text } of texts) expectPlain(text, [...keys, ...flags]);
    for (const key of [...keys, ...flags]) {
      expect(texts.some(({ text }) => text.includes(`"${key}"`))).toBe(true);
    }
    expectNamesAreData(component);
  });

  it("gives and takes records whose fields mean something to JavaScript", async () => {
    const fields = labels
      .slice(0, 12)
      .map((label) => `(field "${label}" u8)`)
      .join(" ");
    const component = await compiled(`(component
      (type $t (record ${fields}))
      (export $r "r" (type $t))
      (core module $m (memory (export "m") 1)
        (func (export "f") ${"(param i32)".repeat(12)} (result i32)
          ${labels
            .slice(0, 12)
            .map((_, index) => `(i32.store8 (i32.const ${index}) (local.get ${index}))`)
            .join(" ")}
          (i32.const 0)))
      (core instance $i (instantiate $m))
      (func (export "f") (param "x" $r) (result $r)
        (canon lift (core func $i "f") (memory (core memory $i "m")))))`);
    const value = Object.fromEntries(keys.slice(0, 12).map((key, index) => [key, index + 1]));
    const module = await ahead(component);
    for (const instance of [
      instantiate(component, {}, { code: "text" }),
      instantiate(component, {}, { code: "closures" }),
      module.instantiate(),
    ]) {
      expect((instance.exports as { f(x: unknown): unknown }).f(value)).toEqual(value);
    }
  });
});

// The texts that `new Function` is given meanwhile, without the question whether it works.
async function compiledTexts(run: () => void): Promise<readonly string[]> {
  const texts: string[] = [];
  const real = Function;
  globalThis.Function = new Proxy(real, {
    construct(target, args: string[]) {
      if (args.at(-1) !== "") texts.push(args.at(-1)!);
      return Reflect.construct(target, args) as object;
    },
  });
  try {
    run();
  } finally {
    globalThis.Function = real;
  }
  return texts;
}

function textsOf(component: Component) {
  return functionTexts(planComponent(partsOf(component).resolved, DEFAULT_CAPS), false);
}

const WORDS = ["use strict", "object", "string", "number", "boolean", "bigint", "function"];

// Printable ASCII, no quotes but the double ones, and between these only what is listed.
function expectPlain(text: string, names: readonly string[]): void {
  expect(text).toMatch(/^[\n -~]*$/);
  expect(text).not.toMatch(/['`\\]|\/\/|\/\*|alert/);
  for (const [, inner] of text.matchAll(/"([^"]*)"/g)) {
    expect([...WORDS, ...VIEWS, ...names]).toContain(inner);
  }
}

const VIEWS = ["u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"];

// Outside of function bodies there is JSON, and nothing leaves ASCII.
function expectNamesAreData(component: Component): void {
  const text = textOf(component);
  expect(text).toMatch(/^[\n -~]*$/);
  expect(text).not.toContain("</");
  expect(text).not.toContain("<!--");
  const plan = text.slice(text.indexOf("plan: [\n") + 8, text.indexOf("\n],\nfunctions: [\n"));
  for (const line of plan.split("\n")) {
    expect(() => void JSON.parse(line.trim().slice(0, -1)), line).not.toThrow();
  }
  const bodies = textsOf(component);
  let rest = text.slice(text.indexOf("functions: [\n"));
  for (const { text, tables } of bodies) {
    const at = rest.indexOf(`{${text}}],`);
    expect(at).toBeGreaterThan(0);
    const head = rest.slice(0, at);
    expect(head).toMatch(/\[\d+, (undefined|"[a-z]+"), .*, function \(\$, T\) $/);
    const table = head.slice(
      head.indexOf(", ", head.indexOf(", ") + 1) + 2,
      -", function ($, T) ".length,
    );
    expect(JSON.parse(table)).toEqual(tables);
    rest = rest.slice(at + text.length + 5);
  }
}
