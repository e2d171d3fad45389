import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { partsOf } from "../../src/component/compile.ts";
import { compile, compileSync } from "../../src/component/index.ts";
import type { ComponentSource } from "../../src/component/index.ts";
import { component, name, section } from "./decode/binary.ts";
import { dummyComponent, everything, fromText } from "./guest.ts";

const empty = component();
const code = (code: string) => expect.objectContaining({ name: "TenonError", code });

describe("a source", () => {
  const buffer = empty.buffer;
  const around = new Uint8Array([9, ...empty, 9]);
  const sources: Record<string, () => ComponentSource> = {
    "a Uint8Array": () => empty,
    "an ArrayBuffer": () => buffer,
    "a view of a part of a buffer": () => around.subarray(1, -1),
    "a DataView": () => new DataView(around.buffer, 1, empty.length),
    "a Node buffer": () => Buffer.from(empty),
    "bytes that another thread may change": () => {
      const shared = new Uint8Array(new SharedArrayBuffer(empty.length));
      shared.set(empty);
      return shared as unknown as BufferSource;
    },
    "a Response": () => new Response(empty) as unknown as ComponentSource,
    "a Response without a body stream": () =>
      ({
        ok: true,
        status: 200,
        url: "",
        arrayBuffer: () => Promise.resolve(buffer),
      }) as ComponentSource,
    "a promise of a Response": () =>
      Promise.resolve(new Response(empty)) as unknown as ComponentSource,
    "a stream": () => new Response(empty).body as unknown as ComponentSource,
    "a stream of single bytes": () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const byte of empty) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      }) as unknown as ComponentSource,
  };
  for (const [title, source] of Object.entries(sources)) {
    it(`is ${title}`, async () => {
      expect((await compile(source())).exports).toEqual([]);
    });
  }

  it("is nothing else", async () => {
    for (const other of [undefined, null, 7, "bytes", {}, [0, 0x61], new Map()]) {
      await expect(compile(other as unknown as ComponentSource)).rejects.toEqual(
        code("component-source"),
      );
      expect(() => compileSync(other as unknown as BufferSource)).toThrow(code("component-source"));
    }
    await expect(
      compile(new Response("no", { status: 404 }) as unknown as ComponentSource),
    ).rejects.toEqual(code("component-source"));
  });

  it("may not be larger than allowed, and a stream is not read to its end to find out", async () => {
    expect(() => compileSync(empty, { maxBytes: 7 })).toThrow(code("component-limit"));
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel() {
        cancelled = true;
      },
    });
    await expect(
      compile(endless as unknown as ComponentSource, { maxBytes: 10_000 }),
    ).rejects.toEqual(code("component-limit"));
    expect(pulled).toBeLessThan(20);
    expect(cancelled).toBe(true);
  });
});

describe("a compiled component", () => {
  it("describes its imports and exports with types", async () => {
    const compiled = compileSync((await dummyComponent(everything, "everything")) as BufferSource);
    expect(compiled.imports.map((one) => one.name)).toEqual(
      expect.arrayContaining(["acme:all/types@1.2.3", "acme:all/paint@1.2.3", "inline", "now"]),
    );
    const run = compiled.exports.find((one) => one.name === "run");
    expect(run?.type).toMatchObject({
      kind: "func",
      type: {
        async: false,
        params: [{ name: "args", type: { kind: "list", item: { kind: "string" } } }],
        result: { kind: "result", ok: { kind: "record" }, err: { kind: "string" } },
      },
    });
    const types = compiled.imports.find((one) => one.name === "acme:all/types@1.2.3");
    const canvas =
      types?.type.kind === "instance" ? types.type.type.exports.get("canvas") : undefined;
    expect(canvas?.type).toMatchObject({
      type: { kind: "resource", resource: { name: "canvas" } },
    });
  });

  it("has the digest of its bytes", async () => {
    const digest = createHash("sha256").update(empty).digest("hex");
    expect(await compileSync(empty).digest()).toBe(`sha256:${digest}`);
  });

  it("hands out copies of its custom sections by name, the outermost component's only", () => {
    const bytes = component(
      section(0, name("a"), [1, 2]),
      section(0, name("b"), [3]),
      section(4, [...component(section(0, name("a"), [4]))]),
      section(0, name("a"), []),
    );
    const compiled = compileSync(bytes);
    expect(compiled.customSections("a")).toEqual([Uint8Array.of(1, 2), Uint8Array.of()]);
    compiled.customSections("a")[0]!.fill(9);
    expect(compiled.customSections("a")[0]).toEqual(Uint8Array.of(1, 2));
    expect(compiled.customSections("__proto__")).toEqual([]);
  });

  it("lists its core modules, nested ones too", async () => {
    const compiled = compileSync(
      (await fromText(`(component
        (core module (func (export "f") (result i64) unreachable))
        (component (core module (import "a" "b" (memory 1)))))`)) as BufferSource,
    );
    const [outer, inner] = compiled.coreModules;
    expect([...outer!.type.exports]).toEqual([
      ["f", { kind: "func", type: { params: [], results: ["i64"], supertype: undefined } }],
    ]);
    expect(inner!.type.imports).toMatchObject([
      { module: "a", name: "b", type: { kind: "memory" } },
    ]);
  });
});

describe("core modules", () => {
  it("are validated by WebAssembly, the place in the component named", async () => {
    const bytes = (await fromText(
      `(component (core module) (core module (func (result i32) i64.const 0)))`,
    )) as BufferSource;
    for (const attempt of [() => compile(bytes), async () => compileSync(bytes)]) {
      await expect(attempt()).rejects.toEqual(
        expect.objectContaining({ code: "component-invalid", data: { offset: 20 } }),
      );
    }
  });

  it("that start above the caps are refused when the component is compiled", async () => {
    const bytes = (await fromText(`(component (core module (memory 1025)))`)) as BufferSource;
    expect(() => compileSync(bytes)).toThrow(code("component-limit"));
    expect(compileSync(bytes, { maxMemoryBytes: 2 ** 27 }).coreModules).toHaveLength(1);
    const table = (await fromText(
      `(component (core module (table 1000001 funcref)))`,
    )) as BufferSource;
    expect(() => compileSync(table)).toThrow(code("component-limit"));
  });

  it("of the same bytes are compiled once, for each cap", async () => {
    const module = `(core module (memory (export "m") 1))`;
    const component = compileSync(
      (await fromText(`(component ${module} ${module} (core module (memory 1)))`)) as BufferSource,
    );
    const { modules, form } = partsOf(component);
    const [one, two, three] = component.coreModules.map((range) => modules.get(range, form));
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    const [first] = component.coreModules;
    const smaller = modules.get(first!, { ...form, memoryBytes: 65_536 });
    expect(smaller).not.toBe(one);
    expect(modules.get(first!, { ...form, memoryBytes: 65_536 })).toBe(smaller);
    expect(() => modules.get(first!, { ...form, memoryBytes: 1 })).toThrow(code("component-limit"));
  });
});
