import v8 from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type Exported, exportsOf, failure, routes, start, trapKind } from "./start.ts";

// Takes and lends the host's `thing`s. `keep` keeps a borrow past its call, `lend-and-give` gives an
// owned one away while it is lent.
const borrower = `(component
  (import "thing" (type $thing (sub resource)))
  (import "look" (func $look (param "t" (borrow $thing)) (param "u" (own $thing))))
  (import "swap" (func $swap (param "t" (own $thing)) (result (own $thing))))
  (core func $look (canon lower (func $look)))
  (core func $swap (canon lower (func $swap)))
  (core func $drop (canon resource.drop $thing))
  (core module $M
    (import "h" "look" (func $look (param i32 i32)))
    (import "h" "swap" (func $swap (param i32) (result i32)))
    (import "h" "drop" (func $drop (param i32)))
    (func (export "keep") (param i32))
    (func (export "return") (param i32) (call $drop (local.get 0)))
    (func (export "twice") (param i32) (call $drop (local.get 0)) (call $drop (local.get 0)))
    (func (export "give-borrowed") (param i32) (drop (call $swap (local.get 0))))
    (func (export "lend-and-give") (param i32) (call $look (local.get 0) (local.get 0)))
    (func (export "through") (param i32) (result i32) (call $swap (local.get 0)))
    (func (export "leave-open") (param i32))
    (func (export "forge") (param i32) (call $drop (local.get 0))))
  (core instance $m (instantiate $M (with "h" (instance (export "look" (func $look))
    (export "swap" (func $swap)) (export "drop" (func $drop))))))
  (func (export "keep") (param "t" (borrow $thing)) (canon lift (core func $m "keep")))
  (func (export "return") (param "t" (borrow $thing)) (canon lift (core func $m "return")))
  (func (export "twice") (param "t" (borrow $thing)) (canon lift (core func $m "twice")))
  (func (export "give-borrowed") (param "t" (borrow $thing))
    (canon lift (core func $m "give-borrowed")))
  (func (export "lend-and-give") (param "t" (own $thing))
    (canon lift (core func $m "lend-and-give")))
  (func (export "through") (param "t" (own $thing)) (result (own $thing))
    (canon lift (core func $m "through")))
  (func (export "leave-open") (param "t" (own $thing)) (canon lift (core func $m "leave-open")))
  (func (export "forge") (param "n" u32) (canon lift (core func $m "forge"))))`;

