import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  type LeaveReason,
  type PackLevel,
  type PackLevelOptions,
  type StoredEntry,
  createCache,
  memoryLevel,
  packLevel,
} from "../../src/cache/index.ts";
import { cacheLevelSuite } from "../conformance/cache-level.ts";
import { Died, Disk, type Fault } from "./disk.ts";
import { metadata } from "./world.ts";
import { ManualTime } from "../manual-time.ts";
import { randomFrom } from "../seeded-random.ts";

const KIB = 1024;

function open(disk: Disk, owner: string, options: Partial<PackLevelOptions> = {}): PackLevel {
  const clock = { now: () => (disk.clock += 0.001) };
  return packLevel({
    files: disk.process(owner),
    bytes: 1024 * KIB,
    clock,
    lookEvery: 0,
    ...options,
  });
}

function entry(text: string, size = 0): StoredEntry {
  return { payload: new TextEncoder().encode(text.padEnd(size, ".")), metadata: metadata() };
}

function textOf(found: StoredEntry | undefined): string | undefined {
  return found && new TextDecoder().decode(found.payload).replace(/\.*$/, "");
}

cacheLevelSuite("pack", async () => {
  const disk = new Disk();
  return {
    level: open(disk, "first", { bytes: 64 * 1024 * KIB, segmentBytes: 1024 * KIB }),
    reopen: async () => {
      disk.kill("first");
      return open(disk, "second");
    },
  };
});

describe("the pack's size", () => {
  it("stays within its limit, and what is read stays while the rest goes", () => {
    const disk = new Disk();
    const level = open(disk, "a");
    const left: LeaveReason[] = [];
    level.connect({
      left: (_key, reason) => left.push(reason),
      arrived: () => undefined,
      alarm: () => undefined,
    });
    for (let i = 0; i < 5_000; i++) {
      level.set(`k${i}`, entry(`v${i}`, 1_000));
      if (i % 20 === 0) level.set("hot", entry("hot"));
      expect(level.get("k3") ?? i <= 3).toBeTruthy();
      expect(disk.bytes).toBeLessThanOrEqual(1024 * KIB);
    }
    expect(textOf(level.get("k4999"))).toBe("v4999");
    expect(textOf(level.get("hot"))).toBe("hot");
    expect(level.get("k10")).toBeUndefined();
    expect(new Set(left)).toEqual(new Set(["evicted"]));
    expect(level.size().entries).toBe(5_001 - left.length);
    // Most of the room is in use.
    expect(level.size().bytes).toBeGreaterThan(500 * KIB);
  });

  it("is that of the newest records where keys are written again and again", () => {
    const disk = new Disk();
    const level = open(disk, "a");
    for (let i = 0; i < 200; i++) level.set(`kept${i}`, entry(`v${i}`, 500));
    for (let i = 0; i < 20_000; i++) level.set(`k${i % 10}`, entry(`v${i}`, 1_000));
    expect(disk.bytes).toBeLessThanOrEqual(1024 * KIB);
    for (let i = 0; i < 200; i++) expect(textOf(level.get(`kept${i}`))).toBe(`v${i}`);
  });

  it("doesn't take what is larger than half of a file, nor keep what that replaces", () => {
    const level = open(new Disk(), "a");
    level.set("a", entry("small"));
    level.set("a", entry("large", 70 * KIB));
    expect(level.get("a")).toBeUndefined();
  });

  it("is freed of the files of many short runs", () => {
    const disk = new Disk();
    for (let run = 0; run < 300; run++) {
      const level = open(disk, `p${run}`);
      level.set(`k${run}`, entry(`v${run}`));
      level.close();
      disk.kill(`p${run}`);
    }
    expect(disk.files.size).toBeLessThan(60);
    const last = open(disk, "last");
    for (let run = 0; run < 300; run++) expect(textOf(last.get(`k${run}`))).toBe(`v${run}`);
  });

  it("doesn't count on files that are nobody's, and removes them when they are old", () => {
    const disk = new Disk();
    const junk = { bytes: new Uint8Array(200 * KIB), size: 200 * KIB, modified: disk.clock };
    disk.files.set("0123456789abcdef.pack", junk);
    const level = open(disk, "a");
    level.set("a", entry("v"));
    expect(disk.files.has("0123456789abcdef.pack")).toBe(true);
    disk.clock += 3_600_000;
    for (let i = 0; i < 200; i++) level.set("b", entry("v", 1_000));
    expect(disk.files.has("0123456789abcdef.pack")).toBe(false);
  });

  it("can't be chosen senselessly", () => {
    for (const options of [{ bytes: 5 }, { segmentBytes: 512 * KIB }, { segmentBytes: 1 }]) {
      expect(() => open(new Disk(), "a", options)).toThrow(
        expect.objectContaining({ code: "cache-options" }),
      );
    }
  });
});

