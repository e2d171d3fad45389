import { describe, expect, it } from "vitest";
import { WitError } from "../../src/errors.ts";
import { exportsOf, routes, start, trapKind } from "./start.ts";

// Two memories, two allocators, neither of the usual name, and two encodings. Each side tells how
// often its allocator was called.
const side = (name: string, base: number, encoding: string) => `
  (core module $${name}
    (memory (export "${name}-bytes") 2)
    (global $at (mut i32) (i32.const ${base}))
    (global $calls (mut i32) (i32.const 0))
    (func (export "${name}-room") (param i32 i32 i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (global.set $at (i32.and (i32.add (global.get $at) (i32.const 7)) (i32.const -8)))
      (memory.copy (global.get $at) (local.get 0) (local.get 1))
      (global.get $at)
      (global.set $at (i32.add (global.get $at) (local.get 3))))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (i32.const 8))
    (func (export "calls") (result i32) (global.get $calls)))
  (core instance $${name} (instantiate $${name}))
  (alias core export $${name} "${name}-bytes" (core memory $${name}-memory))
  (core func $ask-${name} (canon lower (func $ask) (memory $${name}-memory)
    (realloc (core func $${name} "${name}-room")) string-encoding=${encoding}))
  (core module $${name}-asks
    (import "host" "ask" (func $ask (param i32 i32 i32)))
    (func (export "ask") (param i32 i32) (result i32)
      (call $ask (local.get 0) (local.get 1) (i32.const 24)) (i32.const 24)))
  (core instance $${name}-asks (instantiate $${name}-asks
    (with "host" (instance (export "ask" (func $ask-${name}))))))
  (func (export "${name}-echo") (param "s" string) (result string)
    (canon lift (core func $${name} "echo") (memory $${name}-memory)
      (realloc (core func $${name} "${name}-room")) string-encoding=${encoding}))
  (func (export "${name}-ask") (param "s" string) (result string)
    (canon lift (core func $${name}-asks "ask") (memory $${name}-memory)
      (realloc (core func $${name} "${name}-room")) string-encoding=${encoding}))
  (func (export "${name}-calls") (result u32) (canon lift (core func $${name} "calls")))`;

const twoMemories = `(component
  (import "ask" (func $ask (param "s" string) (result string)))
  ${side("left", 4096, "utf8")}
  ${side("right", 65536, "utf16")}
  ${side("middle", 100_000, "latin1+utf16")})`;

