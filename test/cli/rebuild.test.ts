import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Person } from "../../src/cli/person.ts";
import { runPlugin } from "../../src/cli/run-plugin.ts";
import { readSidecar } from "../../src/cli/packages/package-files.ts";
import { terminal, type Terminal } from "../../src/cli/terminal.ts";
import { saying } from "./saying.ts";
import { type Outcome, tenonIn } from "./tenon.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenon-rebuild-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  path = await saying(folder, "the first build");
});

const tenon = (...args: readonly string[]): Promise<Outcome> => tenonIn(folder, args);

test("an author builds, runs, changes a line and runs again", async () => {
  expect(await tenon("run", path, "say", "--own")).toMatchObject({ code: 0 });
  await saying(folder, "the second build");
  const { code, out, err } = await tenon("run", path, "say", "--own");
  expect([code, out], err).toEqual([0, "the second build\n"]);
});

test("who ran the first build without --own is told of it, and goes on with it", async () => {
  expect((await tenon("run", path, "say")).code).toBe(0);
  await saying(folder, "the second build");
  const refused = await tenon("run", path, "say");
  expect(refused.code, refused.err).toBe(3);
  expect(refused.out).toBe("");
  expect(refused.err).toMatch(/^identity-changed {2}Another program calls itself "test\/esc"/mu);
  for (const remedy of ["say --own", "tenon sign", "--state FOLDER"]) {
    expect(refused.err).toContain(remedy);
  }
  for (const at of ["second", "third"]) {
    await saying(folder, `the ${at} build`);
    const { code, out, err } = await tenon("run", path, "say", "--own");
    expect([code, out], err).toEqual([0, `the ${at} build\n`]);
  }
  const beside = await tenon("run", path, "say", "--state", "another");
  expect(beside.code, beside.err).toBe(0);
});

test("a stranger's file in the place of one's own does not run unasked", async () => {
  expect((await tenon("run", path, "say", "--own")).code).toBe(0);
  await saying(folder, "a stranger's");
  const { code, out, err } = await tenon("run", path, "say");
  expect([code, out]).toEqual([3, ""]);
  expect(err).toContain("is from a trusted place");
});

test("--own does not take the name of a plugin that is signed with somebody's key", async () => {
  const keys = join(folder, "keys");
  expect((await tenon("keys", "--keys", keys, "make", "acme")).code).toBe(0);
  const signed = await tenon("sign", path, "--key", "acme", "--keys", keys);
  expect(signed.code, signed.err).toBe(0);
  expect((await tenon("run", path, "say")).code).toBe(0);
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  const other = await saying(elsewhere, "somebody else's");
  for (const how of [["--own"], []]) {
    const { code, err } = await tenon("run", other, "say", ...how);
    expect(code, err).toBe(3);
    expect(err).toMatch(how.length > 0 ? /^identity-changed/mu : /^signature-missing/mu);
    expect(err).toContain("tenon sign");
    // It would be refused with it, too.
    expect(err).not.toContain("say --own");
  }
  const again = await tenon("run", path, "say");
  expect([again.code, again.out], again.err).toEqual([0, "the first build\n"]);
});

test.each([
  ["refuse", undefined],
  ["fresh", "the second build"],
  ["hand-over", "the second build"],
])("at a terminal the person is asked what is to become of the name: %s", async (typed, answer) => {
  expect((await tenon("run", path, "say")).code).toBe(0);
  await saying(folder, "the second build");
  const [keys, printed] = [new PassThrough(), new PassThrough()];
  let screen = "";
  const told = terminal(process.stderr);
  const shown: Terminal = {
    ...told,
    line: (...pieces) => {
      screen += `${pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("")}\n`;
    },
  };
  printed.on("data", (chunk: Buffer) => {
    if (chunk.toString().includes("refuse / fresh / hand-over?")) keys.write(`${typed}\r`);
  });
  const report = await runPlugin(
    {
      file: path,
      plugin: readFileSync(path),
      sidecar: readSidecar(path),
      command: "say",
      input: undefined,
      document: undefined,
      allow: [],
      deny: [],
      own: {},
      module: undefined,
      downgrade: false,
      state: join(folder, ".tenon"),
      folder: undefined,
      person: new Person(shown, keys, printed),
      quiet: false,
      logLevel: undefined,
      version: "0.0.0",
      deadline: 10_000,
    },
    shown,
  );
  expect(screen).toMatch(
    /another program calls itself test\/esc 1\.0\.0: it is not signed; known by/u,
  );
  expect(screen).toMatch(/the one that you know, 1\.0\.0, is not signed; known by its digest/u);
  expect(screen).toContain("run it with --own");
  expect(report.outcome).toMatchObject(
    answer === undefined ? { code: "identity-changed" } : { tag: "answer", value: answer },
  );
});