class Thing {
  readonly drops: string[];
  readonly #name: string;
  constructor(name: string, drops: string[]) {
    this.#name = name;
    this.drops = drops;
  }
  [Symbol.dispose](): void {
    this.drops.push(this.#name);
  }
}

// Makes `box`es, a resource of its own, and `bag`s beside them. `dropped` hears of each destructor.
const maker = `(component
  (import "dropped" (func $dropped (param "n" u32)))
  (core func $dropped (canon lower (func $dropped)))
  (core module $D
    (import "h" "dropped" (func $dropped (param i32)))
    (func (export "dtor") (param i32)
      (if (i32.eq (local.get 0) (i32.const 666)) (then unreachable))
      (call $dropped (local.get 0))))
  (core instance $d (instantiate $D (with "h" (instance (export "dropped" (func $dropped))))))
  (type $box' (resource (rep i32) (dtor (core func $d "dtor"))))
  (type $bag' (resource (rep i32)))
  (export $box "box" (type $box'))
  (export $bag "bag" (type $bag'))
  (core func $new-box (canon resource.new $box'))
  (core func $new-bag (canon resource.new $bag'))
  (core func $drop-box (canon resource.drop $box'))
  (core func $rep-box (canon resource.rep $box'))
  (core module $M
    (import "h" "new-box" (func $new-box (param i32) (result i32)))
    (import "h" "new-bag" (func $new-bag (param i32) (result i32)))
    (import "h" "drop-box" (func $drop-box (param i32)))
    (import "h" "rep-box" (func $rep-box (param i32) (result i32)))
    (func (export "box") (param i32) (result i32) (call $new-box (local.get 0)))
    (func (export "bag") (param i32) (result i32) (call $new-bag (local.get 0)))
    (func (export "value") (param i32) (result i32) (local.get 0))
    (func (export "open") (param i32) (result i32)
      (call $rep-box (local.get 0)) (call $drop-box (local.get 0)))
    (func (export "same") (param i32) (result i32) (local.get 0))
    (func (export "many") (param i32)
      (loop $l (drop (call $new-box (i32.const 1)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "churn") (param i32)
      (loop $l (call $drop-box (call $new-box (i32.const 1)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (core instance $m (instantiate $M (with "h" (instance (export "new-box" (func $new-box))
    (export "new-bag" (func $new-bag)) (export "drop-box" (func $drop-box))
    (export "rep-box" (func $rep-box))))))
  (func (export "[constructor]box") (param "n" u32) (result (own $box))
    (canon lift (core func $m "box")))
  (func (export "[constructor]bag") (param "n" u32) (result (own $bag))
    (canon lift (core func $m "bag")))
  (func (export "[method]box.value") (param "self" (borrow $box)) (result u32)
    (canon lift (core func $m "value")))
  (func (export "[static]box.open") (param "b" (own $box)) (result u32)
    (canon lift (core func $m "open")))
  (func (export "value") (param "b" (borrow $box)) (result u32) (canon lift (core func $m "value")))
  (func (export "same") (param "b" (own $box)) (result (own $box)) (canon lift (core func $m "same")))
  (func (export "many") (param "n" u32) (canon lift (core func $m "many")))
  (func (export "churn") (param "n" u32) (canon lift (core func $m "churn"))))`;

v8.setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

// In a function of its own, so that no register goes on holding it.
function forget(Box: Makes["Box"], n: number): void {
  void new Box(n);
}

async function collected(done: () => boolean): Promise<void> {
  for (let left = 200; left > 0 && !done(); left--) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(done()).toBe(true);
}

interface Box extends Disposable {
  value(): number;
}

interface Makes {
  readonly Box: { new (n: number): Box; open(box: unknown): number };
  readonly Bag: new (n: number) => Disposable;
  readonly value: Exported;
  readonly same: (box: unknown) => Box;
  readonly many: Exported;
  readonly churn: Exported;
}

describe.each(routes)("handles, by %s", (code) => {
  async function borrow() {
    const drops: string[] = [];
    const thing = (name: string) => new Thing(name, drops);
    const swapped: unknown[] = [];
    const imports = {
      Thing,
      look: () => undefined,
      swap: (given: unknown) => {
        swapped.push(given);
        return given;
      },
    };
    const instance = await start(borrower, imports, { code });
    return { instance, exports: exportsOf(instance), thing, drops, swapped };
  }

  async function make(dropped: (n: number) => void = () => undefined) {
    const instance = await start(maker, { dropped }, { code });
    return { instance, ...(instance.exports as unknown as Makes) };
  }

  it("a borrow has to be given back before its call returns", async () => {
    const { instance, exports, thing, drops } = await borrow();
    expect(exports["return"]!(thing("a"))).toBeUndefined();
    expect(await trapKind(() => exports["keep"]!(thing("b")))).toBe("borrows-remain");
    expect(instance.state).toBe("poisoned");
    // It was the host's all along.
    expect(drops).toEqual([]);
  });

  it.each([
    ["dropped twice", "twice", "unknown-handle"],
    ["given away as if owned", "give-borrowed", "handle-borrowed"],
    ["given away in the call that lends it", "lend-and-give", "handle-lent"],
  ])("a handle may not be %s", async (_, name, kind) => {
    const { instance, exports, thing, swapped } = await borrow();
    const { exports: others, thing: other } = await borrow();
    expect(await trapKind(() => exports[name]!(thing("a")))).toBe(kind);
    expect(instance.state).toBe("poisoned");
    expect(swapped).toEqual([]);
    expect(others["return"]!(other("b"))).toBeUndefined();
  });

  it("an index that was never given out is refused", async () => {
    for (const index of [0, 1, 2, 2 ** 28, 2 ** 31, 2 ** 32 - 1]) {
      const { exports } = await borrow();
      expect(await trapKind(() => exports["forge"]!(index))).toBe("unknown-handle");
    }
  });

  it("the host's resource goes in and out as the same object, and is dropped once", async () => {
    const { instance, exports, thing, drops, swapped } = await borrow();
    const one = thing("one");
    expect(exports["through"]!(one)).toBe(one);
    expect(swapped).toEqual([one]);
    expect(drops).toEqual([]);
    exports["leave-open"]!(thing("left"));
    instance[Symbol.dispose]();
    instance[Symbol.dispose]();
    expect(drops).toEqual(["left"]);
  });

  it("what only looks like the host's resource is refused", async () => {
    const { instance, exports, thing } = await borrow();
    for (const other of [undefined, null, 1, "thing", {}, { drops: [] }, [], () => 1, Thing]) {
      await failure("component-type", () => exports["return"]!(other));
    }
    expect(instance.state).toBe("live");
    expect(exports["return"]!(thing("a"))).toBeUndefined();
  });

  it("a handle that the host forged is refused, and changes nothing", async () => {
    const { instance, Box, Bag, value, same } = await make();
    const other = await make();
    const box = new Box(7);
    const gone = new Box(8);
    gone[Symbol.dispose]();
    const taken = new Box(9);
    Box.open(taken);
    const shaped = { value: () => 1, [Symbol.dispose]: () => undefined };
    const forged: unknown[] = [
      undefined,
      null,
      0,
      1,
      7,
      "box",
      shaped,
      Object.create(Box.prototype),
      Object.setPrototypeOf(shaped, Box.prototype),
      new Proxy(box, {}),
      Object.create(box),
      new Bag(7),
      new other.Box(7),
      gone,
      taken,
      Box,
    ];
    for (const one of forged) {
      await failure("component-type", () => value(one));
      await failure("component-type", () => same(one));
      await failure("component-type", () => Box.prototype.value.call(one as Box));
    }
    expect([instance.state, value(box), box.value(), same(box).value()]).toEqual(["live", 7, 7, 7]);
  });

  it("a class can't be made to wrap a number of one's choice", async () => {
    const { Box, value } = await make();
    const keys = [Symbol("guest resource"), undefined, null, {}, "key"];
    for (const key of keys) {
      const attempt = () => Reflect.construct(Box, [key, 4242, true]) as unknown;
      await failure("component-type", () => value(attempt()));
    }
    class Mine extends Box {}
    expect(value(new Mine(3))).toBe(3);
  });

  it("a destructor runs once: on dispose, in the guest, or at the end", async () => {
    const dropped: number[] = [];
    const { instance, Box, same } = await make((n) => void dropped.push(n));
    const [one, two, three] = [new Box(1), new Box(2), new Box(3)];
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(dropped).toEqual([1]);
    expect(Box.open(two)).toBe(2);
    two[Symbol.dispose]();
    expect(dropped).toEqual([1, 2]);
    const moved = same(three);
    three[Symbol.dispose]();
    expect(dropped).toEqual([1, 2]);
    expect(moved.value()).toBe(3);
    instance[Symbol.dispose]();
    expect(dropped).toEqual([1, 2, 3]);
    moved[Symbol.dispose]();
    expect(dropped).toEqual([1, 2, 3]);
  });

  it("what the host drops in the middle of a call is destroyed at the call's end", async () => {
    const seen: string[] = [];
    let boxes: Box[] = [];
    const { Box } = await make((n) => {
      seen.push(`start ${n}`);
      boxes.pop()?.[Symbol.dispose]();
      seen.push(`end ${n}`);
    });
    boxes = [new Box(1), new Box(2)];
    new Box(3)[Symbol.dispose]();
    expect(seen).toEqual(["start 3", "end 3", "start 2", "end 2", "start 1", "end 1"]);
  });

  it("a destructor that traps ends the instance", async () => {
    const { instance, Box } = await make();
    const bad = new Box(666);
    expect(await trapKind(() => bad[Symbol.dispose]())).toBe("unreachable");
    expect(instance.state).toBe("poisoned");
    await failure("component-poisoned", () => new Box(1));
  });

  it("what the host forgets is destroyed when it is collected", async () => {
    const dropped: number[] = [];
    const { instance, Box } = await make((n) => void dropped.push(n));
    const kept = new Box(1);
    forget(Box, 2);
    await collected(() => dropped.length > 0);
    expect([dropped, kept.value(), instance.state]).toEqual([[2], 1, "live"]);
  });

  it("a destructor that traps while the host collects garbage ends its instance only", async () => {
    const { instance, Box } = await make();
    const bystander = await make();
    const kept = new bystander.Box(1);
    forget(Box, 666);
    await collected(() => instance.state === "poisoned");
    await failure("component-poisoned", () => new Box(1));
    expect(kept.value()).toBe(1);
  });

  it("nobody takes more handles than allowed, new-and-drop may go on", async () => {
    const { instance, many, churn, Box } = await make();
    const bystander = await make();
    churn(30_000);
    const fault = await failure("component-limit", () => many(3_000_000));
    expect(fault.data["limit"]).toBe("handles");
    expect(instance.state).toBe("poisoned");
    await failure("component-poisoned", () => new Box(1));
    const held = Array.from({ length: 10_000 }, () => new bystander.Box(7));
    await failure("component-limit", () => new bystander.Box(1));
    expect(held).toHaveLength(10_000);
    expect(new (await make()).Box(5).value()).toBe(5);
  });
});
