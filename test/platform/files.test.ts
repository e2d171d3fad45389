import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderTree } from "../../src/platform/node/files.ts";

const linux = process.platform === "linux";
const base = mkdtempSync(join(tmpdir(), "tenon-files-"));
const root = join(base, "granted");
const outside = join(base, "outside");
const tree = folderTree(root);
const textOf = async (...segments: string[]): Promise<string> =>
  new TextDecoder().decode(await tree.read(segments, 0, 1000));
const reason = (reason: string): unknown =>
  expect.objectContaining({ name: "FileFailure", reason });

beforeAll(() => {
  mkdirSync(join(root, "a/b"), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "secret");
  writeFileSync(join(root, "a/b/file"), "inside");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a folder that was handed over", () => {
  it("is not left through a link, a chain of links, a loop, or /proc", async () => {
    symlinkSync(outside, join(root, "out"));
    symlinkSync("out", join(root, "chain"));
    symlinkSync("loop", join(root, "loop"));
    symlinkSync("/proc/self/root", join(root, "proc"));
    symlinkSync(join(outside, "secret"), join(root, "direct"));
    symlinkSync("a/b", join(root, "inner"));
    for (const path of [
      ["out", "secret"],
      ["chain", "secret"],
      ["loop"],
      ["proc", "etc", "hostname"],
      ["direct"],
      ["inner", "file"],
    ]) {
      await expect(tree.read(path, 0, 100)).rejects.toEqual(reason("not-found"));
      await expect(tree.list(path.slice(0, 1), 100)).rejects.toEqual(reason("not-found"));
    }
    expect((await tree.list([], 100)).map(({ name }) => name)).toEqual(["a"]);
    expect(await textOf("a", "b", "file")).toBe("inside");
  });

  it("is not left through the folder itself being swapped while it is read", async () => {
    mkdirSync(join(root, "swap"));
    writeFileSync(join(root, "swap/secret"), "inside");
    // Another thread swaps the folder for a link to the outside, as fast as it can.
    const swapper = new Worker(
      `const { renameSync, symlinkSync, unlinkSync } = require("node:fs");
       const { root, outside } = require("node:worker_threads").workerData;
       symlinkSync(outside, root + "/link");
       for (let i = 0; ; i++) {
         renameSync(root + "/swap", root + "/kept");
         renameSync(root + "/link", root + "/swap");
         renameSync(root + "/swap", root + "/link");
         renameSync(root + "/kept", root + "/swap");
       }`,
      { eval: true, workerData: { root, outside } },
    );
    const seen = new Map<string, number>();
    try {
      const end = performance.now() + 1500;
      while (performance.now() < end) {
        const answer = await textOf("swap", "secret").catch((error: unknown) => {
          expect(error).toEqual(expect.objectContaining({ name: "FileFailure" }));
          return "refused";
        });
        seen.set(answer, (seen.get(answer) ?? 0) + 1);
        const names = await tree.list(["swap"], 10).catch(() => []);
        expect(names.every(({ size }) => size === "inside".length)).toBe(true);
      }
    } finally {
      await swapper.terminate();
    }
    expect([...seen.keys()].filter((answer) => answer !== "refused")).toEqual(["inside"]);
    for (const name of ["swap", "kept", "link"])
      rmSync(join(root, name), { force: true, recursive: true });
  });

  it.runIf(linux)("does not wait for pipes, open sockets, or read devices", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    await expect(tree.read(["pipe"], 0, 10)).rejects.toEqual(reason("not-a-file"));
    await expect(tree.list(["pipe"], 10)).rejects.toEqual(reason("not-a-file"));
    await expect(folderTree("/dev").read(["zero"], 0, 10)).rejects.toEqual(reason("not-a-file"));
    expect((await tree.list([], 100)).map(({ name }) => name)).not.toContain("pipe");
    rmSync(join(root, "pipe"));
  });

  it("tells a file from a folder and from nothing", async () => {
    await expect(tree.read(["a"], 0, 10)).rejects.toEqual(reason("not-a-file"));
    await expect(tree.list(["a", "b", "file"], 10)).rejects.toEqual(reason("not-a-directory"));
    await expect(tree.read(["a", "b", "file", "x"], 0, 1)).rejects.toEqual(
      reason("not-a-directory"),
    );
    await expect(tree.read(["gone"], 0, 10)).rejects.toEqual(reason("not-found"));
    await expect(folderTree(join(base, "gone")).list([], 10)).rejects.toEqual(reason("not-found"));
  });

  it("reads long names, deep folders, and no more than there is", async () => {
    const deep = Array<string>(60).fill("d".repeat(60));
    const name = "n".repeat(255);
    // Too long for one path: made step by step from within.
    execFileSync(
      "sh",
      [
        "-c",
        `for d in ${deep.join(" ")}; do mkdir $d && cd -P $d || exit 1; done; printf deep > ${name}`,
      ],
      { cwd: root },
    );
    expect(await textOf(...deep, name)).toBe("deep");
    await expect(tree.read([...deep, `${name}n`], 0, 1)).rejects.toEqual(reason("not-found"));
    await expect(tree.read(Array<string>(10_000).fill("d"), 0, 1)).rejects.toEqual(
      reason("not-found"),
    );
    rmSync(join(root, deep[0]!), { recursive: true, force: true });
    const file = join(root, "shrinking");
    writeFileSync(file, "0123456789");
    expect((await tree.read(["shrinking"], 4, 100)).length).toBe(6);
    truncateSync(file, 2);
    expect((await tree.read(["shrinking"], 4, 100)).length).toBe(0);
    rmSync(file);
  });

  it("gives up on a folder with too many names", async () => {
    mkdirSync(join(root, "many"));
    for (let i = 0; i < 50; i++) writeFileSync(join(root, "many", `${i}`), "");
    expect(await tree.list(["many"], 50)).toHaveLength(50);
    await expect(tree.list(["many"], 49)).rejects.toEqual(reason("too-many"));
    renameSync(join(root, "many"), join(outside, "many"));
    await expect(tree.list(["many"], 50)).rejects.toEqual(reason("not-found"));
  });

  it.runIf(linux)("holds no descriptor once it has answered, 4,000 reads later too", async () => {
    const before = readdirSync("/proc/self/fd").length;
    for (let i = 0; i < 40; i++) {
      const reads = Array.from({ length: 100 }, (_, n) =>
        n % 2 === 0 ? textOf("a", "b", "file") : textOf("a", "gone").catch(() => ""),
      );
      await Promise.all(reads);
    }
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before + 2);
  });
});
