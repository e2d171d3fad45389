import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, Person, type Question } from "../../src/cli/person.ts";
import { runPlugin } from "../../src/cli/run-plugin.ts";
import type { RunReport } from "../../src/cli/run-report.ts";
import { type Piece, type Terminal, terminal } from "../../src/cli/terminal.ts";
import { readSidecar } from "../../src/cli/packages/package-files.ts";

const root = join(import.meta.dirname, "../..");
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

// Of util-linux: runs a command in a terminal of its own.
const ownTerminal = "script";

const stderr = terminal(process.stderr);

// A person at a terminal: `screen` is all that they saw, and `type` waits until `seen` is there `times` times.
function sitting() {
  const keys = new PassThrough();
  const printed = new PassThrough();
  let screen = "";
  printed.on("data", (chunk: Buffer) => (screen += chunk.toString()));
  const shown: Terminal = {
    ...stderr,
    line: (...pieces: readonly Piece[]) => {
      screen += `${pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("")}\n`;
    },
  };
  return {
    shown,
    person: new Person(shown, keys, printed),
    screen: () => screen,
    count: (text: string) => screen.split(text).length - 1,
    async type(seen: string, text: string, times = 1): Promise<void> {
      while (screen.split(seen).length - 1 < times) await new Promise(setImmediate);
      keys.write(text);
    },
  };
}

const consent: Question = { kind: "consent", text: ["may it?"], choices: ["yes", "no"] };
const pick: Question = { kind: "pick", text: ["which?"], choices: ["one", "two"] };
const input: Question = { kind: "input", text: ["name?"], choices: [] };

async function answer(question: Question, ...typed: string[]): Promise<Answer> {
  const { person, type } = sitting();
  const asked = person.ask(question);
  const prompt = question.kind === "consent" ? "? " : question.kind === "pick" ? "nothing: " : "> ";
  const first = question.kind === "consent" ? "yes / no? " : prompt;
  for (const [i, text] of typed.entries()) await type(first, text, i + 1);
  return await asked;
}

describe("a question at the terminal", () => {
  it.each<[Question["kind"], Question, string[], Answer]>([
    ["consent", consent, ["y\r"], 0],
    ["consent", consent, ["what\r", "\r", "no\r"], 1],
    ["pick", pick, ["2\r"], 1],
    ["pick", pick, ["7\r", "1\r"], 0],
    ["pick", pick, ["\r"], undefined],
    ["input", input, ["Ada\r"], "Ada"],
    ["input", { ...input, initial: "Grace" }, ["\r"], "Grace"],
    ["input", input, ["\r"], undefined],
  ])("takes an answer to a %s, and asks again where it is none", async (_kind, ...rest) => {
    const [question, typed, expected] = rest;
    expect(await answer(question, ...typed)).toBe(expected);
  });

  it.each([
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
  ])("is no answer where the person types %s, and nothing is asked after it", async (_, key) => {
    for (const question of [consent, pick, input]) {
      const { person, type, screen } = sitting();
      const asked = person.ask(question);
      await type(
        question.kind === "consent" ? "no? " : question.kind === "pick" ? "g: " : "> ",
        key,
      );
      expect(await asked).toBeUndefined();
      expect(person.left.aborted).toBe(true);
      const before = screen();
      expect(await person.ask(question)).toBeUndefined();
      expect(screen()).toBe(before);
    }
  });
});

