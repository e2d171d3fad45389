import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopeOf } from "./caller.ts";
import type { Permission } from "../../src/interfaces/define.ts";
import { parseGlob } from "../../src/interfaces/workspace/glob.ts";
import {
  workspaceCapability,
  workspaceInterface,
  type WorkspaceScope,
} from "../../src/interfaces/workspace/workspace.ts";
import { parseWorkspacePath } from "../../src/interfaces/workspace/workspace-path.ts";
import type { FileTree } from "../../src/platform/files.ts";
import { folderTree } from "../../src/platform/node/files.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { noLimits } from "./no-limits.ts";
import { callerOf } from "../identity/ours.ts";

interface Page {
  readonly entries: readonly { path: string; kind: string; size: bigint }[];
  readonly next?: string;
}
interface Workspace {
  entries(path: string, glob?: string, cursor?: string): Promise<Page>;
  read(path: string, offset: bigint, length: number): Promise<Uint8Array>;
}

let root: string;
let outside: string;

beforeAll(() => {
  const base = mkdtempSync(join(tmpdir(), "tenon-workspace-"));
  root = join(base, "root");
  outside = join(base, "secret.txt");
  writeFileSync(outside, "secret");
  mkdirSync(join(root, "src/deep"), { recursive: true });
  writeFileSync(join(root, "a.txt"), "hello");
  writeFileSync(join(root, "src/main.rs"), "fn main() {}");
  writeFileSync(join(root, "src/deep/é.rs"), "// é");
  symlinkSync(outside, join(root, "link.txt"));
  symlinkSync("..", join(root, "up"));
  symlinkSync("loop", join(root, "loop"));
  execFileSync("mkfifo", [join(root, "pipe")]);
  mkdirSync(join(root, "many"));
  for (let i = 0; i < 1500; i++) writeFileSync(join(root, "many", `${i}.md`), "");
});
afterAll(() => rmSync(join(root, ".."), { recursive: true, force: true }));

function workspace(
  scope: WorkspaceScope = { folders: [""] },
  files: FileTree = folderTree(root),
  worked: (ms: number) => void = () => {},
): Workspace {
  const { clock, timers } = nodePlatform();
  return workspaceInterface({ files, clock, timers }).implement({
    ...noLimits,
    worked,
    caller: callerOf("test/plugin"),
    may: (use): Permission<WorkspaceScope> => {
      const covered = workspaceCapability.covers(scope, use);
      return covered === true ? { allowed: true, scope } : { allowed: false, reason: covered };
    },
    own: () => () => undefined,
  }) as unknown as Workspace;
}

const err = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return (error as { payload: unknown }).payload;
  }
  throw new Error("it did not answer err");
};

describe("listing", () => {
  it("shows a folder in order, and nothing that is neither file nor folder", async () => {
    const { entries, next } = await workspace().entries("");
    expect(entries).toEqual([
      { path: "a.txt", kind: "file", size: 5n },
      { path: "many", kind: "directory", size: 0n },
      { path: "src", kind: "directory", size: 0n },
    ]);
    expect(next).toBeUndefined();
  });

  it("finds files below by a glob", async () => {
    const { entries } = await workspace().entries("", "**/*.{rs,txt}");
    expect(entries.map(({ path }) => path)).toEqual(["a.txt", "src/deep/é.rs", "src/main.rs"]);
    const below = await workspace().entries("src", "*.rs");
    expect(below.entries.map(({ path }) => path)).toEqual(["src/main.rs"]);
  });

  it("comes in pages that together hold everything once", async () => {
    const paths: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await workspace().entries("", "**/*.md", cursor);
      expect(page.entries.length).toBeLessThanOrEqual(1000);
      paths.push(...page.entries.map(({ path }) => path));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(paths.length).toBe(1500);
    expect(new Set(paths).size).toBe(1500);
  });

  // More than one page looks at, in no order.
  const huge: FileTree = {
    ...folderTree("/nowhere"),
    list: async () =>
      Array.from({ length: 45_000 }, (_, index) => ({
        name: `component-${(index * 7_919) % 45_000}.stories.test.tsx`,
        kind: "file" as const,
        size: 0,
      })),
  };

  it("of a folder of 45,000 entries has each once, in order", async () => {
    const paths: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await workspace(undefined, huge).entries("", "*{7,3}.*", cursor);
      paths.push(...page.entries.map(({ path }) => path));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(paths).toHaveLength(9_000);
    expect(paths).toEqual([...new Set(paths)].toSorted());
  });

  it("gives way to others of the thread, and is charged for what it takes of it", async () => {
    const charged: number[] = [];
    let others = 0;
    const turn = (): void => {
      others++;
      again = setImmediate(turn);
    };
    let again = setImmediate(turn);
    const letters = Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => `*e*${letter}q`);
    const worked = (ms: number): void => void charged.push(ms);
    const page = await workspace(undefined, huge, worked).entries("", `{${letters.join()}}`);
    clearImmediate(again);
    expect(page.entries).toEqual([]);
    expect(others).toBeGreaterThan(5);
    // Of which looking at the disk is 900.
    expect(charged.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(920);
  });

  it("answers err for a folder that is not there, a file, and a bad glob", async () => {
    expect(await err(() => workspace().entries("nowhere"))).toEqual({ tag: "not-found" });
    expect(await err(() => workspace().entries("a.txt"))).toEqual({ tag: "not-a-directory" });
    for (const glob of ["", "{a", "a}", "{a,{b}}", "a//b", "../*", "a**", "{a,b}".repeat(7)]) {
      const { tag } = (await err(() => workspace().entries("", glob))) as { tag: string };
      expect(tag, glob).toBe("invalid-glob");
    }
  });
});