type Step =
  | { tag: "set"; key: string; size: number }
  | { tag: "delete"; key: string }
  | { tag: "get"; key: string }
  | { tag: "close" | "kill" | "wait"; key: string };

const keys = Array.from({ length: 12 }, (_, i) => `key${i}`);
const key = fc.constantFrom(...keys);
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ tag: fc.constant("set" as const), key, size: fc.nat(60_000) }),
    },
    { weight: 3, arbitrary: fc.record({ tag: fc.constant("delete" as const), key }) },
    { weight: 3, arbitrary: fc.record({ tag: fc.constant("get" as const), key }) },
    { weight: 1, arbitrary: fc.record({ tag: fc.constantFrom("close", "kill", "wait"), key }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 120 },
);

describe("any sequence of calls, closes and kills", () => {
  it("never gives anything but what was written last; with room for all, gives that", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (all, isRoomy) => {
        const disk = new Disk();
        const options = isRoomy ? { bytes: 64 * 1024 * KIB, segmentBytes: 128 * KIB } : {};
        let owner = 0;
        let level = open(disk, "p0", options);
        const model = new Map<string, string>();
        let count = 0;
        const check = (one: string): void => {
          const got = textOf(level.get(one));
          if (isRoomy || got !== undefined) expect(got).toBe(model.get(one));
        };
        for (const step of all) {
          if (step.tag === "set") {
            const text = `v${count++}`;
            level.set(step.key, entry(text, step.size));
            model.set(step.key, text);
          } else if (step.tag === "delete") {
            level.delete(step.key);
            model.delete(step.key);
          } else if (step.tag === "get") {
            check(step.key);
          } else if (step.tag === "wait") {
            disk.clock += 700_000;
          } else {
            if (step.tag === "close") level.close();
            disk.kill(`p${owner}`);
            level = open(disk, `p${++owner}`, options);
          }
          expect(disk.bytes).toBeLessThanOrEqual(options.bytes ?? 1024 * KIB);
        }
        for (const one of keys) check(one);
      }),
      { numRuns: 400 },
    );
  });
});