// Each function's post-return notes what it is called with: `noted` answers how often and the sum.
const noting = `(component
  (import "fetch" (func $fetch (param "n" u32) (result u32)))
  (core func $fetch (canon lower (func $fetch)))
  (core module $M
    (import "host" "fetch" (func $fetch (param i32) (result i32)))
    (memory (export "mem") 1)
    (global $times (mut i32) (i32.const 0))
    (global $sum (mut f64) (f64.const 0))
    (func $note (param f64)
      (global.set $times (i32.add (global.get $times) (i32.const 1)))
      (global.set $sum (f64.add (global.get $sum) (local.get 0))))
    (func (export "alloc") (param i32 i32 i32 i32) (result i32) (i32.const 512))
    (func (export "nothing"))
    (func (export "note-nothing") (call $note (f64.const 1)))
    (func (export "i32") (param i32) (result i32) (local.get 0))
    (func (export "note-i32") (param i32) (call $note (f64.convert_i32_u (local.get 0))))
    (func (export "i64") (param i64) (result i64) (local.get 0))
    (func (export "note-i64") (param i64) (call $note (f64.convert_i64_u (local.get 0))))
    (func (export "f32") (param f32) (result f32) (local.get 0))
    (func (export "note-f32") (param f32) (call $note (f64.promote_f32 (local.get 0))))
    (func (export "f64") (param f64) (result f64) (local.get 0))
    (func (export "note-f64") (param f64) (call $note (local.get 0)))
    (func (export "later") (param i32) (result i32) (call $fetch (local.get 0)))
    (func (export "leave") (param i32) (drop (call $fetch (local.get 0))))
    (func (export "fail") (param i32) unreachable)
    (func (export "text") (param i32 i32) (result i32)
      (i32.store (i32.const 40) (local.get 0)) (i32.store (i32.const 44) (local.get 1))
      (i32.const 40))
    (func (export "wrong") (param i32) (result i32)
      (i32.store8 (i32.const 80) (i32.const 1)) (i32.store (i32.const 84) (local.get 0))
      (i32.const 80))
    (func (export "times") (result i32) (global.get $times))
    (func (export "sum") (result f64) (global.get $sum)))
  (core instance $m (instantiate $M (with "host" (instance (export "fetch" (func $fetch))))))
  (alias core export $m "mem" (core memory $mem))
  (func (export "nothing")
    (canon lift (core func $m "nothing") (post-return (core func $m "note-nothing"))))
  (func (export "a-u32") (param "x" u32) (result u32)
    (canon lift (core func $m "i32") (post-return (core func $m "note-i32"))))
  (func (export "a-u64") (param "x" u64) (result u64)
    (canon lift (core func $m "i64") (post-return (core func $m "note-i64"))))
  (func (export "a-f32") (param "x" f32) (result f32)
    (canon lift (core func $m "f32") (post-return (core func $m "note-f32"))))
  (func (export "a-f64") (param "x" f64) (result f64)
    (canon lift (core func $m "f64") (post-return (core func $m "note-f64"))))
  (func (export "text") (param "x" string) (result string)
    (canon lift (core func $m "text") (memory $mem) (realloc (core func $m "alloc"))
      (post-return (core func $m "note-i32"))))
  (func (export "wrong") (param "x" u32) (result (result string (error u32)))
    (canon lift (core func $m "wrong") (memory $mem) (post-return (core func $m "note-i32"))))
  (func (export "flat-wrong") (param "x" u32) (result (result))
    (canon lift (core func $m "i32") (post-return (core func $m "note-i32"))))
  (func (export "later") (param "x" u32) (result u32)
    (canon lift (core func $m "later") (post-return (core func $m "note-i32"))))
  (func (export "leaves") (param "x" u32) (result u32)
    (canon lift (core func $m "i32") (post-return (core func $m "leave"))))
  (func (export "fails") (param "x" u32) (result u32)
    (canon lift (core func $m "i32") (post-return (core func $m "fail"))))
  (func (export "times") (result u32) (canon lift (core func $m "times")))
  (func (export "sum") (result f64) (canon lift (core func $m "sum"))))`;

// Gives its strings' memory back in post-return, and only there; has two pages and wants no more.
const frugal = (encoding: string, pages: number) => `(component
  (core module $M
    (memory (export "mem") ${pages} ${pages})
    (global $at (mut i32) (i32.const 64))
    (func (export "alloc") (param i32 i32 i32 i32) (result i32) (local $new i32)
      (local.set $new (i32.and (i32.add (global.get $at) (i32.const 7)) (i32.const -8)))
      (global.set $at (i32.add (local.get $new) (local.get 3)))
      (if (i32.gt_u (local.get 1) (local.get 3)) (then (local.set 1 (local.get 3))))
      (memory.copy (local.get $new) (local.get 0) (local.get 1))
      (local.get $new))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "free") (param i32) (global.set $at (i32.const 64)))
    (func (export "length") (param i32 i32) (result i32)
      (global.set $at (i32.const 64)) (local.get 1)))
  (core instance $m (instantiate $M))
  (alias core export $m "mem" (core memory $mem))
  (func (export "echo") (param "s" string) (result string)
    (canon lift (core func $m "echo") (memory $mem) (realloc (core func $m "alloc"))
      (post-return (core func $m "free")) string-encoding=${encoding}))
  (func (export "bytes") (param "b" (list u8)) (result (list u8))
    (canon lift (core func $m "echo") (memory $mem) (realloc (core func $m "alloc"))
      (post-return (core func $m "free"))))
  (func (export "length") (param "s" string) (result u32)
    (canon lift (core func $m "length") (memory $mem) (realloc (core func $m "alloc"))
      string-encoding=${encoding})))`;

