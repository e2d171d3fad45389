import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHarmless } from "../../src/visible-text.ts";
import { saying } from "./saying.ts";
import { type Outcome, tenonIn } from "./tenon.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const plugin = (name: string): string => join(root, `plugins-rs/${name}/${name}.wasm`);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// With state in a folder of its own.
function tenon(args: readonly string[], input = ""): Promise<Outcome> {
  return tenonIn(folder, ["--state", join(folder, "state"), ...args], input);
}

const hue = '{"pattern":"colou?r","replacement":"hue"}';
const replace = (path: string): string[] => [
  "run",
  plugin("find-replace"),
  "replace",
  "-d",
  path,
  "-i",
  hue,
];

// The command where no file may grow past so many blocks of 512 bytes: as on a disk that is full, writing fails
// half way.
function onFullDisk(args: readonly string[], blocks = 128): Outcome {
  const main = join(root, "src/cli/main.ts");
  const line = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-c", line, process.execPath, main, "--state", join(folder, "full-state"), ...args],
    { cwd: folder, encoding: "utf8" },
  );
  return { code: status, out: stdout, err: stderr };
}

describe("run", () => {
  it("prints a command's answer, uncoloured, and nothing else on standard output", async () => {
    const { code, out } = await tenon([
      "run",
      plugin("word-count"),
      "count",
      "-i",
      '{"text":"one two"}',
    ]);
    expect(code).toBe(0);
    expect((JSON.parse(out) as { words: number }).words).toBe(2);
  });

  it("takes input from standard input and from a file, and answers in JSON", async () => {
    const piped = await tenon(
      ["run", plugin("word-count"), "word-count.count", "--input", "-", "--json"],
      '{"text":"a b c"}',
    );
    const report = JSON.parse(piped.out) as { ok: boolean; answer: { words: number } };
    expect([report.ok, report.answer.words]).toEqual([true, 3]);
    writeFileSync(join(folder, "input.json"), '{"text":"a b c d"}');
    const read = await tenon(["run", plugin("word-count"), "count", "-i", "@input.json", "--json"]);
    expect((JSON.parse(read.out) as { answer: { words: number } }).answer.words).toBe(4);
    // As an editor on Windows writes it.
    const marked = '\ufeff{"text":"a b c d e"}';
    writeFileSync(join(folder, "marked.json"), marked);
    for (const [from, given] of [["@marked.json"], ["-", marked]] as const) {
      const { out } = await tenon(
        ["run", plugin("word-count"), "count", "-i", from, "--json"],
        given,
      );
      expect((JSON.parse(out) as { answer: { words: number } }).answer.words).toBe(5);
    }
  });

  it("shows what a plugin says as text, whatever it holds, and JSON gives it back exactly", async () => {
    const evil = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202egnp.exe\rforged";
    const path = await saying(folder, evil);
    const said = async (command: string, ...more: string[]): Promise<string> => {
      const { out, err } = await tenon(["run", path, command, ...more]);
      expect(isHarmless((out + err).replaceAll("\n", ""))).toBe(true);
      return command === "fail" ? err : out;
    };
    expect(await said("say")).toContain("\\u{1b}]0;owned\\u{7}");
    expect(JSON.parse(await said("say", "--json"))).toMatchObject({ answer: evil });
    expect(JSON.parse(await said("obj"))).toEqual({ [evil]: evil });
    expect(await said("fail")).toContain("\\u{202e}gnp.exe\\rforged");
  });

  it("refuses a document that is no text, and leaves it as it is", async () => {
    const path = join(folder, "picture.bin");
    writeFileSync(path, Uint8Array.of(0x63, 0xff, 0xfe, 0x80));
    const input = '{"pattern":"c","replacement":"k"}';
    const { code, err } = await tenon([
      "run",
      plugin("find-replace"),
      "replace",
      "-d",
      path,
      "-w",
      "-i",
      input,
    ]);
    expect([code, err.slice(0, 11)]).toEqual([2, "text-decode"]);
    expect([...readFileSync(path)]).toEqual([0x63, 0xff, 0xfe, 0x80]);
  });

  it("hands a changed document on byte for byte in a pipe", async () => {
    const path = join(folder, "escapes.txt");
    writeFileSync(path, "\u001b[31mcolour\u202e\u009b\r\n");
    const input = '{"pattern":"colou?r","replacement":"hue"}';
    const { out } = await tenon([
      "run",
      plugin("find-replace"),
      "replace",
      "-d",
      path,
      "-i",
      input,
    ]);
    expect(out).toBe("\u001b[31mhue\u202e\u009b\r\n");
  });

  it("changes a document, and writes it back only when it is told to", async () => {
    const path = join(folder, "letter.txt");
    writeFileSync(path, "colour\r\ncolor\n");
    const args = [
      "run",
      plugin("find-replace"),
      "replace",
      "-d",
      path,
      "-i",
      '{"pattern":"colou?r","replacement":"hue"}',
    ];
    const shown = await tenon(args);
    expect(shown.out).toBe("hue\r\nhue\n");
    expect(readFileSync(path, "utf8")).toBe("colour\r\ncolor\n");
    expect((await tenon([...args, "--write"])).code).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("hue\r\nhue\n");
  });

  it("writes a document through a link, keeps its mode, and leaves nothing beside it", async () => {
    const home = mkdtempSync(join(folder, "linked-"));
    const [target, link] = [join(home, "real.txt"), join(home, "link.txt")];
    writeFileSync(target, "colour");
    chmodSync(target, 0o640);
    symlinkSync("real.txt", link);
    expect((await tenon([...replace(link), "-w"])).code).toBe(0);
    expect(readFileSync(target, "utf8")).toBe("hue");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(readdirSync(home).toSorted()).toEqual(["link.txt", "real.txt"]);
  });

  it("leaves a document as it is where the disk is full, and names it", () => {
    const home = mkdtempSync(join(folder, "full-"));
    const path = join(home, "letter.txt");
    const text = "colour ".repeat(40_000);
    writeFileSync(path, text);
    const { code, out, err } = onFullDisk([...replace(path), "-w", "--json"]);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(readdirSync(home)).toEqual(["letter.txt"]);
    expect(code, err).toBe(5);
    const report = JSON.parse(out) as {
      error: { code: string; message: string };
      document: string;
    };
    expect(report.error.code).toBe("storage-failed");
    expect(report.error.message).toContain(path);
    // What could not be written is not lost.
    expect(report.document).toBe("hue ".repeat(40_000));
  });

  it("runs a plugin that stores nothing on a full disk, and says once of each place that it failed", () => {
    const count = ["run", plugin("word-count"), "count", "-i", '{"text":"one two"}'];
    const { code, out, err } = onFullDisk(count, 8);
    expect([code, (JSON.parse(out) as { words: number }).words]).toEqual([0, 2]);
    const said = err.split("\n").filter((line) => line.includes("storage-failed"));
    const places = said.map((line) => /full-state\/(?:kv\.sqlite|derived)/.exec(line)?.[0]);
    expect(places.toSorted()).toEqual(["full-state/derived", "full-state/kv.sqlite"]);
  });

  it("takes a failure of a plugin whose data could not be kept for the disk's, and says which", () => {
    const add = ["run", plugin("notes"), "add", "--allow", "kv", "--allow", "log"];
    const { code, out } = onFullDisk([...add, "-i", '{"text":"milk"}', "--json"], 8);
    const report = JSON.parse(out) as { ok: boolean; storage: string[] };
    expect([code, report.ok]).toEqual([5, false]);
    expect(report.storage.join()).toContain("full-state/kv.sqlite");
  });

  it("names the plugin's commands where none is named", async () => {
    const { code, err } = await tenon(["run", plugin("word-count")]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/name a command of .*word-count\. It has .*count/),
    ]);
  });

  it("says nothing but the answer and errors with --quiet, and logs from a level on", async () => {
    const args = ["run", plugin("workspace-stats"), "count", "--folder", folder];
    const granted = [...args, "--allow", "workspace", "--allow", "log"];
    expect((await tenon(granted)).err).toMatch(/^info {2}counted\n[^]* host calls? /);
    expect((await tenon([...granted, "--log-level", "warn"])).err).not.toContain("counted");
    expect((await tenon([...granted, "--quiet"])).err).toBe("");
    const refused = await tenon(["run", plugin("notes"), "list", "--quiet"]);
    expect(refused.err).toMatch(/^plugin-activation /);
    expect((await tenon([...granted, "--log-level", "loud"])).code).toBe(2);
  });

  it("takes an unknown capability or folder for a mistake of usage, and names what is near", async () => {
    const count = ["run", plugin("word-count"), "count", "-i", '{"text":"a"}'];
    const typo = await tenon([...count, "--allow", "kvv"]);
    expect([typo.code, typo.err]).toEqual([
      2,
      expect.stringMatching(/no capability "kvv"; did you mean kv\?/),
    ]);
    const far = await tenon([...count, "--deny", "teleport"]);
    expect([far.code, far.err]).toEqual([2, expect.stringContaining("Capabilities: ")]);
    expect(far.err).not.toContain("did you mean");
    for (const path of [join(folder, "nowhere"), plugin("word-count")]) {
      const { code, err } = await tenon([...count, "--folder", path]);
      expect([code, err]).toEqual([2, expect.stringContaining(path)]);
    }
  });

  it("takes a scope that is none for a mistake of usage, and names the option", async () => {
    for (const option of ["--allow", "--deny"]) {
      const count = ["run", plugin("word-count"), "count", "-i", '{"text":"a"}'];
      const { code, err } = await tenon([...count, option, 'text={"acces":"read"}']);
      expect([code, err]).toEqual([2, expect.stringMatching(/^usage {2}--\w+: .*"text".*"acces"/)]);
      expect(err).toContain(option);
      // The plugin does not ask for this one: the mistake is one all the same.
      const unasked = await tenon([...count, option, 'kv={"quotaByte":1}']);
      expect([unasked.code, unasked.out]).toEqual([2, ""]);
      expect(unasked.err).toMatch(new RegExp(`^usage {2}${option}: .*"kv".*"quotaByte"`));
      const kind = await tenon([...count, option, 'kv={"quotaBytes":"5"}']);
      expect(kind.err).toMatch(/"kv" is not valid: quotaBytes: it should be a number/u);
    }
  });

  it("takes a folder for the component, or a file for the state, for a mistake", async () => {
    for (const command of [
      ["inspect", root],
      ["run", root, "x"],
    ]) {
      const { code, err } = await tenon(command);
      expect([code, err]).toEqual([2, expect.stringMatching(/is a folder; .*tenon list/)]);
    }
    const file = join(folder, "state-file");
    writeFileSync(file, "");
    for (const state of [file, join(file, "below")]) {
      const { code, err } = await tenon(["--state", state, "run", plugin("word-count"), "count"]);
      expect([code, err]).toEqual([2, expect.stringMatching(/^usage {2}--state .* is a file/)]);
    }
    // An unset variable of a shell's would have the state in whatever folder one is in.
    const nothing = await tenon(["--state", "", "run", plugin("word-count"), "count"]);
    expect([nothing.code, nothing.err]).toEqual([
      2,
      "usage  --state names a folder; not nothing\n",
    ]);
  });

  it("names an option that a shell takes as it is, whatever the plugin's author wrote", async () => {
    const path = await saying(folder, "said");
    const uris = ["file:///it's $(touch pwned) `x`"];
    const manifest = JSON.parse(readFileSync(join(folder, "saying.json"), "utf8")) as object;
    const capabilities = { text: { scope: { uris }, reason: "To read." } };
    writeFileSync(join(folder, "saying.json"), JSON.stringify({ ...manifest, capabilities }));
    // Other tests ran other programs of this name.
    const say = ["run", path, "say", "--own", "--state", "quoted"];
    const { err } = await tenon(say);
    const [, option = ""] = /or part of it with (--allow .*)$/m.exec(err) ?? [];
    const args = ["-c", `printf '%s\\n' ${option}`];
    const { stdout } = spawnSync("sh", args, { encoding: "utf8", cwd: folder });
    expect(stdout.split("\n")).toEqual([
      "--allow",
      `text=${JSON.stringify({ access: "read", uris })}`,
      "",
    ]);
    expect(readdirSync(folder)).not.toContain("pwned");
    const granted = stdout.trim().split("\n");
    expect((await tenon([...say, ...granted])).err).not.toContain("refused");
  });

  it("goes back to a version before the one that ran last, where it is told to", async () => {
    const path = await saying(folder, "said");
    const manifest = JSON.parse(readFileSync(join(folder, "saying.json"), "utf8")) as object;
    const say = async (version: string, ...more: string[]): Promise<Outcome> => {
      writeFileSync(join(folder, "saying.json"), JSON.stringify({ ...manifest, version }));
      // Its author runs it: another manifest beside it is the same maker's.
      return await tenon(["run", path, "say", "--own", "--state", "downgrades", ...more]);
    };
    const newer = await say("2.0.0");
    expect(newer.code, newer.err).toBe(0);
    const refused = await say("1.0.0");
    expect([refused.code, refused.err]).toEqual([
      3,
      expect.stringMatching(/2\.0\.0 ran here before, and this is 1\.0\.0; --downgrade/),
    ]);
    expect((await say("1.0.0", "--downgrade")).code).toBe(0);
    // It is the last that ran now.
    expect((await say("1.0.0")).code).toBe(0);
  });

  it("says of a command that is not there which is near, or that there are none", async () => {
    const { err } = await tenon(["run", plugin("word-count"), "cuont"]);
    expect(err).toContain('no command "cuont"; did you mean count? It has word-count.count');
  });

  it("grants nothing without a terminal, and says which option would", async () => {
    const add = ["run", plugin("notes"), "add", "-i", '{"text":"remember"}'];
    const refused = await tenon(add);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("--allow kv");
    const allowed = await tenon([...add, "--allow", "kv"]);
    expect(allowed.code).toBe(0);
    const listed = await tenon(["run", plugin("notes"), "list", "--allow", "kv"]);
    expect(listed.out).toContain("remember");
  });

  it("lets --deny win over --allow", async () => {
    const list = ["run", plugin("notes"), "list", "--allow", "kv", "--deny", "kv"];
    const { code, err } = await tenon(list);
    expect(code).toBe(1);
    // Who refused it needs no advice about how to grant it.
    expect(err).toMatch(/refused {2}kv, .*\. --deny says so$/mu);
    expect(err).not.toContain("--allow kv");
  });

  it("stops an endless loop at its deadline", async () => {
    const { code, err } = await tenon(["run", plugin("hostile"), "loop", "--deadline", "400"]);
    expect(code).toBe(4);
    expect(err).toContain("plugin-deadline");
  });

  it("says that a plugin crashed, and goes on to the next command", async () => {
    const { code, err } = await tenon(["run", plugin("hostile"), "trap"]);
    expect(code).toBe(4);
    expect(err).toMatch(/component-trap|plugin-crashed/);
    expect((await tenon(["run", plugin("hostile"), "behave"])).code).toBe(0);
  });

  it.each<[string, string[], number]>([
    ["a file that is not there", ["nowhere.wasm", "x"], 2],
    ["input that is not JSON", [plugin("word-count"), "count", "-i", "{"], 2],
    ["a command that the plugin has not", [plugin("word-count"), "dance"], 2],
    ["a scope that is not JSON", [plugin("word-count"), "count", "--allow", "http=x"], 2],
    ["a deadline that is none", [plugin("word-count"), "count", "--deadline", "soon"], 2],
    ["no component", [join(root, "package.json"), "x"], 3],
    ["a document to write that is not named", [plugin("word-count"), "count", "-w"], 2],
    [
      "a level that is none, of what is not shown",
      [plugin("word-count"), "count", "-q", "--log-level", "loud"],
      2,
    ],
    ["an unknown option", [plugin("word-count"), "count", "--dance"], 2],
    ["input that the schema refuses", [plugin("word-count"), "count", "-i", '{"text":5}'], 2],
  ])("ends with its own exit code for %s", async (_what, args, expected) => {
    const { code, err } = await tenon(["run", ...args]);
    expect(code, err).toBe(expected);
    expect(err).not.toBe("");
    expect(err).not.toContain("    at ");
  });
});

