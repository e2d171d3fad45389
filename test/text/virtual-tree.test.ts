import { describe, expect, test } from "vitest";
import { VirtualTree } from "../../src/text/index.ts";
import type { NewEntry, RowChange, TreeNode } from "../../src/text/index.ts";
import { randomFrom, seed } from "./random.ts";

const removed = expect.objectContaining({ code: "text-removed" });

function entries(...names: string[]): NewEntry<string>[] {
  return names.map((entry) => ({ entry, branch: entry.endsWith("/") }));
}

// What shows, one line for each row.
function shown(tree: VirtualTree<string>): string {
  return tree
    .slice()
    .map(({ entry, depth }) => "  ".repeat(depth) + entry)
    .join("\n");
}

// A tree as plain nested arrays.
interface Plain {
  readonly node: TreeNode<number>;
  readonly parent: Plain | undefined;
  expanded: boolean;
  children: Plain[] | undefined;
}

function visible(plain: readonly Plain[]): Plain[] {
  return plain.flatMap((one) => [one, ...(one.expanded ? visible(one.children ?? []) : [])]);
}

function everything(plain: readonly Plain[]): Plain[] {
  return plain.flatMap((one) => [one, ...everything(one.children ?? [])]);
}

function matches(tree: VirtualTree<number>, top: readonly Plain[]): void {
  const rows = visible(top);
  const all = everything(top);
  expect([tree.rows, tree.size]).toEqual([rows.length, all.length]);
  const nodes = tree.slice();
  expect(nodes.every((node, i) => node === rows[i]!.node)).toBe(true);
  const places = new Map(rows.map(({ node }, row) => [node, row]));
  for (const one of all) {
    const { node, parent, children } = one;
    expect(tree.indexOf(node)).toBe(places.get(node));
    expect(node.parent).toBe(parent?.node);
    expect(node.expanded).toBe(one.expanded);
    expect(tree.sizeOf(node)).toBe(everything(children ?? []).length);
    expect(tree.rowsOf(node)).toBe(one.expanded ? visible(children ?? []).length : 0);
    if (children !== undefined && node.children.tag === "loaded") {
      expect(node.children.count).toBe(children.length);
    }
  }
}

// What a change says, done to the list of what showed before.
function followed(
  before: readonly TreeNode<number>[],
  change: RowChange | undefined,
  tree: VirtualTree<number>,
): readonly TreeNode<number>[] {
  if (change === undefined) return before;
  const { at, removed, inserted } = change;
  expect(removed + inserted).toBeGreaterThan(0);
  return before.toSpliced(at, removed, ...tree.slice(at, at + inserted));
}

