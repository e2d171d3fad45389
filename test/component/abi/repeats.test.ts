import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadUtf8 } from "../../../src/component/abi/strings/strings.ts";
import "../../seed.ts";
import { FakeGuest, routes } from "./fake-guest.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const [[, route]] = routes as [(typeof routes)[number]];

// Lifts what lies in memory at 64.
function lifted(guest: FakeGuest, bytes: Uint8Array): string {
  const { cx } = guest;
  cx.fresh();
  cx.u8.set(bytes, 64);
  cx.budget();
  return loadUtf8(cx, 64, bytes.length);
}

// So often that it is looked up from then on.
function often(guest: FakeGuest, text: string): void {
  for (let times = 0; times < 3000; times++) {
    if (lifted(guest, encoder.encode(text)) !== text) throw new Error("another string");
  }
}

describe("short strings that a guest hands out again and again", () => {
  it("are what they are, whatever was handed out before", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 32 }),
      fc.constantFrom(
        "content-type: text",
        "content-type: html",
        "\ufeffa name with a mark",
        "é".repeat(9),
      ),
    );
    const guest = new FakeGuest(route);
    often(guest, "a key of an object");
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (texts) => {
        for (const one of [...texts, ...texts]) {
          const bytes = encoder.encode(one);
          expect(lifted(guest, bytes)).toBe(decoder.decode(bytes));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("trap where they are no UTF-8, each time", () => {
    const guest = new FakeGuest(route);
    const bytes = encoder.encode("a key of an object");
    often(guest, "a key of an object");
    bytes[3] = 0xff;
    for (let times = 0; times < 3; times++) {
      expect(() => lifted(guest, bytes)).toThrow(
        expect.objectContaining({ code: "component-trap", data: { kind: "invalid-utf8" } }),
      );
    }
    expect(lifted(guest, encoder.encode("a key of an object"))).toBe("a key of an object");
  });

  it("count towards the budget of a call", () => {
    const guest = new FakeGuest(route, "utf8", { limits: { liftedBytes: 17 } });
    const other = new FakeGuest(route, "utf8", { limits: { liftedBytes: 18 } });
    often(other, "a key of an object");
    expect(() => lifted(guest, encoder.encode("a key of an object"))).toThrow(
      expect.objectContaining({ code: "component-limit" }),
    );
  });

  it("are kept for one memory alone, and let go at its end", () => {
    const one = new FakeGuest(route);
    const other = new FakeGuest(route);
    often(one, "a key of an object");
    expect(one.cx.repeats).not.toBe(other.cx.repeats);
    expect(one.cx.repeats.known).toBe(1);
    expect(other.cx.repeats.known).toBe(0);
    one.store.close();
    expect(one.cx.repeats.known).toBe(0);
  });
});