describe("a write that fails", () => {
  // One run of the calls; `fault` strikes at one write.
  function run(fault: Fault, strikes: number, torn: number): boolean {
    const random = randomFrom(42);
    const disk = new Disk();
    disk.torn = torn;
    let isHit = false;
    disk.fault = (write) => {
      if (write !== strikes) return undefined;
      isHit = true;
      return fault;
    };
    const roomy = { bytes: 64 * 1024 * KIB, segmentBytes: 128 * KIB };
    let level = open(disk, "first", roomy);
    // What may be under a key: one value, or two while it isn't known whether a write arrived.
    const model = new Map<string, readonly (string | undefined)[]>();
    for (let i = 0; i < 60; i++) {
      const one = keys[Math.floor(random() * keys.length)]!;
      const isSet = random() < 0.75;
      const text = isSet ? `v${i}` : undefined;
      const size = Math.floor(random() * 40_000);
      try {
        if (text === undefined) level.delete(one);
        else level.set(one, entry(text, size));
        model.set(one, [text]);
      } catch (error) {
        if (error instanceof Died) {
          model.set(one, [...(model.get(one) ?? [undefined]), text]);
          break;
        }
        // The cache deletes the key before it uses the level again.
        model.set(one, [undefined, text]);
        expect([undefined, text]).toContain(textOf(level.get(one)));
      }
    }
    disk.fault = () => undefined;
    disk.kill("first");
    level = open(disk, "second", roomy);
    for (const [one, allowed] of model) expect(allowed).toContain(textOf(level.get(one)));
    // And it goes on.
    level.set("after", entry("after"));
    level.close();
    disk.kill("second");
    const third = open(disk, "third", roomy);
    expect(textOf(third.get("after"))).toBe("after");
    for (const [one, allowed] of model) expect(allowed).toContain(textOf(third.get(one)));
    return isHit;
  }

  for (const fault of ["fails", "tears", "dies"] as const) {
    it(
      `(${fault}), whichever it is: what was acknowledged is there, nothing outdated is`,
      { timeout: 120_000 },
      () => {
        let strikes = 0;
        for (const torn of [0, 0.01, 0.3, 0.99, 1]) {
          for (strikes = 0; run(fault, strikes, torn); strikes++);
        }
        expect(strikes).toBeGreaterThan(50);
      },
    );
  }

  it("in a file that is written over again loses nothing but itself", () => {
    const disk = new Disk();
    const first = open(disk, "first");
    const isReused = (): boolean => {
      first.set("a", entry("old", 10_000));
      const end = [...disk.files.values()].at(-1)!;
      return end.size > 120 * KIB && disk.bytes > 800 * KIB;
    };
    let i = 0;
    // A new file would be as long as what is in it.
    do first.set(`k${i++}`, entry("v", 5_000));
    while (i < 400 || !isReused());
    disk.fault = () => "dies";
    expect(() => first.set("a", entry("new", 10_000))).toThrow(Died);
    disk.fault = () => undefined;
    expect(textOf(open(disk, "second").get("a"))).toBe("old");
  });

  it("turns the level off with an alarm; the cache goes on and nothing outdated comes back", () => {
    const disk = new Disk();
    const time = new ManualTime();
    const told: string[] = [];
    const make = (owner: string) =>
      createCache<string>({
        levels: [memoryLevel({ entries: 1 }), open(disk, owner)],
        clock: time,
        retryAfter: 1_000,
      });
    const cache = make("first");
    cache.on("level-off", ({ level }) => told.push(`${level} off`));
    cache.on("level-on", ({ level }) => told.push(`${level} on`));
    cache.set("a", "old");
    cache.set("b", "old");
    cache.set("c", "kept");
    disk.fault = (_, length) => (length > 40 ? "fails" : undefined);
    cache.set("a", "new");
    cache.invalidate("b");
    expect(cache.get("a")).toBe("new");
    expect(cache.getOrLoad("b", () => "loaded")).toBe("loaded");
    expect(told).toEqual(["pack off"]);
    // The next process, or this one later: neither sees the old ones.
    disk.fault = () => undefined;
    const other = make("second");
    expect([other.get("a"), other.get("c")]).toEqual([undefined, "kept"]);
    time.jump(1_000);
    cache.set("d", "pushes b out of level 1");
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([
      undefined,
      undefined,
      "kept",
    ]);
    expect(told).toEqual(["pack off", "pack on"]);
  });

  it("on a read-only disk leaves the cache in memory, and what is there can be read", () => {
    const disk = new Disk();
    const first = open(disk, "first");
    first.set("a", entry("v"));
    disk.kill("first");
    disk.isReadOnly = true;
    const level = open(disk, "second");
    expect(textOf(level.get("a"))).toBe("v");
    const alarms: string[] = [];
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), level] });
    cache.on("alarm", ({ message }) => alarms.push(message));
    cache.on("level-off", ({ level: name }) => alarms.push(name));
    cache.set("a", "new");
    expect(cache.get("a")).toBe("new");
    expect(alarms).toHaveLength(2);
  });

  it("that can't even be opened leaves the cache in memory", () => {
    const files = new Disk().process("a");
    const broken = packLevel({
      files: {
        ...files,
        list: () => {
          throw new Error("EACCES");
        },
      },
    });
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 5 }), broken] });
    cache.set("a", "v");
    expect(cache.get("a")).toBe("v");
    expect(cache.statistics().levels[1]!.on).toBe(false);
  });

  it("when reading fails is a miss and an alarm", () => {
    const disk = new Disk();
    const level = open(disk, "a");
    const told: string[] = [];
    level.connect({
      left: (one, reason) => told.push(`${one} ${reason}`),
      arrived: () => undefined,
      alarm: (message) => told.push(message),
    });
    level.set("a", entry("v"));
    disk.isUnreadable = true;
    expect(level.get("a")).toBeUndefined();
    expect(told).toEqual(["a file of the pack can't be read", "a damaged"]);
  });
});

