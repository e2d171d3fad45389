// The command with an application's own host (`--host`), and without it for that application's plugins.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { type Outcome, tenonIn } from "./tenon.ts";

const root = join(import.meta.dirname, "../..");
const wordCount = join(root, "plugins-rs/word-count/word-count.wasm");

let folder: string;
let own: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenon-own-"));
  own = join(folder, "own.wasm");
  writeFileSync(own, await scriptedGuest("commands"));
  writeFileSync(
    join(folder, "own.json"),
    manifestText("acme/own", {
      commands: [{ id: "own.run", title: "Run" }],
      capabilities: { "acme.script": { scope: { most: 3 }, reason: "To be told what to do." } },
    }),
  );
  file("host.ts", HOST);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOST = `
const capability = {
  name: "acme.script",
  scope: { safeParse: (data: unknown) => ({ success: true, data }) },
  describe: ({ most }: { most: number }) => "may take " + most + " steps",
  intersect: (one: object) => one,
  covers: () => true,
};
const script = {
  name: "acme:test/script@1.0.0",
  capability,
  implement: () => ({ step: (what: string, detail: string) => JSON.stringify(what + " " + detail) }),
};
export const host = { interfaces: [script], application: "acme/2.0.0", limits: { commandMs: 20_000 } };
`;

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const tenon = (...args: readonly string[]): Promise<Outcome> =>
  tenonIn(folder, ["--state", join(folder, "state"), ...args]);

describe("with the application's own host", () => {
  it("runs a plugin with its interface, on the terms of its capability", async () => {
    const run = ["--host", "host.ts", "run", own, "run", "-i", "7"];
    const refused = await tenon(...run);
    expect([refused.code, refused.err]).toEqual([
      4,
      expect.stringContaining("acme/own may take 3 steps. Grant it with --allow acme.script"),
    ]);
    const { code, out, err } = await tenon(...run, "--allow", "acme.script");
    expect([code, out], err).toEqual([0, "run 7\n"]);
    // Wherever the option stands.
    const after = await tenon("run", "--host", "host.ts", own, "run", "--allow", "acme.script");
    expect(after.code, after.err).toBe(0);
    const other = ["run", wordCount, "count", "-i", '{"text":"a b"}', "--host", "host.ts"];
    expect((await tenon(...other)).code).toBe(0);
  });

  it("grants what its policy grants, unless the command line denies it", async () => {
    const policy = { names: ["acme.script"] };
    const text = `${HOST}; Object.assign(host, { policy: {
      ...${JSON.stringify(policy)}, decide: () => ({ tag: "allow", lasts: "session" }) } });`;
    const run = ["--host", file("grants.ts", text), "run", own, "run"];
    expect((await tenon(...run)).code).toBe(0);
    expect((await tenon(...run, "--deny", "acme.script")).code).toBe(4);
  });

  it("holds to its limits, but for a deadline of the command line", async () => {
    const limits = `{ commandMs: 150, maxDeadlineMs: 150, activateMs: 150, eventMs: 150 }`;
    const text = HOST.replace('JSON.stringify(what + " " + detail)', '"@"').replace(
      "{ commandMs: 20_000 }",
      limits,
    );
    const run = ["--host", file("slow.ts", text), "run", own, "run", "--allow", "acme.script"];
    for (const [more, ms] of [
      [[], 150],
      [["--deadline", "300"], 300],
    ] as const) {
      const { code, out } = await tenon(...run, ...more, "--json");
      const { error } = JSON.parse(out) as { error: { code: string; data: { value: number } } };
      expect([code, error.code, error.data.value]).toEqual([4, "plugin-deadline", ms]);
    }
  });

  it("inspects and lists by its words", async () => {
    const { out } = await tenon("--host", "host.ts", "inspect", own);
    expect(out).toContain("acme.script: it may take 3 steps");
    expect(out).not.toContain("not offered");
    const listed = await tenon("--host", "host.ts", "list", own);
    expect([listed.code, listed.out]).toEqual([0, expect.stringMatching(/ 1 {2}acme\.script /)]);
  });

  it.each([
    ["is not there", undefined, /--host \S+: there is no such file/],
    ["throws", 'throw new Error("no database");', /could not be loaded: Error: no database/],
    ["is no program", "export const = 5;", /could not be loaded: SyntaxError/],
    ["exports something else", "export const config = {};", /named host; it exports config/],
    ["exports a default", "export default {};", /named host; it exports default/],
    ["exports no object", "export const host = [];", /an object of createHost's options/],
    [
      "has a misspelt option",
      "export const host = { limit: {} };",
      /no option limit; did you mean limits\?/,
    ],
    [
      "brings a platform",
      "export const host = { platform: {} };",
      /platform; the command brings its own/,
    ],
    [
      "has a wrong limit",
      "export const host = { limits: { commandMs: -1 } };",
      /--host \S+: .*commandMs/,
    ],
    ["has an interface that is none", "export const host = { interfaces: [{}] };", /--host \S+: /],
  ])("takes a module that %s for a mistake of usage", async (_what, text, said) => {
    const path = text === undefined ? join(folder, "nowhere.ts") : file("bad.ts", text);
    const inspect = ["inspect", wordCount];
    const others = [
      ["run", wordCount, "count"],
      ["list", wordCount],
    ];
    for (const command of text === undefined ? [inspect, ...others] : [inspect]) {
      const { code, err, out } = await tenon("--host", path, ...command);
      expect([code, out], err).toEqual([2, ""]);
      expect(err).toMatch(said);
      expect(err).not.toContain("    at ");
    }
  });
});

describe("without it", () => {
  it("says of a plugin for another host what is not offered here, and not that it is broken", async () => {
    const { code, out } = await tenon("inspect", own);
    expect([code, out]).toEqual([0, expect.stringContaining("not offered by this host")]);
    for (const line of ["\n  acme.script\n", "\n  acme:test/script@1.0.0\n", "--host FILE"]) {
      expect(out).toContain(line);
    }
    expect(out).toContain('acme.script: it asks for {"most":3} of it');
    const json = JSON.parse((await tenon("inspect", own, "--json")).out) as { notOffered: unknown };
    expect(json.notOffered).toEqual({
      capabilities: ["acme.script"],
      interfaces: ["acme:test/script@1.0.0"],
    });
    const listed = await tenon("list", own, wordCount);
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/acme\/own .* acme\.script \(not offered\) .*\n.*tenon\/word-count/);
  });

  it("refuses to run it, and says which option would bring the application's host", async () => {
    const { code, err } = await tenon("run", own, "run");
    expect([code, err]).toEqual([3, expect.stringMatching(/acme\.script[^]*--host FILE/)]);
  });

  it("still refuses one that is broken everywhere", async () => {
    writeFileSync(join(folder, "broken.wasm"), await scriptedGuest("commands"));
    const broken = file(
      "broken.json",
      manifestText("acme/broken", { capabilities: { "a..b": { reason: "x" } } }),
    );
    expect(broken).toContain("broken");
    const { code, err } = await tenon("inspect", join(folder, "broken.wasm"));
    expect([code, err]).toEqual([3, expect.stringContaining("manifest-unknown-capability")]);
    const listed = await tenon("list", folder);
    expect([listed.code, listed.out]).toEqual([3, expect.stringContaining("acme/own")]);
  });
});
