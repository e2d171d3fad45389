import type { EntryAbout } from "./level.ts";

export type SourceKind = "key" | "tag" | "event";

export interface Source {
  readonly kind: SourceKind;
  readonly id: string;
}

export interface GraphLimits {
  /// Default: 200,000.
  readonly nodes?: number;
  /// Default: 1,000,000.
  readonly edges?: number;
}

class Node implements Source {
  readonly kind: SourceKind;
  readonly id: string;
  /// A bit per level that holds the entry. A node without any stays as long as something that is
  /// held was made from it, directly or not.
  holders = 0;
  sources: Node[] = [];
  readonly dependents = new Set<Node>();
  /// Number of the walk that last came by.
  mark = 0;

  constructor(kind: SourceKind, id: string) {
    this.kind = kind;
    this.id = id;
  }
}

/// Which entries were made from which keys, tags and events. Only entries that name something, or
/// are named, have a node. Cycles are allowed.
///
/// Invariants: `a in b.sources` exactly where `b in a.dependents`; `edges` is the sum of the
/// lengths of all sources; both are within the limits whenever a method returns.
export class DependencyGraph {
  readonly #nodes: Record<SourceKind, Map<string, Node>> = {
    key: new Map(),
    tag: new Map(),
    event: new Map(),
  };
  /// Nodes that have sources, the one recorded longest ago first.
  readonly #derived = new Set<Node>();
  readonly #maxNodes: number;
  readonly #maxEdges: number;
  /// Told of the keys that had to go so that the graph stays within its limits.
  readonly #overflow: (keys: string[]) => void;
  #size = 0;
  #edges = 0;
  #held = 0;
  #walk = 0;
  /// The number of nodes held by no level at which to look for those in nobody's past.
  #sweepAt = 1000;

  constructor(limits: GraphLimits, overflow: (keys: string[]) => void) {
    this.#maxNodes = limits.nodes ?? 200_000;
    this.#maxEdges = limits.edges ?? 1_000_000;
    this.#overflow = overflow;
  }

  get nodes(): number {
    return this.#size;
  }

  get edges(): number {
    return this.#edges;
  }

  /// Notes what `key` was made from, in place of what was noted before, and the levels that hold
  /// it. False, and nothing noted, where its sources alone are more than the graph may hold.
  record(key: string, about: EntryAbout, holders: number): boolean {
    const count = about.dependsOn.length + about.tags.length + about.events.length;
    if (this.#size === 0 && count === 0) return true;
    const known = this.#nodes.key.get(key);
    if (known !== undefined) this.#cut(known);
    if (count === 0) {
      if (known !== undefined) {
        this.#hold(known, holders);
        this.#release(known);
      }
      return true;
    }
    if (!this.#makeRoom(count)) {
      this.forget(key);
      return false;
    }
    const node = this.#node("key", key);
    this.#hold(node, holders);
    for (const id of about.dependsOn) this.#link(node, this.#node("key", id));
    for (const id of about.tags) this.#link(node, this.#node("tag", id));
    for (const id of about.events) this.#link(node, this.#node("event", id));
    this.#derived.add(node);
    return true;
  }

  knows(key: string): boolean {
    return this.#size > 0 && this.#nodes.key.has(key);
  }

  /// Every entry whose key starts with `prefix` left every level.
  forgetAll(prefix: string): void {
    const keys: string[] = [];
    for (const key of this.#nodes.key.keys()) if (key.startsWith(prefix)) keys.push(key);
    for (const key of keys) this.forget(key);
  }

  /// One more level holds the entry.
  holds(key: string, holder: number): void {
    const node = this.#nodes.key.get(key);
    if (node !== undefined) this.#hold(node, node.holders | holder);
  }

  /// The entry left a level.
  left(key: string, holder: number): void {
    if (this.#size === 0) return;
    const node = this.#nodes.key.get(key);
    if (node === undefined || (node.holders & holder) === 0) return;
    this.#hold(node, node.holders & ~holder);
    this.#release(node);
    this.#sweepIfDue();
  }

  /// The entry left every level.
  forget(key: string): void {
    this.left(key, -1);
  }

  /// Takes the sources and everything made from them, directly or not, out of the graph. Answers
  /// with all of them that have a node; a source without one has nothing made from it.
  cascade(seeds: Iterable<Source>): Source[] {
    const walk = ++this.#walk;
    const reached: Node[] = [];
    for (const { kind, id } of seeds) {
      const node = this.#nodes[kind].get(id);
      if (node !== undefined && node.mark !== walk) {
        node.mark = walk;
        reached.push(node);
      }
    }
    for (let i = 0; i < reached.length; i++) {
      for (const dependent of reached[i]!.dependents) {
        if (dependent.mark === walk) continue;
        dependent.mark = walk;
        reached.push(dependent);
      }
    }
    // All that depends on a reached node is reached: only edges to sources outside need cutting.
    for (const node of reached) this.#remove(node, walk);
    return reached;
  }

  #node(kind: SourceKind, id: string): Node {
    const nodes = this.#nodes[kind];
    let node = nodes.get(id);
    if (node === undefined) {
      node = new Node(kind, id);
      nodes.set(id, node);
      this.#size += 1;
    }
    return node;
  }

  #hold(node: Node, holders: number): void {
    if ((node.holders === 0) !== (holders === 0)) this.#held += holders === 0 ? -1 : 1;
    node.holders = holders;
  }

  #link(node: Node, source: Node): void {
    if (source.dependents.has(node)) return;
    source.dependents.add(node);
    node.sources.push(source);
    this.#edges += 1;
  }

  /// Cuts a node from its sources.
  #cut(node: Node): void {
    const sources = node.sources;
    if (sources.length === 0) return;
    node.sources = [];
    this.#edges -= sources.length;
    this.#derived.delete(node);
    for (const source of sources) source.dependents.delete(node);
    for (const source of sources) if (source !== node) this.#release(source);
  }

  /// Drops a node that nothing was made from and that is not held, or made from nothing; and then,
  /// maybe, its sources.
  #release(node: Node): void {
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.dependents.size > 0 || (next.holders !== 0 && next.sources.length > 0)) continue;
      if (!this.#nodes[next.kind].delete(next.id)) continue;
      this.#size -= 1;
      this.#edges -= next.sources.length;
      this.#derived.delete(next);
      this.#hold(next, 0);
      for (const source of next.sources) {
        source.dependents.delete(next);
        pending.push(source);
      }
      next.sources = [];
    }
  }

  #remove(node: Node, walk: number): void {
    this.#nodes[node.kind].delete(node.id);
    this.#size -= 1;
    this.#edges -= node.sources.length;
    this.#derived.delete(node);
    this.#hold(node, 0);
    const sources = node.sources;
    node.sources = [];
    for (const source of sources) {
      if (source.mark === walk) continue;
      source.dependents.delete(node);
      this.#release(source);
    }
  }

  /// Room for a node with `count` sources: first by dropping what nobody's past needs, then by
  /// giving up the entries recorded longest ago, with what was made from them.
  #makeRoom(count: number): boolean {
    if (count + 1 > this.#maxNodes || count > this.#maxEdges) return false;
    const fits = (): boolean =>
      this.#size + count + 1 <= this.#maxNodes && this.#edges + count <= this.#maxEdges;
    if (fits()) return true;
    this.#sweep();
    const gone: string[] = [];
    while (!fits()) {
      const [oldest] = this.#derived;
      if (oldest === undefined) break;
      for (const source of this.cascade([oldest])) if (source.kind === "key") gone.push(source.id);
    }
    if (gone.length > 0) this.#overflow(gone);
    return fits();
  }

  #sweepIfDue(): void {
    if (this.#size - this.#held >= this.#sweepAt) this.#sweep();
  }

  /// Cycles of nodes that nobody holds keep each other; this finds them.
  #sweep(): void {
    const walk = ++this.#walk;
    const needed: Node[] = [];
    for (const node of this.#nodes.key.values()) {
      if (node.holders !== 0) {
        node.mark = walk;
        needed.push(node);
      }
    }
    for (let node = needed.pop(); node !== undefined; node = needed.pop()) {
      for (const source of node.sources) {
        if (source.mark === walk) continue;
        source.mark = walk;
        needed.push(source);
      }
    }
    const useless: Node[] = [];
    for (const nodes of Object.values(this.#nodes)) {
      for (const node of nodes.values()) if (node.mark !== walk) useless.push(node);
    }
    const drop = ++this.#walk;
    for (const node of useless) node.mark = drop;
    for (const node of useless) this.#remove(node, drop);
    this.#sweepAt = 1000 + 2 * (this.#size - this.#held);
  }
}
