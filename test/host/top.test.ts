import { once } from "node:events";
import { connect } from "node:net";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import type { Piece, Styled } from "../../src/cli/terminal.ts";
import { top, wholeHostHelp } from "../../src/cli/top.ts";
import { shareUsage, usageSocket } from "../../src/platform/node/index.ts";
import { eventually, failure } from "../conformance/engine-expect.ts";
import { type Rig, rig } from "./rig.ts";

const plain = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");

async function shown(state: string, json = false): Promise<string[]> {
  const lines: string[] = [];
  const out = {
    line: (...pieces: readonly Piece[]) => void lines.push(plain(pieces)),
    lines: () => undefined,
    failure: () => undefined,
    raw: (text: string) => void lines.push(text),
    style: (style: Styled["style"], text: string): Styled => ({ style, text }),
    shown: (...pieces: readonly Piece[]) => plain(pieces),
    interactive: false,
    columns: 100,
  };
  await top(state, out, process.stdin, { json });
  return lines;
}

test("tenon top prints what the plugins of a running host use, the busiest first", async () => {
  const state = await mkdtemp(join(tmpdir(), "tenon-top-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  const made = await rig();
  made.play(() => "1");
  await made.install("test/a");
  for (let n = 0; n < 3; n++) await made.host.execute("a.run");
  await failure("usage", () => shown(state));
  await using _ = await shareUsage(made.host, usageSocket(state));
  const lines = await shown(state);
  expect(lines[0]).toMatch(/^plugin +state +cpu/);
  expect(lines[1]).toMatch(/^test\/a +running /);
  expect(lines[2]).toMatch(/^test\/bystander +installed /);
  expect(lines[3]).toMatch(/^whole host +1 running /);
  // Its memory is more than the plugins': --help says what it counts.
  expect(wholeHostHelp).toMatch(/“whole host”.*memory.*ended.*buffers.*kept answers.*peak/u);
  const [json] = await shown(state, true);
  expect(JSON.parse(json!)).toMatchObject({
    instances: 1,
    plugins: [{ name: "test/bystander" }, { name: "test/a", calls: 4 }],
  });
  expect((await stat(usageSocket(state))).mode & 0o077).toBe(0);
});

test("who watches a host may leave at any moment", async () => {
  const { made, state } = await busy();
  for (let times = 0; times < 20; times++) {
    const socket = connect(usageSocket(state));
    await once(socket, "connect");
    socket.destroy();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await shown(state)).toHaveLength(4);
  expect(await made.host.execute("a.run")).toBe(1);
});

// A host whose plugin `test/a` was called more often than `test/b`.
async function busy(): Promise<{ made: Rig; shared: AsyncDisposable; state: string }> {
  const state = await mkdtemp(join(tmpdir(), "tenon-top-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  const made = await rig({ bystander: false });
  made.play(() => "1");
  for (const name of ["test/b", "test/a"]) await made.install(name);
  for (const command of ["b.run", "a.run", "a.run"]) await made.host.execute(command);
  const shared = await shareUsage(made.host, usageSocket(state));
  onTestFinished(() => shared[Symbol.asyncDispose]());
  return { made, shared, state };
}

// A person at a terminal. `screen` is what they see, `raw` whether keys come one by one.
function person(state: string) {
  const keys = new PassThrough();
  const seen = { screen: "", raw: [] as boolean[] };
  const input = Object.assign(keys, {
    isTTY: true,
    setRawMode: (raw: boolean) => void seen.raw.push(raw),
  });
  const out = {
    line: () => undefined,
    lines: () => undefined,
    failure: () => undefined,
    raw: (text: string) => {
      seen.screen = text;
    },
    style: (style: Styled["style"], text: string): Styled => ({
      style,
      text: style === "inverse" ? `> ${text}` : text,
    }),
    shown: (...pieces: readonly Piece[]) => plain(pieces),
    interactive: true,
    columns: 100,
  };
  const ended = top(state, out, input as unknown as NodeJS.ReadStream);
  // The plugins from the top, the chosen one marked.
  const rows = (): string[] =>
    seen.screen
      .split("\n")
      .map((row) => /^(> )?test\/\w+/.exec(row)?.[0])
      .filter((row) => row !== undefined);
  return { press: (key: string) => void keys.write(key), seen, rows, ended };
}

const DOWN = "\u001b[B";

test("tenon top is live in a terminal: sorted as one likes, with a key to choose, to stop, to quit", async () => {
  const { made, state } = await busy();
  const { press, seen, rows, ended } = person(state);
  press("n");
  await eventually(() => expect(rows()).toEqual(["> test/a", "test/b"]));
  press(DOWN);
  press(DOWN);
  await eventually(() => expect(rows()).toEqual(["test/a", "> test/b"]));
  expect(seen.screen).toContain("q quit");
  press("s");
  await eventually(() => expect(made.host.plugin("test/b").state).toBe("installed"));
  expect(made.host.plugin("test/a").state).toBe("running");
  await eventually(() => expect(seen.screen).toMatch(/test\/b +installed/));
  await made.host.execute("b.run");
  await made.host.execute("b.run");
  await made.host.execute("b.run");
  press("q");
  await ended;
  expect(seen.raw).toEqual([true, false]);
});

test("tenon top ends with the host, or as programs do, and gives the terminal back", async () => {
  const { shared, state } = await busy();
  const one = person(state);
  await eventually(() => expect(one.rows()).toHaveLength(2));
  one.press("\u0003");
  await one.ended;
  expect(one.seen.raw).toEqual([true, false]);
  const other = person(state);
  await eventually(() => expect(other.rows()).toHaveLength(2));
  await shared[Symbol.asyncDispose]();
  await other.ended;
  expect(other.seen.raw).toEqual([true, false]);
});
