import { describe, expect, test } from "vitest";
import { MarkerTree, TextDocument } from "../../src/text/index.ts";
import type { TextChange, TextEdit } from "../../src/text/index.ts";
import { applied } from "./arbitrary.ts";
import { randomFrom, seed, someText } from "./random.ts";
import type { Random } from "./random.ts";

const refused = (code: string, data = {}): unknown =>
  expect.objectContaining({ code, data: expect.objectContaining(data) });
const put = (at: number, insert: string): TextEdit[] => [{ start: at, end: at, insert }];
const cut = (start: number, end: number): TextEdit[] => [{ start, end, insert: "" }];

function someEdits(random: Random, length: number): TextEdit[] {
  const start = random(length + 1);
  const end = Math.min(length, start + random(6));
  return [{ start, end, insert: random(3) === 0 ? "" : someText(random).slice(0, 20) }];
}

describe("changes", () => {
  test("are told in order, with versions, and can be asked for later", () => {
    const document = new TextDocument("one");
    const told: TextChange[] = [];
    const stop = document.onChange((change) => told.push(change));
    expect(document.edit(put(3, " two"), { origin: "keyboard" })).toBe(1);
    expect(document.edit([], {})).toBe(1);
    document.edit(cut(0, 4));
    expect(told.map(({ from, to, origin }) => [from, to, origin])).toEqual([
      [0, 1, "keyboard"],
      [1, 2, undefined],
    ]);
    expect(document.changesSince(0)?.edits).toEqual([{ start: 0, end: 3, insert: "two" }]);
    expect(document.changesSince(2)?.isEmpty).toBe(true);
    expect(() => document.changesSince(3)).toThrowError(refused("text-range"));
    stop();
    document.edit(put(0, "x"));
    expect(told.length).toBe(2);
  });

  test(`all changes since any version, as one (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const document = new TextDocument("some text to begin with");
    const texts = [document.text.toString()];
    for (let i = 0; i < 200; i++) {
      const before = document.version;
      document.edit(someEdits(random, document.text.length));
      if (document.version > before) texts.push(document.text.toString());
    }
    texts.forEach((text, version) => {
      const edits = document.changesSince(version)!.edits;
      expect(applied(text, edits)).toBe(texts.at(-1));
    });
  });

  test("a listener that throws keeps nobody else from being told, and the change is made", () => {
    const document = new TextDocument("text");
    const told: number[] = [];
    document.onChange(() => {
      throw new Error("listener");
    });
    document.onChange(({ to }) => told.push(to));
    expect(() => document.edit(put(0, "x"))).toThrowError(AggregateError);
    expect(() => document.undo()).toThrowError(AggregateError);
    expect(told).toEqual([1, 2]);
    expect([document.text.toString(), document.canRedo]).toEqual(["text", true]);
  });

  test("a listener may change the text: everyone is told of both, in order", () => {
    const document = new TextDocument("a");
    document.onChange(({ to }) => to === 1 && document.edit(put(0, "!")));
    const told: string[] = [];
    document.onChange(({ to, changes }) => told.push(`${to}:${changes.edits[0]!.insert}`));
    document.edit(put(1, "b"));
    expect(told).toEqual(["1:b", "2:!"]);
    expect(document.text.toString()).toBe("!ab");
  });

  test("markers that are tracked have moved when listeners are told", () => {
    const document = new TextDocument("hello world");
    const markers = new MarkerTree<string>(11);
    const world = markers.add(6, 11, "greeted");
    document.track(markers);
    let seen = "";
    document.onChange(() => (seen = document.text.slice(world.start, world.end)));
    document.edit(put(0, "oh, "));
    expect(seen).toBe("world");
  });
});

describe("edits of an earlier version", () => {
  test("are moved to where their places are", () => {
    const document = new TextDocument("let a = 1;\nlet b = 2;\n");
    const base = document.version;
    document.edit(put(0, "// first\n"));
    document.apply(base, [{ start: 15, end: 16, insert: "c" }]);
    expect(document.text.toString()).toBe("// first\nlet a = 1;\nlet c = 2;\n");
  });

  test("are refused where the text has changed right there, and nothing happens", () => {
    const document = new TextDocument("abcdef");
    document.edit([{ start: 2, end: 4, insert: "XY" }]);
    const edits = [
      { start: 0, end: 1, insert: "_" },
      { start: 1, end: 2, insert: "_" },
      { start: 3, end: 5, insert: "" },
    ];
    expect(() => document.apply(0, edits)).toThrowError(refused("text-conflict", { edit: 2 }));
    expect(document.text.toString()).toBe("abXYef");
    expect(document.version).toBe(1);
  });

  test("are refused where too much has happened since", () => {
    const document = new TextDocument("abc", { logBytes: 1000 });
    for (let i = 0; i < 50; i++) document.edit(put(0, "x"));
    expect(() => document.apply(0, put(0, "y"))).toThrowError(refused("text-stale"));
    expect(document.apply(49, put(0, "y"))).toBe(51);
  });
});

describe("undo and redo", () => {
  test("take back and do again in groups", () => {
    const document = new TextDocument("");
    for (const letter of "typed") {
      document.edit(put(document.text.length, letter), { group: "typing" });
    }
    document.closeUndoGroup();
    for (const letter of " more") {
      document.edit(put(document.text.length, letter), { group: "typing" });
    }
    document.edit(put(0, "> "));
    const seen: string[] = [];
    while (document.undo()) seen.push(document.text.toString());
    expect(seen).toEqual(["typed more", "typed", ""]);
    while (document.redo()) seen.push(document.text.toString());
    expect(seen.slice(3)).toEqual(["typed", "typed more", "> typed more"]);
    document.undo();
    document.edit(put(0, "new"));
    expect(document.canRedo).toBe(false);
  });

  test(`a thousand edits, taken back one by one and done again (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const document = new TextDocument("start\r\n");
    const texts = [document.text.toString()];
    for (let i = 0; i < 1000; i++) {
      const before = document.version;
      document.edit(someEdits(random, document.text.length));
      if (document.version > before) texts.push(document.text.toString());
    }
    for (let i = texts.length - 2; i >= 0; i--) {
      expect(document.undo()).toBe(true);
      expect(document.text.toString() === texts[i]).toBe(true);
    }
    expect(document.undo()).toBe(false);
    for (let i = 1; i < texts.length; i++) {
      expect(document.redo()).toBe(true);
      expect(document.text.toString() === texts[i]).toBe(true);
    }
  });

  test("leave what others wrote meanwhile alone", () => {
    const document = new TextDocument("mine: yours:");
    document.edit(put(5, " one"));
    document.edit(put(document.text.length, " a"), { author: "foreign" });
    document.edit(put(9, " two"));
    document.edit(put(document.text.length, " b"), { author: "foreign" });
    document.edit(put(0, "# "), { author: "foreign" });
    expect(document.text.toString()).toBe("# mine: one two yours: a b");
    document.undo();
    document.undo();
    expect(document.text.toString()).toBe("# mine: yours: a b");
    document.redo();
    document.edit(put(document.text.length, "!"), { author: "foreign" });
    document.redo();
    expect(document.text.toString()).toBe("# mine: one two yours: a b!");
  });

  test(`undoing everything leaves just what others wrote (seed ${seed})`, () => {
    for (let round = 0; round < 60; round++) {
      const random = randomFrom(seed + round);
      const document = new TextDocument("0123456789");
      const letters = new Set<string>();
      for (let i = 0; i < 40; i++) {
        const at = random(document.text.length + 1);
        if (random(2) === 0) {
          const letter = String.fromCharCode(0x4e00 + i);
          letters.add(letter);
          document.edit(put(at, letter), { author: "foreign" });
        } else if (random(3) > 0) {
          document.edit(put(at, "mine"));
        } else {
          document.edit(cut(Math.min(at, document.text.length), document.text.length).slice(0, 1));
        }
        if (random(6) === 0) document.undo();
        if (random(9) === 0) document.redo();
      }
      while (document.undo());
      const left = document.text.toString();
      expect(left).not.toMatch(/[mine]/);
      expect([...letters].filter((letter) => !left.includes(letter))).toEqual([]);
      expect(left.replaceAll(/[^\d]/g, "")).toBe("0123456789");
    }
  });

  test("go on with a group after others wrote something and took it back", () => {
    const document = new TextDocument("text");
    document.edit(put(4, "a"), { group: "typing" });
    document.edit(put(0, "x"), { author: "foreign" });
    document.edit(cut(0, 1), { author: "foreign" });
    document.edit(put(5, "b"), { group: "typing" });
    document.edit(put(0, "> "), { author: "foreign" });
    document.undo();
    expect(document.text.toString()).toBe("> text");
    document.edit(put(6, "c"), { group: "none" });
    document.edit(cut(6, 7), { group: "none" });
    document.edit(cut(0, 2), { author: "foreign" });
    expect([document.undo(), document.text.toString()]).toEqual([false, "text"]);
  });

  test("take back a group of twenty thousand scattered edits among as many of others", () => {
    const count = 20_000;
    const text = "abcdefghij".repeat(count);
    const document = new TextDocument(text);
    for (const author of ["own", "foreign"] as const) {
      const at = author === "own" ? 3 : 7;
      for (let i = 0; i < count; i++) {
        const start = 10 * ((i * 7919) % count) + at;
        document.edit([{ start, end: start + 1, insert: "_" }], { author, group: "all" });
      }
    }
    expect(document.text.toString()).toBe("abc_efg_ij".repeat(count));
    expect(document.undo()).toBe(true);
    expect(document.text.toString()).toBe("abcdefg_ij".repeat(count));
    expect(document.redo()).toBe(true);
    expect(document.text.toString()).toBe("abc_efg_ij".repeat(count));
    expect(document.canRedo).toBe(false);
  });

  test("say whose step is next", () => {
    const document = new TextDocument("text");
    const group = "typing";
    document.edit(put(4, "a"), { group, origin: "keyboard" });
    document.edit(put(5, "b"), { group, origin: "keyboard" });
    document.edit(put(0, "> "), { group, origin: "formatter" });
    expect([document.undoOrigin, document.redoOrigin]).toEqual(["formatter", undefined]);
    document.undo();
    expect([document.undoOrigin, document.redoOrigin]).toEqual(["keyboard", "formatter"]);
    document.undo();
    expect([document.text.toString(), document.undoOrigin]).toEqual(["text", undefined]);
    document.redo();
    document.redo();
    expect([document.text.toString(), document.undoOrigin]).toEqual(["> textab", "formatter"]);
  });

  test("forget the oldest steps beyond the limit", () => {
    const document = new TextDocument("", { undoBytes: 15 * (768 + 128 + 64) });
    for (let i = 0; i < 100; i++) document.edit(put(i, "x"));
    let count = 0;
    while (document.undo()) count++;
    expect(count).toBe(15);
    const none = new TextDocument("", { undoBytes: 0 });
    none.edit(put(0, "x"));
    expect([none.canUndo, none.undo()]).toEqual([false, false]);
  });
});
