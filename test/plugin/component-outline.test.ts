import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { leb } from "../bytes.ts";
import { component, outlineComponent, rustComponent, withSection } from "./samples.ts";

function outlineOf(bytes: Uint8Array) {
  return outlineComponent(bytes, "tenon:manifest").outline;
}

// The code of the refusal; anything but a TenonError fails the test.
function codeOf(bytes: Uint8Array): string {
  try {
    outlineOf(bytes);
    return "accepted";
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    if (error.code === "package-malformed") {
      expect(error.data["offset"]).toBeTypeOf("number");
      expect(error.data["offset"]).toBeLessThanOrEqual(bytes.length);
    }
    return error.code;
  }
}

// A type index as a signed LEB128 has it.
function signedLeb(value: number): number[] {
  const bytes = leb(value);
  if (bytes.at(-1)! < 0x40) return bytes;
  return [...bytes.slice(0, -1), bytes.at(-1)! | 0x80, 0];
}

describe("what a component imports", () => {
  test("is read from its own bytes, with the functions of instances", () => {
    const { imports, exports } = outlineOf(rustComponent("word-count"));
    const byName = new Map(imports.map((one) => [one.name, one]));
    expect(byName.get("tenon:plugin/types@0.1.0")).toEqual({
      name: "tenon:plugin/types@0.1.0",
      kind: "instance",
      functions: [],
      resources: [],
    });
    expect(byName.get("tenon:plugin/text@0.1.0")?.functions).toContain("open");
    expect(byName.get("tenon:plugin/text@0.1.0")?.resources).toContain("document");
    expect(exports).toContainEqual({ name: "tenon:plugin/commands@0.1.0", kind: "instance" });
  });

  test("an instance that is only mentioned for its types has no functions", () => {
    const { imports } = outlineOf(rustComponent("notes"));
    expect(imports.find(({ name }) => name === "tenon:plugin/text@0.1.0")).toEqual({
      name: "tenon:plugin/text@0.1.0",
      kind: "instance",
      functions: [],
      resources: ["document"],
    });
  });

  test("a function cannot hide behind an alias, in a nested instance, or as another kind", async () => {
    const { imports } = outlineOf(
      await component(`(component
        (type $inner (instance (export "run" (func))))
        (type $outer (instance
          (alias outer 1 $inner (type $i))
          (export "inner" (instance (type $i)))
          (export "t" (type (sub resource)))))
        (alias outer 0 $outer (type $aliased))
        (import "a:b/c" (instance (type $aliased)))
        (import "loose" (func))
        (import "kind" (type (sub resource)))
        (import "code" (core module)))`),
    );
    expect(imports).toEqual([
      { name: "a:b/c", kind: "instance", functions: ["inner.run"], resources: ["t"] },
      { name: "loose", kind: "func", functions: [], resources: [] },
      { name: "kind", kind: "type", functions: [], resources: [] },
      { name: "code", kind: "module", functions: [], resources: [] },
    ]);
  });

  test("instances in instances in instances take no more time than bytes", async () => {
    let text = `(type $t0 (instance (export "run" (func))))`;
    for (let level = 1; level <= 40; level++) {
      text += `(type $t${level} (instance
        (alias outer 1 $t${level - 1} (type $i))
        (export "a" (instance (type $i))) (export "b" (instance (type $i)))))`;
    }
    const bytes = await component(`(component ${text} (import "a:b/c" (instance (type $t40))))`);
    expect(codeOf(bytes)).toBe("component-limit");
  });
});

describe("sections", () => {
  test("of the component itself are found, in order; those of what is nested are not its own", async () => {
    const inner = withSection(await component("(component)"), "tenon:manifest", "inner");
    const outer = await component("(component)");
    const nested = Uint8Array.from([...outer, 4, ...leb(inner.length), ...inner]);
    const bytes = withSection(
      withSection(nested, "tenon:manifest", "one"),
      "tenon:manifest",
      "two",
    );
    const { sections } = outlineComponent(bytes, "tenon:manifest");
    expect(sections.map((section) => new TextDecoder().decode(section))).toEqual(["one", "two"]);
  });
});