describe("damage", () => {
  function written(): Disk {
    const disk = new Disk();
    const level = open(disk, "first");
    for (const text of ["v1", "v2", "v3"]) level.set("a", entry(text, 30));
    level.set("b", entry("b"));
    level.delete("b");
    level.set("c", entry("c"));
    level.set("last", entry("last"));
    disk.kill("first");
    return disk;
  }

  it("of any bit: nothing altered, outdated or deleted is served, the rest still is", () => {
    const disk = written();
    const [name, held] = [...disk.files][0]!;
    let whole = 0;
    let lost = 0;
    for (let bit = 0; bit < held.size * 8; bit += 1) {
      const copy = disk.copy();
      copy.clock += 5_000;
      copy.files.get(name)!.bytes[bit >> 3]! ^= 1 << (bit & 7);
      const level = open(copy, "second");
      const [a, b, c] = ["a", "b", "c"].map((one) => textOf(level.get(one)));
      expect(["v3", undefined]).toContain(a);
      expect(b).toBeUndefined();
      expect(["c", undefined]).toContain(c);
      expect(["last", undefined]).toContain(textOf(level.get("last")));
      if (c === "c") whole += 1;
      else lost += 1;
    }
    expect(lost).toBeGreaterThan(100);
    expect(whole).toBeGreaterThan(lost / 8);
  });

  it("by truncation anywhere: what is left whole is served, and nothing else", () => {
    const disk = written();
    const [name, { size }] = [...disk.files][0]!;
    for (let length = 0; length < size; length++) {
      const copy = disk.copy();
      copy.files.get(name)!.size = length;
      const level = open(copy, "second");
      expect(["v1", "v2", "v3", undefined]).toContain(textOf(level.get("a")));
      expect(textOf(level.get("last"))).toBeUndefined();
      level.set("last", entry("again"));
      expect(textOf(level.get("last"))).toBe("again");
    }
  });

  it("stays repaired: what was given up doesn't come back with the next process", () => {
    const disk = written();
    const second = open(disk, "second");
    second.set("other", entry("other"));
    second.close();
    disk.kill("second");
    const [name] = [...disk.files][0]!;
    // The head of the deletion of "b".
    const held = disk.files.get(name)!;
    const text = new TextDecoder("latin1").decode(held.bytes.subarray(0, held.size));
    const at = text.indexOf("\x01\0b", text.indexOf("\x01\0b") + 1);
    held.bytes[at - 30]! ^= 1;
    disk.clock += 5_000;
    for (const owner of ["third", "fourth"]) {
      const level = open(disk, owner);
      expect(level.get("b")).toBeUndefined();
      expect(level.get("a")).toBeUndefined();
      expect(textOf(level.get("last"))).toBe("last");
      expect(textOf(level.get("other"))).toBe("other");
      level.close();
      disk.kill(owner);
    }
  });

  it("of what isn't ours: garbage, other versions, copies under other names are nobody's", () => {
    const disk = written();
    const [, held] = [...disk.files][0]!;
    const file = (bytes: Uint8Array<ArrayBuffer>) => ({
      bytes,
      size: bytes.byteLength,
      modified: disk.clock - 1e9,
    });
    const version = held.bytes.slice(0, held.size);
    version[7] = 9;
    disk.files.set("00000000000000aa.pack", file(version));
    disk.files.set("00000000000000bb.pack", file(new Uint8Array(0)));
    disk.files.set("00000000000000cc.pack", file(new Uint8Array(500).fill(255)));
    disk.files.set("00000000000000dd.pack", file(held.bytes.slice(0, held.size)));
    const level = open(disk, "second");
    expect(textOf(level.get("a"))).toBe("v3");
    expect([...level.entries()].map((one) => one.key).toSorted()).toEqual(["a", "c", "last"]);
  });

  it("can't be used to smuggle in records inside of payloads", () => {
    const disk = new Disk();
    const evil = open(disk, "first");
    evil.set("victim", entry("honest"));
    evil.set("filler", entry("filler"));
    const [name, held] = [...disk.files][0]!;
    // A payload with a whole record of another pack, aligned in all ways.
    const forged = new Disk();
    const forger = open(forged, "first", { random: () => 0.5 });
    forger.set("victim", entry("forged"));
    const [record] = [...forged.files.values()];
    for (let shift = 0; shift < 8; shift++) {
      const payload = new Uint8Array(shift + record!.size);
      payload.set(record!.bytes.subarray(0, record!.size), shift);
      evil.set(`evil${shift}`, { payload, metadata: metadata() });
    }
    evil.set("end", entry("end"));
    disk.kill("first");
    const copy = disk.copy();
    copy.files.get(name)!.bytes.fill(0, 200, 240);
    const level = open(copy, "second");
    expect(["honest", undefined]).toContain(textOf(level.get("victim")));
    expect(held.size).toBeGreaterThan(1_000);
  });
});