describe("a pipe that is closed at the other end", () => {
  it("ends the command quietly", () => {
    const main = join(root, "src/cli/main.ts");
    const line = `"${process.execPath}" "${main}" inspect "${plugin("web-fetch")}" | true`;
    const { stderr } = spawnSync("sh", ["-c", `${line}; ${line}`], { encoding: "utf8" });
    expect(stderr).toBe("");
  });
});

describe("inspect", () => {
  it("shows world, manifest and capabilities, and runs nothing", async () => {
    const { code, out } = await tenon(["inspect", plugin("web-fetch")]);
    expect(code).toBe(0);
    expect(out).toContain("tenon/web-fetch");
    expect(out).toContain("may contact");
    expect(out).toMatch(/sha256:[0-9a-f]{64}/);
    expect(out).toContain("import tenon:plugin/http@0.1.0");
    expect(out).toContain("export tenon:plugin/commands@0.1.0");
    expect(out).toMatch(/^commands$/mu);
  });

  it("answers in JSON", async () => {
    const { out } = await tenon(["inspect", plugin("notes"), "--json"]);
    const shown = JSON.parse(out) as { name: string; imports: string[] };
    expect(shown.name).toBe("tenon/notes");
    expect(shown.imports).toContain("tenon:plugin/kv@0.1.0");
  });
});