describe("what a plugin asks for", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenon-person-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = join(root, "plugins-rs/notes/notes.wasm");
  const run = (who: ReturnType<typeof sitting>, state: string): Promise<RunReport> =>
    runPlugin(
      {
        file,
        plugin: readFileSync(file),
        sidecar: readSidecar(file),
        command: "list",
        input: {},
        document: undefined,
        allow: [],
        deny: [],
        own: {},
        module: undefined,
        downgrade: false,
        state: join(folder, state),
        folder: undefined,
        person: who.person,
        quiet: false,
        logLevel: undefined,
        version: "0.0.0",
        deadline: 10_000,
      },
      who.shown,
    );
  const audited = (state: string): string[] =>
    readFileSync(join(folder, state, "audit.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>)
      .map(({ decision, capability, reason }) => `${decision} ${capability ?? ""} ${reason}`);

  it("is reviewed once, all of it; “always” is kept, and audited as always ever after", async () => {
    const who = sitting();
    const running = run(who, "always");
    await who.type("each? ", "always\r");
    expect((await running).outcome.tag).toBe("answer");
    expect(who.count("? ")).toBe(1);
    const digits = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
    const maker = `not signed; known by its digest ${digits.replace(/(.{4})(?=.)/gu, "$1-")}`;
    for (const said of [`tenon/notes (${maker}) asks for`, "may store up to", "it says: “"]) {
      expect(who.screen()).toContain(said);
    }
    expect(audited("always")).toContain("granted kv granted (always)");
    const later = sitting();
    expect((await run(later, "always")).outcome.tag).toBe("answer");
    expect(later.screen()).toBe("");
    const lines = audited("always").filter((line) => line.startsWith("granted kv"));
    expect(lines).toEqual(["granted kv granted (always)", "granted kv granted (always)"]);
  });

  it("is asked for one by one for whom that is too much at once", async () => {
    const who = sitting();
    const running = run(who, "each");
    await who.type("each? ", "each\r");
    for (let n = 1; n <= 3; n++) await who.type("never? ", n === 1 ? "yes\r" : "no\r", n);
    const report = await running;
    // Each question says who asks, and how that is known.
    expect(who.count("tenon/notes (not signed; known by its digest ")).toBe(4);
    expect(report.outcome.tag).toBe("answer");
    expect(audited("each")).toContain("granted kv granted (session)");
    expect(audited("each").filter((line) => line.startsWith("refused"))).toHaveLength(2);
  });

  it("is not refused by Ctrl-C: the run ends, and the next one asks again", async () => {
    const who = sitting();
    const running = run(who, "left");
    await who.type("each? ", CTRL_C);
    const { outcome, figures } = await running;
    expect(outcome).toMatchObject({ tag: "error", code: "command-cancelled" });
    expect(figures.calls).toBe(0);
    expect(audited("left").join("\n")).not.toMatch(/refused|granted/);
    const again = sitting();
    const asked = run(again, "left");
    await again.type("each? ", "yes\r");
    expect((await asked).outcome.tag).toBe("answer");
  });

  it("keeps none of the answers of a run that Ctrl-D ended at a later question", async () => {
    const who = sitting();
    const running = run(who, "half");
    await who.type("each? ", "each\r");
    await who.type("never? ", "always\r", 1);
    await who.type("never? ", CTRL_D, 2);
    expect((await running).outcome).toMatchObject({ tag: "error", code: "command-cancelled" });
    expect(existsSync(join(folder, "half/grants.json"))).toBe(false);
    const lines = audited("half").filter((line) => /^(?:granted|revoked)/.test(line));
    expect(lines.map((line) => line.slice(0, 11))).toEqual(["granted kv ", "revoked kv "]);
    const trail = readFileSync(join(folder, "half/audit.jsonl"), "utf8").trim().split("\n");
    const makers = trail.map((line) => (JSON.parse(line) as { maker?: string }).maker);
    expect(new Set(makers)).toEqual(new Set([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]));
    const again = sitting();
    const asked = run(again, "half");
    await again.type("each? ", "always\r");
    expect((await asked).outcome.tag).toBe("answer");
    expect(readFileSync(join(folder, "half/grants.json"), "utf8")).toContain('"kv"');
    expect((await run(sitting(), "half")).outcome.tag).toBe("answer");
  });

  it("reads its input from the terminal until Ctrl-D", async () => {
    const main = join(root, "src/cli/main.ts");
    const count = join(root, "plugins-rs/word-count/word-count.wasm");
    const command = `"${process.execPath}" "${main}" --state "${folder}/typed" run "${count}" count -i -`;
    const child = spawn(ownTerminal, ["-qec", command, "/dev/null"]);
    let screen = "";
    child.stdout.on("data", (chunk: Buffer) => (screen += chunk.toString()));
    child.stdin.write(`{"text":"a b"}\n${CTRL_D}`);
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, screen]).toEqual([0, expect.stringContaining('"words": 2')]);
  });

  it("asks for a passphrase that is not shown, and makes no key where it is not given", async () => {
    const main = join(root, "src/cli/main.ts");
    const typing = async (name: string, typed: string) => {
      const command = `"${process.execPath}" "${main}" keys --keys "${folder}/keys" --passphrase - make ${name}`;
      const child = spawn(ownTerminal, ["-qec", command, "/dev/null"]);
      let [screen, isTyped] = ["", false];
      child.stdout.on("data", (chunk: Buffer) => {
        screen += chunk.toString();
        if (!isTyped && screen.includes("passphrase")) isTyped = child.stdin.write(typed);
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      return { code, screen };
    };
    const { code, screen } = await typing("acme", "open sesame\r");
    expect([code, screen]).toEqual([0, expect.stringContaining("made acme  key:")]);
    expect(screen).not.toContain("sesame");
    for (const key of [CTRL_C, CTRL_D]) {
      const left = await typing("other", key);
      expect([left.code, left.screen]).toEqual([130, expect.stringContaining("command-cancelled")]);
    }
    expect(readdirSync(join(folder, "keys"))).toEqual(["acme.key"]);
  });

  it("ends the command with exit code 130 where the person types Ctrl-C or Ctrl-D", async () => {
    const main = join(root, "src/cli/main.ts");
    const command = `"${process.execPath}" "${main}" --state "${folder}/pty" run "${file}" list`;
    for (const key of [CTRL_C, CTRL_D]) {
      const child = spawn(ownTerminal, ["-qec", command, "/dev/null"]);
      let screen = "";
      let typed = false;
      child.stdout.on("data", (chunk: Buffer) => {
        screen += chunk.toString();
        if (!typed && screen.includes("each? ")) typed = child.stdin.write(key);
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect([code, screen.includes("command-cancelled")]).toEqual([130, true]);
    }
  });
});