describe("hostile bytes", () => {
  test("what is no component is called what it is", async () => {
    const wasm = [0, 0x61, 0x73, 0x6d];
    expect(() => outlineOf(new Uint8Array())).toThrow(/empty/);
    expect(() => outlineOf(Uint8Array.from([...wasm, 1, 0, 0, 0]))).toThrow(
      /core WebAssembly module/,
    );
    expect(() => outlineOf(Uint8Array.from([...wasm, 2, 0, 1, 0]))).toThrow(/another WebAssembly/);
    expect(() => outlineOf(Uint8Array.from([...wasm, 0x0d]))).toThrow(/cut off/);
    expect(() => outlineOf(new TextEncoder().encode("#!/bin/sh\n"))).toThrow(/not WebAssembly/);
    for (const bytes of [[], wasm, [...wasm, 1, 0, 0, 0], [1, 2, 3]]) {
      expect(codeOf(Uint8Array.from(bytes))).toBe("package-not-a-component");
    }
  });

  test("cut off, it is refused, unless what is left is a shorter component", () => {
    const whole = rustComponent("json-tools");
    expect(codeOf(whole.slice(0, 8))).toBe("accepted");
    const codes = [];
    for (let length = 9; length < whole.length; length += 997) {
      codes.push(codeOf(whole.slice(0, length)));
    }
    expect(new Set(codes)).toEqual(new Set(["package-malformed"]));
    expect(codes.length).toBeGreaterThan(100);
  });

  test("100,000 nested things end in a refusal", () => {
    const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
    let components: number[] = [];
    for (let level = 0; level < 400; level++) {
      const body = [...preamble, ...components];
      components = [4, ...leb(body.length), ...body];
    }
    expect(codeOf(Uint8Array.from([...preamble, ...components]))).toBe("component-limit");
    // Instance types in instance types, each opening with a type declaration.
    const types = Array.from({ length: 100_000 }, () => [0x42, 1, 1]).flat();
    const section = [1, ...types];
    const bytes = Uint8Array.from([...preamble, 7, ...leb(section.length), ...section]);
    expect(codeOf(bytes)).toBe("component-limit");
  });

  test("a type 100,000 types deep is refused or read, without the engine's stack giving out", () => {
    const lists = Array.from({ length: 100_000 }, (_, index) => {
      // (list string), then each a list of the one before.
      return index === 0 ? [0x70, 0x73] : [0x70, ...signedLeb(index - 1)];
    }).flat();
    const types = [...leb(100_001), ...lists];
    // (func (param "x" 99,999)), imported as a function of an instance would be.
    types.push(0x40, 1, 1, 0x78, ...signedLeb(99_999), 1, 0);
    const imported = [1, 0, 1, 0x66, 1, ...leb(100_000)];
    const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
    const sections = [7, ...leb(types.length), ...types, 10, ...leb(imported.length), ...imported];
    const bytes = Uint8Array.from([...preamble, ...sections]);
    expect(codeOf(bytes)).toBe("component-limit");
    expect(codeOf(bytes.slice(0, -1))).toBe("component-limit");
  });

  test("a list of four thousand million things is refused before it is made", () => {
    const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
    for (const id of [2, 3, 5, 6, 7, 8, 10, 11]) {
      const section = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x40];
      expect(codeOf(Uint8Array.from([...preamble, id, section.length, ...section]))).toBe(
        "package-malformed",
      );
    }
  });
});

describe("mutations of real components", () => {
  let samples: readonly Uint8Array[] = [];
  beforeAll(() => {
    samples = ["json-tools", "notes", "word-count"].map(rustComponent);
  });

  // Where the component's own sections are, as opposed to the code of its core modules.
  function structure(bytes: Uint8Array): readonly number[] {
    const places: number[] = [];
    let at = 8;
    while (at < bytes.length) {
      const start = at;
      const id = bytes[at++]!;
      let size = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!;
        size += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      const end = id === 1 ? Math.min(at + 64, at + size) : at + size;
      for (let place = start; place < end; place++) places.push(place);
      at += size;
    }
    return places;
  }

  const codes = [
    "accepted",
    "package-malformed",
    "package-not-a-component",
    "component-limit",
    "component-unsupported",
  ];

  test("5,000 of them end in an outline or in a refusal with a code, quickly", () => {
    const places = samples.map(structure);
    const seen = new Map<string, number>();
    const mutation = fc.record({
      sample: fc.nat(samples.length - 1),
      edits: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), far: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    fc.assert(
      fc.property(mutation, ({ sample, edits }) => {
        const bytes = samples[sample]!.slice();
        for (const { at, byte, far } of edits) {
          const own = places[sample]!;
          const place = far ? at % bytes.length : own[at % own.length]!;
          bytes[place] = byte;
        }
        const code = codeOf(bytes);
        seen.set(code, (seen.get(code) ?? 0) + 1);
        expect(codes).toContain(code);
      }),
      { numRuns: 5_000 },
    );
    expect(seen.get("package-malformed")).toBeGreaterThan(1_000);
    expect(seen.get("accepted")).toBeGreaterThan(100);
  }, 120_000);
});