describe("several processes with one folder", () => {
  it("see what the others wrote, replaced and deleted, the newest of each", () => {
    const disk = new Disk();
    const one = open(disk, "one");
    const two = open(disk, "two");
    one.set("a", entry("of one"));
    expect(textOf(two.get("a"))).toBe("of one");
    two.set("a", entry("of two"));
    expect(textOf(one.get("a"))).toBe("of two");
    one.delete("a");
    expect(two.get("a")).toBeUndefined();
    two.set("b", entry("b"));
    one.clear("");
    expect(two.get("b")).toBeUndefined();
  });

  it("delete what another one wrote before it told of it", () => {
    const disk = new Disk();
    const one = open(disk, "one", { lookEvery: 1e9 });
    const two = open(disk, "two", { lookEvery: 1e9 });
    two.get("a");
    one.set("a", entry("v"));
    two.delete("a");
    one.refresh();
    expect(one.get("a")).toBeUndefined();
  });

  it("tell their caches, which drop their copies and what was derived", () => {
    const disk = new Disk();
    const make = (owner: string) =>
      createCache<string>({ levels: [memoryLevel({ entries: 9 }), open(disk, owner)] });
    const one = make("one");
    const two = make("two");
    one.set("source", "v1");
    one.set("derived", "from v1", { dependsOn: ["source"], tags: ["t"] });
    two.refresh();
    expect([two.get("source"), two.get("derived")]).toEqual(["v1", "from v1"]);
    one.set("source", "v2");
    two.refresh();
    expect(two.get("source")).toBe("v2");
    two.invalidate("source");
    one.refresh();
    expect([one.get("source"), one.get("derived")]).toEqual([undefined, undefined]);
  });

  it("of which one comes later knows what was derived from what", () => {
    const disk = new Disk();
    const make = (owner: string) =>
      createCache<string>({ levels: [memoryLevel({ entries: 9 }), open(disk, owner)] });
    const first = make("first");
    first.set("a", "v");
    first.set("b", "v", { dependsOn: ["a"] });
    first.set("c", "v", { dependsOn: ["b"], events: ["e"] });
    disk.kill("first");
    const second = make("second");
    expect(second.invalidate("a")).toBe(3);
    expect([second.get("b"), second.get("c")]).toEqual([undefined, undefined]);
  });

  for (const act of ["evicted", "deleted"] as const) {
    it(`don't serve an older value of one after the newer one of another was ${act}`, () => {
      const disk = new Disk();
      const one = open(disk, "one");
      one.set("first", entry("makes the oldest file"));
      const two = open(disk, "two");
      two.set("a", entry("older"));
      one.set("a", entry("newer"));
      if (act === "deleted") one.delete("a");
      const [oldest] = [...disk.files.keys()];
      for (let i = 0; disk.files.has(oldest!); i++) one.set(`k${i}`, entry("v", 5_000));
      expect(one.get("a")).toBeUndefined();
      expect(two.get("a")).toBeUndefined();
      for (const owner of ["one", "two"]) disk.kill(owner);
      const three = open(disk, "three");
      expect(three.get("a")).toBeUndefined();
      // Not even when the file with the older one outlives the note of that.
      for (let i = 0; i < 2_000; i++) {
        three.set(`k${i % 300}`, entry("v", 3_000));
        if (i % 100 === 0) expect(open(disk, `reader${i}`).get("a")).toBeUndefined();
      }
    });
  }

  it("agree in the end, whatever they do, however one of them dies, within the limit", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            who: fc.nat(2),
            tag: fc.constantFrom("set", "set", "set", "delete", "get", "die"),
            key,
            size: fc.nat(40_000),
          }),
          { maxLength: 150 },
        ),
        (all) => {
          const disk = new Disk();
          let owners = 0;
          const levels = [0, 1, 2].map(() => ({
            owner: "",
            level: undefined as PackLevel | undefined,
          }));
          const at = (who: number): PackLevel => {
            const one = levels[who]!;
            if (one.level === undefined) {
              one.owner = `p${owners++}`;
              one.level = open(disk, one.owner);
            }
            return one.level;
          };
          const model = new Map<string, string>();
          let count = 0;
          for (const { who, tag, key: name, size } of all) {
            if (tag === "set") {
              const text = `v${count++}`;
              at(who).set(name, entry(text, size));
              model.set(name, text);
            } else if (tag === "delete") {
              at(who).delete(name);
              model.delete(name);
            } else if (tag === "die") {
              disk.kill(levels[who]!.owner);
              levels[who]!.level = undefined;
            } else {
              const got = textOf(at(who).get(name));
              if (got !== undefined) expect(got).toBe(model.get(name));
            }
          }
          for (const name of keys) {
            const seen = [0, 1, 2].map((who) => textOf(at(who).get(name)));
            for (const got of seen) if (got !== undefined) expect(got).toBe(model.get(name));
          }
          // Three segments of three live ones may lie beyond.
          expect(disk.bytes).toBeLessThanOrEqual((1024 + 3 * 128) * KIB);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("a clock that jumps back", () => {
  it("doesn't let older writes win", () => {
    const disk = new Disk();
    const level = open(disk, "first");
    level.set("a", entry("older"));
    disk.clock -= 1e9;
    level.set("a", entry("newer"));
    disk.kill("first");
    const second = open(disk, "second");
    expect(textOf(second.get("a"))).toBe("newer");
    second.set("a", entry("newest"));
    disk.kill("second");
    expect(textOf(open(disk, "third").get("a"))).toBe("newest");
  });
});
