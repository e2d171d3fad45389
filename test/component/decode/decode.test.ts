import { describe, expect, it } from "vitest";
import { decode } from "../../../src/component/decode/decode.ts";
import { TenonError } from "../../../src/errors.ts";
import { component, corePreamble, name, nested, preamble, section, vector } from "./binary.ts";

function fault(bytes: Uint8Array): TenonError {
  try {
    decode(bytes);
  } catch (error) {
    if (error instanceof TenonError) return error;
    throw error;
  }
  throw new Error("the bytes decode");
}

function malformedAt(offset: number, bytes: Uint8Array): void {
  const error = fault(bytes);
  expect(error.code).toBe("component-malformed");
  expect(error.data["offset"]).toBe(offset);
}

const func = [0x40, 0x00, 0x01, 0x00];

describe("a component's bytes", () => {
  it("become definitions in order, each with its place in the file", () => {
    const bytes = component(
      section(0, name("hello"), [1, 2, 3]),
      section(7, vector(func)),
      section(10, vector([0x00, ...name("f"), 0x01, 0x00])),
      section(1, corePreamble),
    );
    const { start, end, items } = decode(bytes);
    expect([start, end]).toEqual([0, bytes.length]);
    expect(items).toEqual([
      { offset: 10, kind: "custom", name: "hello", start: 16, end: 19 },
      {
        offset: 22,
        kind: "type",
        type: { kind: "func", async: false, params: [], result: undefined },
      },
      {
        offset: 29,
        kind: "import",
        name: { name: "f", attributes: [] },
        type: { kind: "func", type: 0 },
      },
      { offset: 36, kind: "module", start: 36, end: 44 },
    ]);
  });

  it("may come in sections of any order and number, and empty ones", () => {
    const none = section(7, vector());
    expect(decode(component(none, section(8, vector()), none)).items).toEqual([]);
  });

  it("keep the places of nested components in the whole file", () => {
    const inner = [...component(section(7, vector([0x73])))];
    const [item] = decode(component(section(4, inner))).items;
    expect(item).toMatchObject({ kind: "component", component: { start: 10, end: 22 } });
    const type = item?.kind === "component" ? item.component.items[0] : undefined;
    expect(type).toEqual({ offset: 21, kind: "type", type: { kind: "primitive", type: -13 } });
  });

  it("are refused where they are no component", () => {
    malformedAt(0, Uint8Array.of());
    malformedAt(4, Uint8Array.of(...preamble.slice(0, 4)));
    malformedAt(0, Uint8Array.of(...corePreamble));
    malformedAt(0, Uint8Array.of(...preamble.slice(0, 4), 0x0c, 0x00, 0x01, 0x00));
    malformedAt(8, component([13, 0]));
  });

  it("cut off anywhere decode or say where they end", () => {
    const bytes = component(
      section(7, vector(func, [0x72, 0x01, ...name("field"), 0x73])),
      section(10, vector([0x02, ...name("i"), 0x01, 0x02, ...name("id"), 0x01, 0x00])),
      section(1, corePreamble),
    );
    let whole = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
        whole++;
      } catch (error) {
        expect(error).toMatchObject({ code: "component-malformed" });
        expect((error as TenonError).data["offset"]).toBeLessThanOrEqual(length);
      }
    }
    // After the preamble and between sections.
    expect(whole).toBe(3);
  });

  it("may not go on behind a section's definitions", () => {
    malformedAt(12, component(section(7, vector([0x73]), [0x00])));
  });
});

describe("integers", () => {
  it("may be padded to five bytes and hold 32 bits", () => {
    const padded = [0x81, 0x80, 0x80, 0x80, 0x00];
    expect(decode(component([7, ...padded, 0x00])).items).toEqual([]);
    malformedAt(13, component([7, 0x81, 0x80, 0x80, 0x80, 0x10, 0x00]));
    malformedAt(13, component([7, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00]));
  });

  it("of 33 bits with a sign tell primitives from indices", () => {
    const item = (...type: number[]) =>
      decode(component(section(7, vector([0x70, ...type])))).items[0];
    expect(item(0x73)).toMatchObject({ type: { kind: "list", item: -13 } });
    expect(item(0xf3, 0x7f)).toMatchObject({ type: { item: -13 } });
    expect(item(0xff, 0xff, 0xff, 0xff, 0x0f)).toMatchObject({ type: { item: 2 ** 32 - 1 } });
    expect(item(0xf3, 0xff, 0xff, 0xff, 0x7f)).toMatchObject({ type: { item: -13 } });
    expect(() => item(0xff, 0xff, 0xff, 0xff, 0x1f)).toThrow(/integer too large/);
    expect(() => item(0xff, 0xff, 0xff, 0xff, 0x2f)).toThrow(/integer too large/);
    expect(() => item(0x40)).toThrow(/not a value type/);
  });

  it("that count more than the bytes that are left are refused before anything is made", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const content of [
      huge,
      [0x01, 0x72, ...huge],
      [0x01, 0x6e, ...huge],
      [0x01, 0x40, ...huge],
      [0x01, 0x42, ...huge],
    ]) {
      expect(fault(component(section(7, content))).code).toBe("component-malformed");
    }
    expect(fault(component(section(3, [0x01, 0x60, ...huge]))).code).toBe("component-malformed");
    expect(fault(component(section(8, [0x01, 0x00, 0x00, 0x00, ...huge]))).code).toBe(
      "component-malformed",
    );
  });
});

describe("names", () => {
  const custom = (text: string) => {
    const [item] = decode(component(section(0, name(text)))).items;
    return item?.kind === "custom" ? item.name : undefined;
  };

  it("are UTF-8 of any length, a byte order mark included", () => {
    for (const text of ["", "a", "ÅÄÖ", "\u{feff}x", "x".repeat(1000), "☃".repeat(40), "a\0b"]) {
      expect(custom(text)).toBe(text);
    }
  });

  it("that are no UTF-8 are refused, short or long", () => {
    malformedAt(11, component(section(0, [0x02, 0xff, 0xfe])));
    malformedAt(11, component(section(0, [120, ...Array.from({ length: 119 }, () => 0x61), 0xc3])));
    // A surrogate.
    malformedAt(11, component(section(0, [0x03, 0xed, 0xa0, 0x80])));
  });
});

describe("what nests", () => {
  it("may be twenty components deep", () => {
    expect(decode(nested(20)).items).toHaveLength(1);
    expect(fault(nested(21)).code).toBe("component-limit");
  });
});