describe("reading", () => {
  it("gives a range, fewer bytes at the end, none after it", async () => {
    const read = async (offset: bigint, length: number): Promise<string> =>
      new TextDecoder().decode(await workspace().read("a.txt", offset, length));
    expect(await read(0n, 100)).toBe("hello");
    expect(await read(3n, 1)).toBe("l");
    expect(await read(9n, 5)).toBe("");
    expect(await read(2n ** 63n, 5)).toBe("");
  });

  it("gives at most 4 MiB at once", async () => {
    const answer = await err(() => workspace().read("a.txt", 0n, (4 << 20) + 1));
    expect(answer).toEqual({ tag: "too-large", val: 4_194_304n });
  });

  it("does not read folders, pipes, or anything through a link", async () => {
    expect(await err(() => workspace().read("src", 0n, 9))).toEqual({ tag: "not-a-file" });
    expect(await err(() => workspace().read("pipe", 0n, 9))).toEqual({ tag: "not-a-file" });
    for (const path of ["link.txt", "up/secret.txt", "up/root/a.txt", "loop", "loop/x"]) {
      expect(await err(() => workspace().read(path, 0n, 9)), path).toEqual({ tag: "not-found" });
    }
  });

  it("sees a hard link in the folder as the folder's own file", async () => {
    linkSync(join(root, "a.txt"), join(root, "src/again.txt"));
    expect((await workspace().read("src/again.txt", 0n, 9)).length).toBe(5);
    rmSync(join(root, "src/again.txt"));
  });
});

describe("paths", () => {
  it.each([
    "/etc/passwd",
    "..",
    "src/../a.txt",
    "./a.txt",
    "src//main.rs",
    "src/",
    "C:\\x",
    "\\\\host\\share",
    "a\u0000b",
    "NUL",
    "con.txt",
    "src/aux",
    "COM1",
    "a.txt.",
    "a ",
    "a\nb",
    "x".repeat(256),
    `${"a/".repeat(200)}b`,
    "file:stream",
    "x".repeat(5000),
  ])("refuses %j", async (path) => {
    const answer = (await err(() => workspace().read(path, 0n, 1))) as { tag: string };
    expect(answer.tag).toBe("invalid-path");
  });

  it("keeps to the folders that were granted, on every route", async () => {
    const narrow = workspace({ folders: ["src/deep"] });
    expect((await narrow.read("src/deep/é.rs", 0n, 99)).length).toBe(5);
    for (const path of ["", "src", "a.txt", "src/deepest"]) {
      const answer = (await err(() => narrow.entries(path))) as { tag: string };
      expect(answer.tag, path).toBe("refused");
    }
    const read = (await err(() => narrow.read("src/main.rs", 0n, 1))) as { tag: string };
    expect(read.tag).toBe("refused");
  });

  it("a granted scope is never wider than either side", () => {
    const folders = fc.uniqueArray(fc.constantFrom("", "a", "a/b", "a/b/c", "b", "ab"), {
      minLength: 1,
    });
    const path = fc.constantFrom("a", "a/x", "a/b/x", "a/b/c/x", "b/x", "ab/x", "c");
    const parse = (list: string[]): WorkspaceScope =>
      scopeOf(workspaceCapability, { folders: list });
    fc.assert(
      fc.property(folders, folders, path, (one, other, used) => {
        const both = workspaceCapability.intersect(parse(one), parse(other));
        const covered = (scope: WorkspaceScope): boolean =>
          workspaceCapability.covers(scope, { path: used }) === true;
        expect(both !== undefined && covered(both)).toBe(
          covered(parse(one)) && covered(parse(other)),
        );
      }),
    );
  });
});

describe("globs", () => {
  it("match as a plain backtracking matcher would", () => {
    const segment = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
    const part = fc.oneof(
      fc.constant("**"),
      fc.string({ unit: fc.constantFrom("a", "b", "?", "*"), minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.array(segment),
        (parts, path) => {
          const pattern = parts.join("/");
          fc.pre(parts.every((one) => one === "**" || !one.includes("**")));
          const parsed = parseGlob(pattern);
          if (parsed.tag === "invalid") throw new Error(parsed.reason);
          expect(parsed.matches(path)).toBe(simple(parts, path));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("a pattern of many stars against a long name is answered at once", () => {
    const parsed = parseGlob(`${"*a".repeat(400)}b`);
    expect(parsed.tag === "glob" && parsed.matches(["a".repeat(200_000)])).toBe(false);
  });
});

function simple(parts: readonly string[], path: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return path.length === 0;
  if (part === "**") return path.some((_, i) => simple(rest, path.slice(i))) || simple(rest, []);
  const regex = new RegExp(`^${part.replaceAll("?", ".").replaceAll("*", ".*")}$`);
  return path.length > 0 && regex.test(path[0] ?? "") && simple(rest, path.slice(1));
}

it("every path that parses is what it says, whatever was typed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const parsed = parseWorkspacePath(text);
      if (parsed.tag === "invalid") return;
      expect(parsed.segments.join("/")).toBe(text);
      expect(parsed.segments.includes("..")).toBe(false);
    }),
  );
});
