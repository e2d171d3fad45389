import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCache, memoryLevel, packLevel } from "../../src/cache/index.ts";
import { nodePackFiles } from "../../src/platform/node/pack-store.ts";
import { cacheLevelSuite } from "../conformance/cache-level.ts";
import { metadata } from "./world.ts";
import { randomFrom } from "../seeded-random.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-pack-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (bytes = 64 << 20, inside = ".") =>
  packLevel({ files: nodePackFiles(join(folder, inside)), bytes });

cacheLevelSuite("pack file on Node", async () => {
  const level = open();
  return {
    level,
    reopen: async () => {
      level.close();
      return open();
    },
    dispose: async () => level.close(),
  };
});

describe("a process killed at any time", () => {
  async function killedAfter(ms: number, seed: number, bytes: number): Promise<string[]> {
    const script = join(import.meta.dirname, "pack-child.ts");
    const notes = join(folder, `notes-${seed}`);
    const args = [script, join(folder, "pack"), `${seed}`, `${bytes}`, notes];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const closed = once(child, "close");
    let failed = "";
    child.stderr.on("data", (part: Buffer) => (failed += part.toString()));
    while (failed === "" && (!existsSync(notes) || statSync(notes).size === 0)) await sleep(10);
    await sleep(ms);
    child.kill("SIGKILL");
    await closed;
    expect(failed).toBe("");
    return readFileSync(notes, "utf8").split("\n").slice(0, -1);
  }

  for (const [name, bytes] of [
    ["with room for all, loses at most the write it was at", 64 << 20],
    ["in a small pack that is written over again and again, leaves nothing outdated", 4 << 20],
  ] as const) {
    it(name, { timeout: 60_000 }, async () => {
      const random = randomFrom(5);
      // What may be under a key.
      const allowed = new Map<string, (string | undefined)[]>();
      for (let round = 0; round < 8; round++) {
        for (const line of await killedAfter(20 + random() * 250, round, bytes)) {
          const [what, key, text] = line.split(" ") as [string, string, string];
          if (what === "begin") {
            // Whether it is kept or gone isn't known before it is acknowledged.
            allowed.set(key, [...(allowed.get(key) ?? [undefined]), text, undefined]);
          } else {
            allowed.set(key, [what === "kept" ? text : undefined]);
          }
        }
        const level = open(bytes, "pack");
        for (const [key, texts] of allowed) {
          const found = level.get(key);
          const text = found && new TextDecoder().decode(found.payload).replace(/\.*$/, "");
          if (text !== undefined || bytes > 32 << 20) expect(texts).toContain(text);
          allowed.set(key, [text]);
        }
        level.close();
        const sizes = readdirSync(join(folder, "pack")).map(
          (file) => statSync(join(folder, "pack", file)).size,
        );
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes);
      }
      expect(allowed.size).toBe(40);
    });
  }

  it(
    "while others go on: nobody serves anything that was never written",
    { timeout: 60_000 },
    async () => {
      const level = open(8 << 20, "pack");
      const reader = (async () => {
        for (let i = 0; i < 60; i++) {
          await sleep(10);
          for (let k = 0; k < 40; k++) {
            const found = level.get(`key${k}`);
            if (found === undefined) continue;
            expect(new TextDecoder().decode(found.payload)).toMatch(/^[123]:\d+:\.*$/);
          }
        }
      })();
      const said = await Promise.all([1, 2, 3].map((seed) => killedAfter(500, seed, 8 << 20)));
      await reader;
      const newest = open(8 << 20, "pack");
      for (let k = 0; k < 40; k++) {
        const found = newest.get(`key${k}`);
        if (found === undefined) continue;
        const [seed] = new TextDecoder().decode(found.payload).split(":");
        const last = said[Number(seed) - 1]!.findLast((line) => line.startsWith(`begin key${k} `));
        expect(last).toBeDefined();
      }
      newest.close();
      level.close();
    },
  );
});

describe("the folder", () => {
  it("has only files named by digests, for the user alone", () => {
    const level = packLevel({ files: nodePackFiles(join(folder, "made")), bytes: 1 << 20 });
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 9 }), level] });
    for (const key of ["../secret", "/etc/passwd", "CON", "name of a customer"]) {
      cache.set(key, "v");
      cache.namespace("../up", { memory: { entries: 1 } }).set(key, "v");
    }
    expect(readdirSync(folder)).toEqual(["made"]);
    const names = readdirSync(join(folder, "made"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}\.pack$/);
    expect(statSync(join(folder, "made")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "made", names[0]!)).mode & 0o777).toBe(0o600);
  });

  it("may have anything else in it, which stays as it is", () => {
    const outside = join(folder, "outside");
    writeFileSync(outside, "not yours");
    const pack = join(folder, "pack");
    mkdirSync(join(pack, "0000000000000001.pack"), { recursive: true });
    symlinkSync(outside, join(pack, "0000000000000002.pack"));
    symlinkSync("nowhere", join(pack, "0000000000000003.pack"));
    execFileSync("mkfifo", [join(pack, "0000000000000004.pack")]);
    writeFileSync(join(pack, "notes.txt"), "mine");
    const before = readdirSync(pack);
    const level = packLevel({ files: nodePackFiles(pack), bytes: 1 << 20 });
    for (let i = 0; i < 500; i++) {
      level.set(`k${i}`, { payload: new Uint8Array(10_000), metadata: metadata() });
    }
    expect(level.get("k499")).toBeDefined();
    level.clear("");
    level.close();
    expect(readdirSync(pack)).toEqual(expect.arrayContaining(before));
    expect(readFileSync(outside, "utf8")).toBe("not yours");
  });

  it("that isn't one leaves the cache in memory", () => {
    writeFileSync(join(folder, "file"), "");
    const level = packLevel({ files: nodePackFiles(join(folder, "file")) });
    const cache = createCache<string>({ levels: [memoryLevel({ entries: 9 }), level] });
    cache.set("a", "v");
    expect(cache.get("a")).toBe("v");
    expect(cache.statistics().levels[1]!.on).toBe(false);
  });

  it("that can't be written to is read", () => {
    const first = open();
    first.set("a", { payload: new Uint8Array([1, 2]), metadata: metadata() });
    first.close();
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o400);
    chmodSync(folder, 0o500);
    const second = open();
    expect(second.get("a")?.payload).toEqual(new Uint8Array([1, 2]));
    chmodSync(folder, 0o700);
  });

  it("keeps payloads apart from each other in memory", () => {
    const level = open();
    level.set("a", { payload: new Uint8Array(5_000).fill(1), metadata: metadata() });
    const one = level.get("a")!.payload;
    const two = level.get("a")!.payload;
    expect(one.buffer).not.toBe(two.buffer);
    expect(one.buffer.byteLength).toBe(5_000);
    expect(Object.getPrototypeOf(one)).toBe(Uint8Array.prototype);
  });
});
