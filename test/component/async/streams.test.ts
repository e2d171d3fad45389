import { describe, expect, it } from "vitest";
import { exportsOf, failure, trapKind } from "../start.ts";
import { guest, settled, start, ways } from "./start.ts";

interface GuestStream<Item> extends AsyncIterable<Item>, Disposable {
  read(n?: number): Promise<ArrayLike<unknown> | undefined>;
  cancel(): void;
  toReadableStream(): ReadableStream<Item>;
}

const copies = (kind: string, type: string, options = "(memory $mem) (realloc $realloc)") => {
  const length = kind === "stream" ? " i32" : "";
  return {
    head: `(type $T (${kind} ${type}))`,
    more: {
      new: [`${kind}.new $T`, "", "i64"],
      read: [`${kind}.read $T async ${options}`, `i32 i32${length}`, "i32"],
      write: [`${kind}.write $T async ${options}`, `i32 i32${length}`, "i32"],
      "cancel-read": [`${kind}.cancel-read $T`, "i32", "i32"],
      "drop-read": [`${kind}.drop-readable $T`, "i32", ""],
      "drop-write": [`${kind}.drop-writable $T`, "i32", ""],
    } as const,
  };
};

// Returns a stream of what lies at 512, `count` elements of `size` bytes, and writes them as they are
// read. The callback ends the task when all are written, or nobody reads any more.
const writer = (count: number | string, size: number) => `
  (global $pointer (mut i32) (i32.const 512))
  (global $left (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 0))
  (func $push (result i32)
    (local $set i32) (local $answer i32)
    (loop $again
      (if (i32.eqz (global.get $left))
        (then (call $drop-write (global.get $end)) (return (i32.const 0))))
      (local.set $answer (call $write (global.get $end) (global.get $pointer) (global.get $left)))
      (if (i32.ne (local.get $answer) (i32.const -1))
        (then
          (if (call $wrote (local.get $answer))
            (then (call $drop-write (global.get $end)) (return (i32.const 0))))
          (br $again))))
    (local.set $set (call $set-new))
    (call $join (global.get $end) (local.get $set))
    (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
  ;; Whether nobody reads any more.
  (func $wrote (param $answer i32) (result i32)
    (local $n i32)
    (local.set $n (i32.shr_u (local.get $answer) (i32.const 4)))
    (global.set $left (i32.sub (global.get $left) (local.get $n)))
    (global.set $pointer (i32.add (global.get $pointer) (i32.mul (local.get $n) (i32.const ${size}))))
    (i32.and (local.get $answer) (i32.const 1)))
  (func $begin (result i32)
    (local $ends i64)
    (global.set $pointer (i32.const 512))
    (local.set $ends (call $new))
    (global.set $left ${typeof count === "number" ? `(i32.const ${count})` : count})
    (global.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
    (call $return (i32.wrap_i64 (local.get $ends)))
    (call $push))
  (func (export "callback") (param $code i32) (param $index i32) (param $answer i32) (result i32)
    (if (i32.ne (local.get $code) (i32.const 3)) (then unreachable))
    (call $join (local.get $index) (i32.const 0))
    (if (call $wrote (local.get $answer))
      (then (call $drop-write (local.get $index)) (return (i32.const 0))))
    (call $push))`;

const NUMBERS = `(data (i32.const 512) "\\01\\00\\02\\00\\03\\00\\04\\00\\05\\00")`;

const numbers = (type: string) => {
  const { head, more } = copies("stream", type);
  return `(component ${guest({
    uses: ["set-new", "join"],
    head,
    more: { ...more, return: ["task.return (result $T)", "i32", ""] },
    code: `${NUMBERS} ${writer(5, 2)} (func (export "run") (result i32) (call $begin))`,
    exports: `
      (func (export "run") async (result $T)
        (canon lift (core func $m "run") async (callback (core func $m "callback"))))`,
  })})`;
};