describe("a virtual tree", () => {
  test("shows what is below expanded nodes, loaded when wanted", () => {
    const tree = new VirtualTree(entries("src/", "readme"));
    const src = tree.at(0);
    expect(tree.expand(src)).toBe(undefined);
    expect(src.children.tag).toBe("unloaded");
    const load = tree.load(src)!;
    expect(src.children.tag).toBe("loading");
    expect(tree.load(src)).toBe(undefined);
    expect(load.done(entries("text/", "errors"))).toEqual({ at: 1, removed: 0, inserted: 2 });
    expect(shown(tree)).toBe("src/\n  text/\n  errors\nreadme");
    const text = tree.at(1);
    tree.load(text)!.done(entries("tree", "node"));
    expect(tree.rows).toBe(4);
    expect(tree.size).toBe(6);
    expect(tree.expand(text)).toEqual({ at: 2, removed: 0, inserted: 2 });
    expect(tree.collapse(src)).toEqual({ at: 1, removed: 4, inserted: 0 });
    expect(shown(tree)).toBe("src/\nreadme");
    expect(tree.indexOf(text)).toBe(undefined);
    expect(tree.expand(src)).toEqual({ at: 1, removed: 0, inserted: 4 });
    expect(shown(tree)).toBe("src/\n  text/\n    tree\n    node\n  errors\nreadme");
  });

  test("reveals a node by expanding all that it is below of, and tells it as one change", () => {
    const tree = new VirtualTree(entries("a/", "z"));
    const a = tree.at(0);
    tree.load(a)!.done(entries("b/", "y"));
    tree.expand(a);
    const b = tree.at(1);
    tree.load(b)!.done(entries("c"));
    tree.expand(b);
    const c = tree.at(2);
    tree.collapse(b);
    tree.collapse(a);
    expect(tree.reveal(c)).toEqual({ at: 1, removed: 0, inserted: 3 });
    expect(shown(tree)).toBe("a/\n  b/\n    c\n  y\nz");
    expect(tree.reveal(c)).toBe(undefined);
  });

  test("lets a load fail, be tried again, and lapse", () => {
    const tree = new VirtualTree(entries("a/", "b/"));
    const [a, b] = tree.slice() as [TreeNode<string>, TreeNode<string>];
    const first = tree.load(a)!;
    first.failed("offline");
    expect(a.children).toEqual({ tag: "failed", reason: "offline" });
    expect(first.open).toBe(false);
    const second = tree.load(a)!;
    expect(first.done(entries("late"))).toBe(undefined);
    tree.expand(a);
    expect(second.done(entries("x"))).toEqual({ at: 1, removed: 0, inserted: 1 });
    expect(second.done(entries("again"))).toBe(undefined);
    const late = tree.load(b)!;
    tree.remove(b);
    expect(late.open).toBe(false);
    expect(late.done(entries("nowhere"))).toBe(undefined);
    expect(tree.unload(a)).toEqual({ at: 1, removed: 1, inserted: 0 });
    expect(a.children.tag).toBe("unloaded");
    expect(shown(tree)).toBe("a/");
    expect(tree.size).toBe(1);
  });

  test("inserts and removes anywhere, shown or not", () => {
    const tree = new VirtualTree(entries("a/", "b"));
    const a = tree.at(0);
    expect(() => tree.insert(a, entries("x"))).toThrow(
      expect.objectContaining({ code: "text-unloaded" }),
    );
    tree.load(a)!.done(entries("x", "y/"));
    expect(tree.insert(a, entries("z"))).toBe(undefined);
    tree.expand(a);
    const y = tree.at(2);
    expect(tree.insert(a, entries("w"), y)).toEqual({ at: 2, removed: 0, inserted: 1 });
    expect(tree.insert(undefined, entries("c"))).toEqual({ at: 6, removed: 0, inserted: 1 });
    const b = tree.at(5);
    expect(b.children.tag).toBe("none");
    tree.insert(b, entries("leaf no more"));
    expect(tree.expand(b)).toEqual({ at: 6, removed: 0, inserted: 1 });
    expect(() => tree.insert(b, entries("d"), y)).toThrow(
      expect.objectContaining({ code: "text-range" }),
    );
    expect(tree.remove(a)).toEqual({ at: 0, removed: 5, inserted: 0 });
    for (const act of [
      () => tree.expand(a),
      () => tree.remove(y),
      () => tree.insert(a, entries("q")),
    ]) {
      expect(act).toThrow(removed);
    }
    expect([tree.has(a), tree.has(y), tree.has(b)]).toEqual([false, false, true]);
    expect(shown(tree)).toBe("b\n  leaf no more\nc");
    expect(() => new VirtualTree(entries("other")).remove(b)).toThrow(removed);
    expect(() => tree.at(3)).toThrow(expect.objectContaining({ code: "text-range" }));
  });

  test(`matches a plain tree through thousands of changes (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const tree = new VirtualTree<number>();
    const top: Plain[] = [];
    let next = 0;
    let before: readonly TreeNode<number>[] = [];
    const some = (): NewEntry<number>[] =>
      Array.from({ length: random(5) }, () => ({ entry: next++, branch: random(3) > 0 }));
    for (let round = 0; round < 2000; round++) {
      const all = everything(top);
      const one = all[random(all.length)];
      const kind = random(14);
      const change = one === undefined || kind === 0 ? onTop() : act(one, kind);
      before = followed(before, change, tree);
      expect(before.length).toBe(tree.rows);
      if (round % 25 === 0) {
        matches(tree, top);
        expect(before.every((node, row) => node === tree.at(row))).toBe(true);
      }
      if (one !== undefined && kind > 0 && kind < 3 && all.length > 120) {
        before = followed(before, remove(one), tree);
      }
    }
    matches(tree, top);

    function onTop(): RowChange | undefined {
      const added = some();
      const at = random(top.length + 1);
      const change = tree.insert(undefined, added, top[at]?.node);
      adopt(undefined, top, at, added);
      return change;
    }

    // Finds the nodes that were made for new entries by their rows.
    function adopt(
      parent: Plain | undefined,
      into: Plain[],
      at: number,
      added: readonly NewEntry<number>[],
    ): void {
      const nodes = childNodes(tree, parent, added);
      const plain = nodes.map((node) => ({ node, parent, expanded: false, children: undefined }));
      into.splice(at, 0, ...plain);
    }

    function remove(one: Plain): RowChange | undefined {
      const siblings = one.parent?.children ?? top;
      siblings.splice(siblings.indexOf(one), 1);
      return tree.remove(one.node);
    }

    function act(one: Plain, kind: number): RowChange | undefined {
      const { node } = one;
      if (kind < 6) {
        const change = tree.expand(node);
        one.expanded ||= node.children.tag !== "none";
        return change;
      }
      if (kind < 8) {
        one.expanded = false;
        return tree.collapse(node);
      }
      if (kind < 11) return grow(one);
      if (kind === 11) {
        for (let up = one.parent; up !== undefined; up = up.parent) up.expanded = true;
        return tree.reveal(node);
      }
      if (kind === 12 && random(4) === 0) {
        if (node.children.tag !== "none") one.children = undefined;
        return tree.unload(node);
      }
      return random(3) === 0 ? remove(one) : undefined;
    }

    function grow(one: Plain): RowChange | undefined {
      const { node } = one;
      const added = some();
      if (node.children.tag === "unloaded") {
        const change = tree.load(node)!.done(added);
        adopt(one, (one.children = []), 0, added);
        return change;
      }
      const at = random((one.children?.length ?? 0) + 1);
      const change = tree.insert(node, added, one.children?.[at]?.node);
      adopt(one, (one.children ??= []), at, added);
      return change;
    }
  });

  test("holds a million entries, and finds each by row and each row by entry", () => {
    const count = 1_000_000;
    const tree = new VirtualTree<number>([{ entry: -1, branch: true }]);
    const root = tree.at(0);
    tree.expand(root);
    const folders = Array.from({ length: 1000 }, (_, entry) => ({ entry, branch: true }));
    tree.load(root)!.done(folders);
    const files = Array.from({ length: 999 }, (_, entry) => ({ entry }));
    for (const folder of tree.slice(1)) tree.load(folder)!.done(files);
    expect([tree.rows, tree.size]).toEqual([1001, count + 1]);
    for (const folder of tree.slice(1)) tree.expand(folder);
    expect(tree.rows).toBe(count + 1);
    const random = randomFrom(seed);
    for (let i = 0; i < 2000; i++) {
      const row = random(count);
      const node = tree.at(row);
      expect(tree.indexOf(node)).toBe(row);
      if (row > 0) expect(node.entry).toBe(row % 1000 === 1 ? (row - 1) / 1000 : (row - 2) % 1000);
    }
    expect(tree.collapse(root)).toEqual({ at: 1, removed: count, inserted: 0 });
    expect(tree.expand(root)).toEqual({ at: 1, removed: 0, inserted: count });
  });

  test("is no slower for being ten thousand levels deep", () => {
    const tree = new VirtualTree<number>([{ entry: 0, branch: true }]);
    let node = tree.at(0);
    for (let depth = 1; depth <= 10_000; depth++) {
      tree.expand(node);
      const below = [{ entry: depth, branch: true }];
      tree.load(node)!.done(below);
      node = tree.at(depth);
    }
    expect(tree.indexOf(node)).toBe(10_000);
    expect(tree.collapse(tree.at(5000))).toEqual({ at: 5001, removed: 5000, inserted: 0 });
    expect(tree.reveal(node)).toEqual({ at: 5001, removed: 0, inserted: 5000 });
    for (let depth = 9999; depth >= 0; depth--) tree.collapse(tree.at(depth));
    expect(tree.rows).toBe(1);
    expect(tree.reveal(node)).toEqual({ at: 1, removed: 0, inserted: 10_000 });
    expect(tree.sizeOf(tree.at(0))).toBe(10_000);
  });
});

// The nodes of new entries, which have numbers of their own: expands what hides them and collapses it
// again.
function childNodes(
  tree: VirtualTree<number>,
  parent: Plain | undefined,
  added: readonly NewEntry<number>[],
): TreeNode<number>[] {
  const opened: TreeNode<number>[] = [];
  for (let up = parent; up !== undefined; up = up.parent) {
    if (!up.node.expanded) opened.push(up.node);
  }
  for (const node of opened.toReversed()) tree.expand(node);
  const byEntry = new Map(tree.slice().map((node) => [node.entry, node]));
  for (const node of opened) tree.collapse(node);
  return added.map(({ entry }) => byEntry.get(entry)!);
}
