/** `tenon types` as a script calls it, and what it writes, at work in a host. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");
const planner = (ending: string): string => join(root, `scripts/docs/examples/planner.${ending}`);

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-cli-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function tenon(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "src/cli/main.ts"), ...args],
    { encoding: "utf8" },
  );
  return { code: status, out: stdout, err: stderr };
}

it("prints the types of a .wit file, of a folder of WIT, and of a component", () => {
  const text = tenon("types", planner("wit"));
  expect(text).toMatchObject({ code: 0, err: "" });
  expect(text.out).toContain("export interface Tasks {");
  expect(text.out).toContain("plan(title: string): number;");
  expect(text.out).toContain("Adds a task, and answers how many there are.");
  expect(tenon("types", planner("wasm")).out).toContain("export type PlannerExports = {");
  const folder = tenon("types", join(root, "wit"), "--world", "command-plugin");
  expect(folder.out).toContain("export type CommandPluginExports = {");
});

it("writes a file, or into a folder, and says whether it is still what would be written", () => {
  const folder = temporary();
  expect(tenon("types", planner("wit"), "-o", folder)).toEqual({ code: 0, out: "", err: "" });
  const file = join(folder, "planner.ts");
  expect(readFileSync(file, "utf8")).toBe(tenon("types", planner("wit")).out);
  expect(tenon("types", planner("wit"), "-o", file, "--check").code).toBe(0);
  writeFileSync(file, "// of old\n");
  const stale = tenon("types", planner("wit"), "-o", file, "--check");
  expect(stale).toMatchObject({ code: 1, out: "" });
  expect(stale.err).toContain("planner.ts differs from");
  expect(readFileSync(file, "utf8")).toBe("// of old\n");
});

it("refuses what it cannot read, with a code and what is there instead", () => {
  const folder = temporary();
  writeFileSync(join(folder, "bad.wit"), "package a:b;\nworld w { import f: func(x: u9); }\n");
  writeFileSync(join(folder, "no.wasm"), "no component");
  mkdirSync(join(folder, "empty"));
  const said = (...args: readonly string[]) => {
    const { code, err } = tenon("types", ...args);
    return [code, err.split("  ")[0], err];
  };
  expect(said(join(root, "wit"))).toEqual([
    2,
    "wit-world",
    expect.stringContaining('"event-plugin"'),
  ]);
  expect(said(join(root, "wit"), "-w", "planner")).toEqual([
    2,
    "wit-world",
    expect.stringContaining('no world "planner"'),
  ]);
  expect(said(join(folder, "bad.wit"))).toEqual([
    3,
    "wit-invalid",
    expect.stringContaining("bad.wit:2:29"),
  ]);
  expect(said(join(folder, "no.wasm")).slice(0, 2)).toEqual([3, "component-malformed"]);
  writeFileSync(join(folder, "embed.ts"), "export {};\n");
  const [code, kind, message] = said(join(folder, "embed.ts"));
  expect([code, kind]).toEqual([2, "usage"]);
  expect(message).toContain(`${join(folder, "embed.ts")} is no component`);
  expect(message).toContain("a .wit file, a folder of WIT, or a component (.wasm)");
  for (const args of [
    [join(folder, "empty")],
    [join(folder, "nowhere")],
    [planner("wit"), "--check"],
    [planner("wit"), "-o", join(folder, "nowhere/at/all.ts")],
  ]) {
    expect(said(...args).slice(0, 2)).toEqual([2, "usage"]);
  }
});

it("beside a component written as a module come the types of its world", () => {
  const folder = temporary();
  expect(tenon("component", "aot", planner("wasm"), "-o", folder).code).toBe(0);
  const types = readFileSync(join(folder, "index.d.ts"), "utf8");
  expect(types).toContain("export type PlannerImports = {");
  expect(types).toContain("imports: PlannerImports,");
  expect(types).toContain("readonly exports: PlannerExports");
  expect(tenon("component", "aot", planner("wasm"), "-o", folder, "--suspend-all").code).toBe(0);
  expect(readFileSync(join(folder, "index.d.ts"), "utf8")).toContain("Promised<PlannerExports>");
  const suspend = (name: string): readonly unknown[] => {
    const { code, err } = tenon("component", "aot", planner("wasm"), "-o", folder, "-s", name);
    return [code, err];
  };
  expect(suspend("acme:app/tasks@1.0.0#add")).toEqual([0, ""]);
  expect(suspend("acme:app/tasks@1.0.0#ad")).toEqual([
    2,
    expect.stringMatching(/^usage .*did you mean acme:app\/tasks@1\.0\.0#add\?/),
  ]);
  expect(suspend("add")).toEqual([
    2,
    expect.stringContaining("it imports acme:app/tasks@1.0.0#add"),
  ]);
  const deep = join(folder, "not/there");
  expect(tenon("component", "aot", planner("wasm"), "-o", deep).code).toBe(0);
  for (const nowhere of ["", join(planner("wit"), "below"), "/proc/nope/below"]) {
    const { code, err } = tenon("component", "aot", planner("wasm"), "-o", nowhere);
    expect([code, err]).toEqual([2, expect.stringMatching(/^usage /)]);
  }
});

it("says on stderr which functions need values that Tenon does not have, once it writes", () => {
  const folder = temporary();
  const file = join(folder, "w.wit");
  const many = Array.from({ length: 12 }, (_, at) => `export f${at}: func() -> future<u8>;`);
  writeFileSync(
    file,
    `package a:b; world w { import read: func() -> stream<u8>; ${many.join(" ")} }`,
  );
  const { code, out, err } = tenon("types", file);
  expect(code).toBe(0);
  expect(err.split("\n").slice(0, 2)).toEqual([
    "import read takes or answers streams, which this version of Tenon does not have yet",
    "export f0 takes or answers futures, which this version of Tenon does not have yet",
  ]);
  expect(err).toContain("and 3 more, which the written types name at their start\n");
  expect(out).toContain("//   export f11: futures\n");
  const target = join(folder, "w.ts");
  expect(tenon("types", file, "-o", target).err).toBe(err);
  expect(tenon("types", file, "-o", target, "--check")).toEqual({ code: 0, out: "", err: "" });
});