const bytes = () => {
  const { head, more } = copies("stream", "u8");
  return `(component ${guest({
    uses: ["set-new", "join"],
    head,
    more: { ...more, return: ["task.return (result $T)", "i32", ""] },
    code: `${writer("(global.get $wanted)", 1)}
      (global $wanted (mut i32) (i32.const 0))
      (func (export "run") (param $n i32) (result i32)
        (global.set $wanted (local.get $n))
        (memory.fill (i32.const 512) (i32.const 7) (local.get $n))
        (call $begin))`,
    exports: `
      (func (export "run") async (param "n" u32) (result $T)
        (canon lift (core func $m "run") async (callback (core func $m "callback"))))`,
  })})`;
};

// Words of three sorts of length, for a guest with the given encoding.
const words = `${guest({
  uses: ["set-new", "join"],
  ...(() => {
    const { head, more } = copies("stream", "string");
    return { head, more: { ...more, return: ["task.return (result $T)", "i32", ""] as const } };
  })(),
  code: `
    (data (i32.const 512)
      "\\00\\02\\00\\00\\00\\00\\00\\00" "\\40\\02\\00\\00\\03\\00\\00\\00" "\\44\\02\\00\\00\\04\\00\\00\\00")
    (data (i32.const 576) "one")
    (data (i32.const 580) "\\f0\\9f\\8d\\b0")
    ${writer(3, 8)} (func (export "run") (result i32) (call $begin))`,
  exports: `
    (func (export "words") async (result $T)
      (canon lift (core func $m "run") async (callback (core func $m "callback"))))`,
})}`;

// Reads `most` elements at a time and adds up what `each` says of one at the local \`$at\`.
const reader = (type: string, size: number, most: number, each: string, name = "run") => {
  const { head, more } = copies("stream", type);
  return guest({
    uses: ["set-new", "join"],
    head,
    more: { ...more, return: ["task.return (result u32)", "i32", ""] },
    code: `
      (global $sum (mut i32) (i32.const 0))
      (global $end (mut i32) (i32.const 0))
      (func $pull (result i32)
        (local $set i32) (local $answer i32)
        (loop $again
          (local.set $answer (call $read (global.get $end) (i32.const 64) (i32.const ${most})))
          (if (i32.ne (local.get $answer) (i32.const -1))
            (then
              (if (call $took (local.get $answer)) (then (return (i32.const 0))))
              (br $again))))
        (local.set $set (call $set-new))
        (call $join (global.get $end) (local.get $set))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      ;; Whether that was the end.
      (func $took (param $answer i32) (result i32)
        (local $n i32) (local $at i32)
        (local.set $n (i32.shr_u (local.get $answer) (i32.const 4)))
        (local.set $at (i32.const 64))
        (block $done (loop $more
          (br_if $done (i32.eqz (local.get $n)))
          (global.set $sum (i32.add (global.get $sum) ${each}))
          (local.set $at (i32.add (local.get $at) (i32.const ${size})))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $more)))
        (if (i32.and (local.get $answer) (i32.const 1))
          (then
            (call $drop-read (global.get $end))
            (call $return (global.get $sum))
            (return (i32.const 1))))
        (i32.const 0))
      (func (export "run") (param $s i32) (result i32)
        (global.set $sum (i32.const 0)) (global.set $end (local.get $s)) (call $pull))
      (func (export "callback") (param $code i32) (param $index i32) (param $answer i32) (result i32)
        (if (i32.ne (local.get $code) (i32.const 2)) (then unreachable))
        (call $join (local.get $index) (i32.const 0))
        (if (call $took (local.get $answer)) (then (return (i32.const 0))))
        (call $pull))
      (func (export "pass") (param i32) (result i32) (local.get 0))
      (func (export "drop") (param i32) (call $drop-read (local.get 0)))`,
    exports: `
      (func (export "${name}") async (param "s" $T) (result u32)
        (canon lift (core func $m "run") async (callback (core func $m "callback"))))
      (func (export "pass") (param "s" $T) (result $T) (canon lift (core func $m "pass")))
      (func (export "drop") (param "s" $T) (canon lift (core func $m "drop")))`,
  });
};
const sum = `(component ${reader("u16", 2, 3, "(i32.load16_u (local.get $at))")})`;
const lengths = reader("string", 8, 2, "(i32.load offset=4 (local.get $at))", "lengths");

