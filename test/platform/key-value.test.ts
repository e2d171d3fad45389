import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { memoryKeyValue } from "../../src/platform/memory-key-value.ts";
import { sqliteKeyValue } from "../../src/platform/node/sqlite-key-value.ts";
import { keyValueConformance } from "../conformance/key-value.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-key-value-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = (): string => join(folder, `${files++}`, "plugins.sqlite");
const any = { when: "any", quotaBytes: 1 << 30 } as const;

keyValueConformance("memory", memoryKeyValue);
keyValueConformance("sqlite", () => sqliteKeyValue(fresh()));

describe("sqlite", () => {
  it("writes nothing to the disk before it is used, and only its own file then", () => {
    const file = fresh();
    using store = sqliteKeyValue(file);
    expect(readdirSync(folder)).not.toContain(file.split("/").at(-2));
    store.space("../../evil").write("../up", "../../etc/passwd", Uint8Array.of(1), any);
    const names = readdirSync(join(file, ".."));
    expect(names.every((name) => name.startsWith("plugins.sqlite"))).toBe(true);
  });

  it("keeps data for the next process, and two may share it", () => {
    const file = fresh();
    using one = sqliteKeyValue(file);
    using other = sqliteKeyValue(file);
    one.space("a/b").write("b", "k", Uint8Array.of(1), any);
    expect(other.space("a/b").get("b", "k")).toEqual({ value: Uint8Array.of(1), revision: 1n });
    other.space("a/b").write("b", "k", Uint8Array.of(2), any);
    expect(one.space("a/b").get("b", "k")).toEqual({ value: Uint8Array.of(2), revision: 2n });
  });

  it("fails with storage-failed on a file that is no database, or a newer one's, and leaves it", () => {
    const file = join(folder, "garbage.sqlite");
    writeFileSync(file, "not a database".repeat(100));
    using store = sqliteKeyValue(file);
    const read = (): unknown => store.space("a/b").get("b", "k");
    expect(read).toThrow(expect.objectContaining({ code: "storage-failed" }));
    expect(read).toThrow(expect.objectContaining({ code: "storage-failed" }));
  });

  it("fails while its folder cannot be made, and goes on when it can", async () => {
    const file = fresh();
    const inTheWay = join(file, "..");
    writeFileSync(inTheWay, "a file where a folder should be");
    using store = sqliteKeyValue(file);
    const write = (): unknown => store.space("a/b").write("b", "k", Uint8Array.of(1), any);
    expect(write).toThrow(expect.objectContaining({ code: "storage-failed" }));
    rmSync(inTheWay);
    expect(write()).toEqual({ tag: "written", revision: 1n });
  });

  it.runIf(process.platform !== "win32")("keeps what it has when the disk is full", () => {
    const file = fresh();
    const script = fileURLToPath(new URL("writer-until-full.ts", import.meta.url));
    // No file of the child's may grow over 1 MiB: for it, that is a full disk.
    const output = execFileSync(
      "sh",
      ["-c", 'ulimit -f 2048 && exec "$0" "$1" "$2"', process.execPath, script, file],
      { encoding: "utf8" },
    );
    const { written, ...left } = JSON.parse(output) as { written: number };
    expect(written).toBeGreaterThan(10);
    const used = Array.from({ length: written }, (_, i) => `${i}`.length + 10_064);
    expect(left).toEqual({
      code: "storage-failed",
      kept: written,
      used: used.reduce((sum, each) => sum + each, 0),
      last: 10_000,
      goesOn: "written",
    });
  });

  it("loses no acknowledged write when the process is killed in mid-write", async () => {
    const file = fresh();
    let acknowledged = 0;
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), file], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      let seen = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        // Some rounds die early, some late, none in good order.
        if (++seen === 20 + round * 37) child.kill("SIGKILL");
      }
      await ended;
      using store = sqliteKeyValue(file);
      const space = store.space("acme/writer");
      for (let i = 1; i <= acknowledged; i++) {
        expect((await space.get("log", `${i}`))?.value).toEqual(new Uint8Array(1000).fill(i));
      }
      // At most the one write that was under way came on top, whole.
      const kept = await space.keys("log", { prefix: "", after: undefined, limit: 100_000 });
      expect(kept.length).toBeLessThanOrEqual(acknowledged + 1);
      expect(await space.usedBytes()).toBe(
        kept.reduce((sum, key) => sum + 64 + 1000 + key.length, 0),
      );
      acknowledged = kept.length;
    }
    expect(acknowledged).toBeGreaterThan(600);
  });
});