describe("run says", () => {
  it("once what a command failed with", async () => {
    const path = await saying(folder, "no such tide");
    const { code, err } = await tenon(["run", path, "fail", "--state", "tides"]);
    expect(code).toBe(1);
    expect(err.split("no such tide")).toHaveLength(2);
  });

  it("that an input does not fit: the host's check is about the command line, the plugin's is its own", async () => {
    const mistyped = await tenon(["run", plugin("word-count"), "count", "-i", "5"]);
    expect([mistyped.code, mistyped.err]).toEqual([2, expect.stringContaining("command-input")]);
    const pattern = '{"pattern":"(","replacement":""}';
    const own = await tenon(["run", plugin("find-replace"), "replace", "-i", pattern]);
    expect([own.code, own.err]).toEqual([1, expect.stringContaining("command-input")]);
  });

  it("which manifest it looked for", async () => {
    const path = await saying(folder, "said");
    const bare = join(folder, "bare.wasm");
    writeFileSync(bare, readFileSync(path));
    const { code, err } = await tenon(["run", bare, "say"]);
    expect([code, err]).toEqual([3, expect.stringContaining(join(folder, "bare.json"))]);
  });
});

describe("list", () => {
  it("finds the components of a folder, and names those that are none", async () => {
    const { code, out } = await tenon(["list", join(root, "plugins-rs")]);
    expect(code).toBe(0);
    for (const name of ["word-count", "hostile", "web-fetch"])
      expect(out).toContain(`tenon/${name}`);
    writeFileSync(join(folder, "broken.wasm"), "no component");
    const listed = await tenon(["list", join(folder, "broken.wasm"), plugin("word-count")]);
    expect([listed.code, listed.out]).toEqual([
      3,
      expect.stringMatching(/package-not-a-component[^]*tenon\/word-count/),
    ]);
    for (const path of [join(folder, "nowhere"), join(folder, "broken.wasm/nope")]) {
      const refused = await tenon(["list", path]);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(path)]);
    }
  });
});