async function all<Item>(stream: unknown): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream as AsyncIterable<Item>) items.push(item);
  return items;
}

describe.each(ways)("streams, %s", (way) => {
  it("of a guest are read by the host, as much as it wants", async () => {
    const instance = await start(way, numbers("u16"));
    const stream = (await exportsOf(instance)["run"]!()) as GuestStream<Uint16Array>;
    expect(await stream.read(2)).toEqual(Uint16Array.of(1, 2));
    expect(await stream.read(2)).toEqual(Uint16Array.of(3, 4));
    expect(await stream.read(2)).toEqual(Uint16Array.of(5));
    expect(await stream.read(2)).toBeUndefined();
    expect(await stream.read(2)).toBeUndefined();
    const again = await exportsOf(instance)["run"]!();
    expect(await all(again)).toEqual([Uint16Array.of(1, 2, 3, 4, 5)]);
    const signed = await exportsOf(await start(way, numbers("s16")))["run"]!();
    expect(await all(signed)).toEqual([Int16Array.of(1, 2, 3, 4, 5)]);
  });

  it("of a guest are read as a ReadableStream", async () => {
    const instance = await start(way, bytes());
    const stream = (await exportsOf(instance)["run"]!(5000)) as GuestStream<
      Uint8Array<ArrayBuffer>
    >;
    const { byteLength } = await new Response(stream.toReadableStream()).arrayBuffer();
    expect(byteLength).toBe(5000);
  });

  it("of a guest are read before there is anything, and reads wait for one another", async () => {
    const instance = await start(way, numbers("u16"));
    const stream = (await exportsOf(instance)["run"]!()) as GuestStream<Uint16Array>;
    const reads = [stream.read(3), stream.read(1), stream.read(9), stream.read(1)];
    expect(await Promise.all(reads)).toEqual([
      Uint16Array.of(1, 2, 3),
      Uint16Array.of(4),
      Uint16Array.of(5),
      undefined,
    ]);
  });

  it("that the host does not want any more end for the guest", async () => {
    const instance = await start(way, numbers("u16"));
    const { run } = exportsOf(instance);
    const stream = (await run!()) as GuestStream<Uint16Array>;
    await stream.read(1);
    stream.cancel();
    expect(await stream.read(1)).toBeUndefined();
    for await (const _ of (await run!()) as GuestStream<Uint16Array>) break;
    await settled();
    expect(await all(await run!())).toEqual([Uint16Array.of(1, 2, 3, 4, 5)]);
    expect(instance.state).toBe("live");
  });

  it("of a guest reject with the end of their instance", async () => {
    const waiting = `(component ${guest({
      uses: [],
      ...copies("stream", "u8"),
      code: `(func (export "run") (result i32) (i32.wrap_i64 (call $new)))`,
      exports: `(func (export "run") (result $T) (canon lift (core func $m "run")))`,
    })})`;
    const instance = await start(way, waiting);
    const stream = exportsOf(instance)["run"]!() as GuestStream<Uint8Array>;
    const read = failure("component-closed", () => stream.read(1));
    await settled();
    instance[Symbol.dispose]();
    await read;
    await failure("component-closed", () => stream.read(1));
    stream.cancel();
  });

  it.each<readonly [string, () => unknown]>([
    ["an array", () => [1, 2, 3, 4, 500]],
    ["a typed array", () => Uint16Array.of(1, 2, 3, 4, 500)],
    [
      "a generator",
      function* () {
        yield 1;
        yield 2;
        yield Uint16Array.of(3, 4, 500);
      },
    ],
    [
      "an asynchronous one",
      async function* () {
        yield 1;
        await settled();
        yield Uint16Array.of(2, 3);
        yield [].length;
        yield 504;
      },
    ],
    [
      "a ReadableStream",
      () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(Uint16Array.of(1, 2));
            controller.enqueue(507);
            controller.close();
          },
        }),
    ],
  ])("of the host are %s", async (_, make) => {
    const source = make();
    const { run } = exportsOf(await start(way, sum));
    expect(await run!(source)).toBe(510);
  });

  it("of the host that nobody reads any more are told so", async () => {
    const instance = await start(way, sum);
    const told: string[] = [];
    async function* endless() {
      try {
        for (;;) yield 1;
      } finally {
        told.push("ended");
      }
    }
    const { drop, pass } = exportsOf(instance);
    const begun = endless();
    await begun.next();
    drop!(begun);
    await settled();
    expect(told).toEqual(["ended"]);
    const other = endless();
    await other.next();
    const back = pass!(other) as GuestStream<number>;
    expect(await back.read(1)).toEqual([1]);
    instance[Symbol.dispose]();
    await settled();
    expect(told).toEqual(["ended", "ended"]);
    await failure("component-type", async () => exportsOf(await start(way, sum))["drop"]!(5));
  });

  it.each<readonly [string, () => unknown]>([
    ["with a wrong item", () => [1, 2, "three"]],
    ["with an item that is too large", () => [70_000]],
    [
      "that throws",
      function* () {
        yield 1;
        throw new Error("no more");
      },
    ],
    [
      "that rejects",
      async function* () {
        yield 1;
        throw new Error("no more");
      },
    ],
  ])("of the host %s end the instance alone", async (_, make) => {
    const instance = await start(way, sum);
    const bystander = await start(way, sum);
    const fault = await failure("component-trap", () => exportsOf(instance)["run"]!(make()));
    expect(["host-result", "host-exception"]).toContain(fault.data["kind"]);
    expect(instance.state).toBe("poisoned");
    expect(await exportsOf(bystander)["run"]!([1])).toBe(1);
  });

  it("of strings go from one memory to another, or to the host", async () => {
    const instance = await start(
      way,
      `(component
        (component $Words ${words})
        (component $Lengths ${lengths})
        (instance $words (instantiate $Words))
        (instance $lengths (instantiate $Lengths))
        (component $Both
          (type $T (stream string))
          (import "words" (func $words async (result $T)))
          (import "lengths" (func $lengths async (param "s" $T) (result u32)))
          (core func $w (canon lower (func $words)))
          (core func $l (canon lower (func $lengths)))
          (core module $M
            (import "h" "w" (func $w (result i32)))
            (import "h" "l" (func $l (param i32) (result i32)))
            (func (export "run") (result i32) (call $l (call $w))))
          (core instance $m (instantiate $M (with "h" (instance
            (export "w" (func $w)) (export "l" (func $l))))))
          (func (export "run") async (result u32) (canon lift (core func $m "run"))))
        (instance $both (instantiate $Both
          (with "words" (func $words "words")) (with "lengths" (func $lengths "lengths"))))
        (export "words" (func $words "words"))
        (export "lengths" (func $lengths "lengths"))
        (export "run" (func $both "run")))`,
    );
    const { words: say, lengths: add, run } = exportsOf(instance);
    expect(await all(await say!())).toEqual(["", "one", "🍰"]);
    expect(await add!(["ab", "", "☃"])).toBe(5);
    expect(await run!()).toBe(7);
    // A stream of a guest goes back to one without a detour.
    expect(await add!(await say!())).toBe(7);
    await failure("component-trap", () => add!(["fine", 5]));
  });
});