// Traps where it is asked to grow or move what it gave.
const onceAllocating = `(component
  (core module $M
    (memory (export "mem") 40)
    (func (export "alloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.or (local.get 0) (local.get 1)) (then unreachable))
      (i32.const 64))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
      (i32.const 16)))
  (core instance $m (instantiate $M))
  (func (export "echo") (param "s" string) (result string)
    (canon lift (core func $m "echo") (memory (core memory $m "mem"))
      (realloc (core func $m "alloc")))))`;

describe.each(routes)("canonical options, by %s", (code) => {
  it("are each function's own: memory, allocator and encoding", async () => {
    const heard: unknown[] = [];
    const ask = (text: unknown) => {
      heard.push(text);
      return `${String(text)}?`;
    };
    const { leftEcho, rightEcho, middleEcho, leftAsk, rightAsk, middleAsk } = exportsOf(
      await start(twoMemories, { ask }, { code }),
    );
    const texts = ["plain", "zażółć ☃", "ÿ".repeat(40), "🍰".repeat(30)];
    for (const text of texts) {
      for (const echo of [leftEcho, rightEcho, middleEcho]) expect(echo!(text)).toBe(text);
      for (const pass of [leftAsk, rightAsk, middleAsk]) expect(pass!(text)).toBe(`${text}?`);
    }
    expect(heard).toEqual(texts.flatMap((text) => [text, text, text]));
  });

  it("do not call another function's allocator", async () => {
    const exports = exportsOf(await start(twoMemories, { ask: String }, { code }));
    const calls = () => ["left", "right", "middle"].map((name) => exports[`${name}-calls`]!());
    exports["left-echo"]!("abc");
    expect(calls()).toEqual([1, 0, 0]);
    exports["right-echo"]!("abc");
    expect(calls()).toEqual([1, 1, 0]);
    // The argument, then the host's answer.
    exports["middle-ask"]!("abc");
    expect(calls()).toEqual([1, 1, 2]);
  });

  it("post-return runs once a call, with what the core function returned", async () => {
    const exports = exportsOf(await start(noting, { fetch: Number }, { code }));
    let [times, sum] = [0, 0];
    const expectNoted = (value: number) => {
      expect([exports["times"]!(), exports["sum"]!()]).toEqual([(times += 1), (sum += value)]);
    };
    exports["nothing"]!();
    expectNoted(1);
    expect(exports["a-u32"]!(4_000_000_000)).toBe(4_000_000_000);
    expectNoted(4_000_000_000);
    expect(exports["a-u64"]!(2n ** 40n)).toBe(2n ** 40n);
    expectNoted(2 ** 40);
    expect(exports["a-f32"]!(0.5)).toBe(0.5);
    expectNoted(0.5);
    expect(exports["a-f64"]!(0.25)).toBe(0.25);
    expectNoted(0.25);
    expect(exports["text"]!("é")).toBe("é");
    expectNoted(40);
    // An err is an answer: the guest has memory to free all the same.
    expect(() => exports["wrong"]!(7)).toThrow(expect.objectContaining({ payload: 7 }));
    expectNoted(80);
    expect(() => exports["flat-wrong"]!(1)).toThrow(WitError);
    expectNoted(1);
    expect(exports["flat-wrong"]!(0)).toBeUndefined();
    expectNoted(0);
  });

  it("post-return runs once where the guest was suspended", async () => {
    const fetch = (n: unknown) => new Promise((done) => setTimeout(done, 1, Number(n) + 1));
    const exports = exportsOf(await start(noting, { fetch }, { code, suspend: true }));
    expect(await exports["later"]!(4)).toBe(5);
    expect([await exports["times"]!(), await exports["sum"]!()]).toEqual([1, 5]);
  });

  it("post-return may not leave, and its trap is the call's", async () => {
    let fetched = 0;
    const fetch = () => (fetched += 1);
    const leaving = await start(noting, { fetch }, { code });
    expect(await trapKind(() => exportsOf(leaving)["leaves"]!(1))).toBe("cannot-leave");
    expect([fetched, leaving.state]).toEqual([0, "poisoned"]);
    const failing = await start(noting, { fetch }, { code });
    expect(await trapKind(() => exportsOf(failing)["fails"]!(1))).toBe("unreachable");
    expect(failing.state).toBe("poisoned");
  });

  it("5,000 strings of 100 KB leave memory as it was", async () => {
    const instance = await start(frugal("utf8", 6), {}, { code });
    const { echo } = exportsOf(instance);
    const text = "0123456789".repeat(10_000);
    for (let turn = 0; turn < 5_000; turn++) {
      if ((echo!(text) as string).length !== text.length) expect.fail("a string was cut");
    }
    expect(echo!(text)).toBe(text);
    expect(instance.memoryBytes).toBe(6 * 65_536);
  });

  it.each(["utf8", "utf16", "latin1+utf16"])("200,000 UTF-16 units pass (%s)", async (encoding) => {
    const { echo } = exportsOf(await start(frugal(encoding, 40), {}, { code }));
    for (const text of [
      "x".repeat(200_000),
      "é".repeat(200_000),
      "🍰☃".repeat(66_667),
      "\u{10ffff}".repeat(100_000),
    ]) {
      expect(echo!(text)).toBe(text);
    }
  });

  it("a length is counted in units of the encoding, tagged where latin1+utf16 is UTF-16", async () => {
    const lengths = async (encoding: string) => {
      const { length } = exportsOf(await start(frugal(encoding, 2), {}, { code }));
      return ["", "abc", "é", "ÿÿ☃", "🍰"].map((text) => length!(text));
    };
    const tag = 2 ** 31;
    expect(await lengths("utf8")).toEqual([0, 3, 2, 7, 4]);
    expect(await lengths("utf16")).toEqual([0, 3, 1, 3, 2]);
    expect(await lengths("latin1+utf16")).toEqual([0, 3, 1, tag + 3, tag + 2]);
  });

  it("a guest whose allocator can't grow what it gave gets any text of the host's", async () => {
    const { echo } = exportsOf(await start(onceAllocating, {}, { code }));
    for (const unit of ["x", "é", "日", "🍰", "\0"]) {
      for (const count of [1, 11, 24, 25, 1000, 100_000, 300_000]) {
        const text = `${"a".repeat(count % 7)}${unit.repeat(count)}z`;
        if (echo!(text) !== text) expect.fail(`${count} of ${unit}`);
      }
    }
    expect(echo!("lone \ud800")).toBe("lone \ufffd");
  });

  it("1 MB of bytes pass, and what the host holds is its own copy", async () => {
    const { bytes } = exportsOf(await start(frugal("utf8", 40), {}, { code }));
    const given = Uint8Array.from({ length: 2 ** 20 }, (_, at) => (at * 7919) >>> 5);
    const got = bytes!(given) as Uint8Array;
    expect(Buffer.compare(got, given)).toBe(0);
    expect(got.byteLength).toBe(got.buffer.byteLength);
    expect(bytes!(given.buffer)).toEqual(given);
    const before = got.slice();
    bytes!(new Uint8Array(2 ** 20).fill(1));
    expect(Buffer.compare(got, before)).toBe(0);
  });

  it("a host function gets as many arguments as it has parameters", async () => {
    const counts: number[] = [];
    const host = (...args: readonly unknown[]) => counts.push(args.length);
    const text = [0, 1, 2, 3, 4].map((count) => {
      const params = Array.from({ length: count }, (_, at) => `(param "p${at}" u32)`).join("");
      return `(import "f${count}" (func $f${count} ${params} (result u32)))
        (core func $c${count} (canon lower (func $f${count})))`;
    });
    const instance = await start(
      `(component ${text.join("")}
        (core module $M
          ${[0, 1, 2, 3, 4].map((count) => `(import "h" "f${count}" (func $f${count} ${"(param i32)".repeat(count)} (result i32)))`).join("")}
          (func (export "all") ${[0, 1, 2, 3, 4].map((count) => `(drop (call $f${count} ${"(i32.const 7)".repeat(count)}))`).join("")}))
        (core instance $m (instantiate $M (with "h" (instance
          ${[0, 1, 2, 3, 4].map((count) => `(export "f${count}" (func $c${count}))`).join("")}))))
        (func (export "all") (canon lift (core func $m "all"))))`,
      { f0: host, f1: host, f2: host, f3: host, f4: host },
      { code },
    );
    exportsOf(instance)["all"]!();
    expect(counts).toEqual([0, 1, 2, 3, 4]);
  });
});
