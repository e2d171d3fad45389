import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/platform/node/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-node-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the Node platform", () => {
  it("writes nothing until something has to last, and keeps it for the next one", async () => {
    const state = join(folder, "state");
    {
      await using platform = nodePlatform({ state });
      expect(existsSync(state)).toBe(false);
      const rule = { when: "any", quotaBytes: 1000 } as const;
      await platform.keyValue.space("a/b").write("c", "k", Uint8Array.of(7), rule);
    }
    await using next = nodePlatform({ state });
    expect((await next.keyValue.space("a/b").get("c", "k"))?.value).toEqual(Uint8Array.of(7));
    expect(next.keyValue.durable).toBe(true);
  });

  it("keeps plugins' data in memory, and has no folder, person or clipboard, unless told", async () => {
    await using platform = nodePlatform();
    expect(platform.keyValue.durable).toBe(false);
    expect([platform.files, platform.ui, platform.clipboard]).toEqual(Array(3).fill(undefined));
  });

  it("reads packages from paths and file URLs, within the limit", async () => {
    const file = join(folder, "a b.wasm");
    writeFileSync(file, "bytes");
    await using platform = nodePlatform();
    const bytes = new TextEncoder().encode("bytes");
    expect(await platform.read(file, 5)).toEqual(bytes);
    expect(await platform.read(pathToFileURL(file), 5)).toEqual(bytes);
    expect(await platform.read(pathToFileURL(file).href, 5)).toEqual(bytes);
    await expect(platform.read(file, 4)).rejects.toMatchObject({ code: "package-too-large" });
  });

  it.each(["missing.wasm", "data:,x", "folder"])("says that %s cannot be read", async (source) => {
    mkdirSync(join(folder, "folder"), { recursive: true });
    await using platform = nodePlatform();
    const where = source.startsWith("data:") ? new URL(source) : join(folder, source);
    await expect(platform.read(where, 1000)).rejects.toMatchObject({
      code: "package-unreadable",
      operation: "install",
    });
  });

  it("hashes, and measures time that never goes back", async () => {
    await using platform = nodePlatform();
    const digest = await platform.sha256(new TextEncoder().encode("abc"));
    expect(Buffer.from(digest).toString("hex")).toMatch(/^ba7816bf.*f20015ad$/);
    const start = platform.clock.monotonic();
    await new Promise<void>((resolve) => void platform.timers.after(5, resolve));
    expect(platform.clock.monotonic()).toBeGreaterThanOrEqual(start);
    let fired = false;
    platform.timers.after(0, () => (fired = true))[Symbol.dispose]();
    await new Promise<void>((resolve) => void platform.timers.after(5, resolve));
    expect(fired).toBe(false);
  });
});