describe("audit and grants", () => {
  it("show what was refused, and what was decided for good", async () => {
    await tenon(["run", plugin("notes"), "list"]);
    const { out } = await tenon(["audit", "--plugin", "tenon/notes", "--refused", "--json"]);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { decision: string; capability: string });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ decision }) => decision === "refused")).toBe(true);
    expect(lines.some(({ capability }) => capability === "kv")).toBe(true);
    const unknown = await tenon(["audit", "--plugin", "tenon/note"]);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringMatching(/"tenon\/note" is known in .*; did you mean tenon\/notes\?/),
    ]);
    await tenon(["run", plugin("web-fetch"), "fetch", "-i", '{"url":"https://example.com/a?b"}']);
    const fetched = await tenon(["audit", "--plugin", "tenon/web-fetch", "--refused"]);
    expect(fetched.out).toMatch(/#fetch +\{ method: "GET", host: "example\.com" \}/);
    const { out: last, err } = await tenon(["audit", "--last", "1"]);
    expect(last.trim().split("\n")).toHaveLength(2);
    expect(err).toMatch(/^the last 1 of \d+ entries; --last \d+ shows all$/m);
    expect((await tenon(["audit", "--plugin", "tenon/notes", "-n", "999"])).err).toBe("");
    expect((await tenon(["grants"])).out).toContain("no decision has been remembered yet");
    expect((await tenon(["grants", "--capability", "kv"])).code).toBe(2);
    const nobody = await tenon(["grants", "--revoke", "nope/x"]);
    expect([nobody.code, nobody.err]).toEqual([
      2,
      expect.stringContaining('no decision of "nope/x" is remembered; none is remembered at all'),
    ]);
  });

  it("forget what was decided, and name what is near where nothing was", async () => {
    const identity = "place:plugins";
    const decision = { decision: "deny", identity, capability: "kv", reason: "no", at: 0 };
    const decisions = ["a/one", "a/two"].map((name) => ({ plugin: name, ...decision }));
    writeFileSync(join(folder, "state/grants.json"), JSON.stringify({ version: 1, decisions }));
    const typo = await tenon(["grants", "--revoke", "a/onee"]);
    expect([typo.code, typo.err]).toEqual([2, expect.stringContaining("did you mean a/one?")]);
    const other = await tenon(["grants", "--revoke", "a/one", "--capability", "http"]);
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringContaining("there are some about kv"),
    ]);
    const forgotten = await tenon(["grants", "--revoke", "a/one", "--capability", "kv"]);
    expect([forgotten.code, forgotten.out]).toEqual([0, "forgot 1 decision\n"]);
    const trail = await tenon(["audit", "--plugin", "a/one", "--json"]);
    expect(JSON.parse(trail.out)).toMatchObject({
      plugin: "a/one",
      maker: "place:plugins",
      capability: "kv",
      decision: "revoked",
      reason: "tenon grants --revoke: it was never",
    });
    expect((await tenon(["grants"])).out).toMatch(/a\/two +place:plugins +kv +never/);
  });
});

describe("help", () => {
  it("has examples and the exit codes", async () => {
    expect((await tenon(["--help"])).out).toContain("Exit codes:");
    const { out, code } = await tenon(["help", "run"]);
    expect(out).toContain("Examples:");
    expect(code).toBe(0);
    expect((await tenon(["--version"])).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
