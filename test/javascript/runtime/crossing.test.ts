import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ResourceValue } from "../../../src/javascript/values/resource-value.ts";
import { filesOf, globalsFile, value, World } from "./realms.ts";

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: false,
  withUnicodeString: true,
  withNullPrototype: false,
  maxDepth: 4,
});

describe("values cross the boundary", () => {
  it("and come back as they were, whatever they are", async () => {
    const world = new World((one) => one);
    using realm = await world.start();
    await realm.load([globalsFile(["echo"])], "tenon:globals");
    await realm.load(filesOf({ "a.js": "export const back = (one) => echo(one);" }), "a.js");
    await fc.assert(
      fc.asyncProperty(anything, async (one) => {
        expect(await value(() => realm.enter(["back"], [one]))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  it("of each kind", async () => {
    const world = new World((one) => one);
    using realm = await world.start();
    await realm.load([globalsFile(["echo"])], "tenon:globals");
    const source = `const all = [-0, NaN, Infinity, 2 ** 31, -(2 ** 31), 0.1, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -5n, "", "ä€😀",
        new Int8Array([-1]), new Uint8ClampedArray([1]), new Int16Array([-2]), new Uint16Array([3]), new Int32Array([-4]),
        new Uint32Array([5]), new Float32Array([0.5]), new Float64Array([0.1]), new BigInt64Array([-6n]), new BigUint64Array([7n]),
        new ArrayBuffer(3), new DataView(new ArrayBuffer(2)), new Uint8Array([1, 2, 3, 4]).subarray(1, 3), new Date(NaN), /a\\/b/giu,
        new Map([["k", new Set([1])]]), Object("boxed"), class {}.prototype, arguments => 1];
      all.pop();
      const tag = (one) => Object.prototype.toString.call(one) + (ArrayBuffer.isView(one) && one.length !== undefined ? [...one].join() : String(one));
      const back = echo(all);
      return all.map((one, at) => tag(one) === tag(back[at]) && (typeof one !== "number" || Object.is(one, back[at])))`;
    const same = (await value(() => realm.evaluate("p.js", source))) as boolean[];
    expect(same.flatMap((is, at) => (is ? [] : [at]))).toEqual([]);
  });

  it("an error keeps its name, message, payload and cause", async () => {
    const world = new World((one) => one);
    using realm = await world.start();
    await realm.load([globalsFile(["echo"])], "tenon:globals");
    const source = `const e = Object.assign(new TypeError("no", { cause: new RangeError("why") }), { payload: { tag: "x" }, f: () => 1 });
      const back = echo(e); return [back instanceof TypeError, back.message, back.payload.tag, back.cause instanceof RangeError, "f" in back]`;
    expect(await value(() => realm.evaluate("p.js", source))).toEqual([
      true,
      "no",
      "x",
      true,
      false,
    ]);
  });
});

describe("resources", () => {
  const bindings = {
    "tenon:globals": `import { call, drop, forget, isResource, resourceClass } from "tenon:internal";
      class Bucket { name() { return call(16, [this]) } }
      resourceClass(3, Bucket);
      Object.assign(globalThis, { Bucket, drop, forget, isResource, open: (n) => call(17, [n]) });`,
  };
  async function run(source: string): Promise<{ answer: unknown; world: World }> {
    const world = new World(
      (bucket) => `bucket ${(bucket as ResourceValue).handle}`,
      (handle) => new ResourceValue(3, handle as number),
    );
    using realm = await world.start({ values: { resources: true } });
    await realm.load(filesOf(bindings), "tenon:globals");
    return { answer: await value(() => realm.evaluate("p.js", source)), world };
  }

  it("are instances of their class, and know their handle", async () => {
    const { answer } = await run(
      "const b = open(7); return [b instanceof Bucket, b.name(), Object.keys(b), isResource(b, 3), isResource(b, 4), isResource({}, 3)]",
    );
    expect(answer).toEqual([true, "bucket 7", [], true, false, false]);
  });

  it("are dropped once: when they are told to be, or when nothing holds them", async () => {
    const { world } = await run(
      "{ using a = open(1) } const b = open(2); drop(b); drop(b); open(3); void 0",
    );
    expect(world.dropped).toEqual([
      [3, 1],
      [3, 2],
      [3, 3],
    ]);
  });

  it("that are gone can't be used, and one that was handed over is not dropped", async () => {
    const { answer, world } = await run(`const seen = [];
      for (const end of [drop, forget]) { const b = open(4); end(b); try { b.name() } catch (error) { seen.push(error.message) } }
      return seen`);
    expect(answer).toEqual(
      Array(2).fill("arguments[0] is a resource that has been dropped or handed over"),
    );
    expect(world.dropped).toEqual([[3, 4]]);
  });

  it("can't be made up by a program", async () => {
    const { answer } = await run(
      "const fake = Object.create(Bucket.prototype); try { fake.name() } catch (error) { return error.message } return 'used'",
    );
    expect(answer).not.toBe("bucket 0");
  });
});