const futures = (type: string) => {
  const { head, more } = copies("future", type);
  return `(component ${guest({
    uses: ["set-new", "join"],
    head,
    more: { ...more, return: ["task.return (result u32)", "i32", ""] },
    code: `
      (data (i32.const 512) "\\40\\02\\00\\00\\03\\00\\00\\00")
      (data (i32.const 576) "one")
      (global $end (mut i32) (i32.const 0))
      (func (export "read") (param $f i32) (result i32)
        (local $set i32)
        (if (i32.eqz (call $read (local.get $f) (i32.const 64)))
          (then (return (call $took (local.get $f)))))
        (local.set $set (call $set-new))
        (call $join (local.get $f) (local.get $set))
        (i32.or (i32.const 2) (i32.shl (local.get $set) (i32.const 4))))
      (func $took (param $f i32) (result i32)
        (call $drop-read (local.get $f))
        (call $return (i32.load offset=4 (i32.const 64)))
        (i32.const 0))
      (func (export "read-callback") (param $code i32) (param $f i32) (param i32) (result i32)
        (if (i32.ne (local.get $code) (i32.const 4)) (then unreachable))
        (call $join (local.get $f) (i32.const 0))
        (call $took (local.get $f)))
      (func (export "make") (result i32)
        (local $ends i64)
        (local.set $ends (call $new))
        (global.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (i32.wrap_i64 (local.get $ends)))
      (func (export "settle")
        (if (i32.ne (call $write (global.get $end) (i32.const 512)) (i32.const 0)) (then unreachable))
        (call $drop-write (global.get $end)))
      (func (export "drop") (call $drop-write (global.get $end)))`,
    exports: `
      (func (export "read") async (param "f" $T) (result u32)
        (canon lift (core func $m "read") async (callback (core func $m "read-callback"))))
      (func (export "make") (result (option $T)) (canon lift (core func $some "make") (memory $mem)))
      (func (export "settle") (canon lift (core func $m "settle")))
      (func (export "drop") (canon lift (core func $m "drop")))`,
  }).replace(
    `(func (export "read") async`,
    `(core module $Some
       (import "h" "make" (func $make (result i32)))
       (import "h" "mem" (memory 1))
       (func (export "make") (result i32)
         (i32.store (i32.const 80) (i32.const 1))
         (i32.store (i32.const 84) (call $make))
         (i32.const 80)))
     (core instance $some (instantiate $Some (with "h" (instance
       (export "make" (func $m "make")) (export "mem" (memory $mem))))))
     (func (export "read") async`,
  )})`;
};

describe.each(ways)("futures, %s", (way) => {
  it("of the host are promises", async () => {
    const { read } = exportsOf(await start(way, futures("string")));
    expect(await read!(Promise.resolve("four"))).toBe(4);
    const later = Promise.withResolvers<string>();
    const answer = read!(later.promise);
    await settled();
    later.resolve("☃");
    expect(await answer).toBe(3);
  });

  it("of a guest are promises, which wait for its value", async () => {
    const { make, settle } = exportsOf(await start(way, futures("string")));
    const value = make!() as Promise<string>;
    expect(value).toBeInstanceOf(Promise);
    await settled();
    settle!();
    expect(await value).toBe("one");
  });

  it("that a guest drops before they have a value are a trap", async () => {
    const instance = await start(way, futures("string"));
    const { make, drop } = exportsOf(instance);
    const value = failure("component-trap", () => make!());
    expect(await trapKind(() => drop!())).toBe("end-in-use");
    await value;
  });

  it.each<readonly [string, () => unknown]>([
    [
      "reject",
      async () => {
        throw new Error("no");
      },
    ],
    ["have a value of another type", async () => 5],
  ])("of the host that %s end the instance alone", async (_, make) => {
    const instance = await start(way, futures("string"));
    await failure("component-trap", () => exportsOf(instance)["read"]!(make()));
    expect(instance.state).toBe("poisoned");
  });

  it("that never settle end with the instance", async () => {
    const instance = await start(way, futures("string"));
    const { make, read } = exportsOf(instance);
    const value = failure("component-closed", () => make!());
    const answer = failure("component-closed", () => read!(new Promise(() => {})));
    await settled();
    instance[Symbol.dispose]();
    await Promise.all([value, answer]);
    await failure("component-type", async () => {
      await exportsOf(await start(way, futures("string")))["read"]!("no promise");
    });
  });
});
