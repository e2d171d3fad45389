import { Node, markPasts, type Source, type SourceKind } from "./graph-node.ts";
import type { EntryAbout } from "./level.ts";

export interface GraphLimits {
  /// Default: 200,000.
  readonly nodes?: number;
  /// Default: 1,000,000.
  readonly edges?: number;
}

/// Which entries were made from which keys, tags and events. Only entries that name something, or
/// are named, have a node. Cycles are allowed.
///
/// Invariants: `a` is once in `b.sources` exactly where `b` is once in `a.dependents`; `edges` is the sum of the
/// lengths of all sources; both are within the limits whenever a method returns.
export class DependencyGraph {
  readonly #nodes: Record<SourceKind, Map<string, Node>> = {
    key: new Map(),
    tag: new Map(),
    event: new Map(),
  };
  /// Goes round the keys' nodes, from the one made longest ago, for what to give up next.
  #hand: Iterator<Node> | undefined;
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
    const walk = ++this.#walk;
    for (const id of about.dependsOn) this.#link(node, this.#node("key", id), walk);
    for (const id of about.tags) this.#link(node, this.#node("tag", id), walk);
    for (const id of about.events) this.#link(node, this.#node("event", id), walk);
    return true;
  }

  knows(key: string): boolean {
    return this.#size > 0 && this.#nodes.key.has(key);
  }

  /// Every entry whose key starts with `prefix` left every level.
  forgetAll(prefix: string): void {
    const keys = [...this.#nodes.key.keys()];
    for (const key of keys) if (key.startsWith(prefix)) this.forget(key);
  }

  /// One more level holds the entry.
  holds(key: string, holder: number): void {
    const node = this.#nodes.key.get(key);
    if (node !== undefined) this.#hold(node, node.holders | holder);
  }

  /// The entry left a level.
  left(key: string, holder: number): void {
    if (this.#held === 0) return;
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
  /// with all of them, each once.
  cascade(seeds: Iterable<Source>): readonly Source[] {
    const walk = ++this.#walk;
    const reached: Node[] = [];
    for (const { kind, id } of seeds) {
      // One without a node has nothing made from it; it gets one so that it is told of once.
      const node = this.#node(kind, id);
      if (node.mark === walk) continue;
      node.mark = walk;
      reached.push(node);
    }
    for (let i = 0; i < reached.length; i++) {
      const { dependents } = reached[i]!;
      for (let j = 0; j < dependents.length; j++) {
        const dependent = dependents[j]!;
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

  /// `walk` marks the sources that the node has already.
  #link(node: Node, source: Node, walk: number): void {
    if (source.mark === walk) return;
    source.mark = walk;
    node.link(source);
    this.#edges += 1;
  }

  /// Cuts a node from its sources.
  #cut(node: Node): void {
    const sources = node.sources;
    if (sources.length === 0) return;
    this.#edges -= sources.length;
    for (let rank = 0; rank < sources.length; rank++) node.unlink(rank);
    node.forgetSources();
    for (const source of sources) if (source !== node) this.#release(source);
  }

  /// Drops a node that nothing was made from and that is not held, or made from nothing; and then,
  /// maybe, its sources.
  #release(node: Node): void {
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.dependents.length > 0 || (next.holders !== 0 && next.sources.length > 0)) continue;
      if (!this.#nodes[next.kind].delete(next.id)) continue;
      this.#size -= 1;
      this.#edges -= next.sources.length;
      this.#hold(next, 0);
      for (let rank = 0; rank < next.sources.length; rank++) {
        next.unlink(rank);
        pending.push(next.sources[rank]!);
      }
      next.forgetSources();
    }
  }

  #remove(node: Node, walk: number): void {
    this.#nodes[node.kind].delete(node.id);
    this.#size -= 1;
    this.#edges -= node.sources.length;
    this.#hold(node, 0);
    for (let rank = 0; rank < node.sources.length; rank++) {
      const source = node.sources[rank]!;
      if (source.mark === walk) continue;
      node.unlink(rank);
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
      const oldest = this.#oldest();
      if (oldest === undefined) break;
      for (const source of this.cascade([oldest])) if (source.kind === "key") gone.push(source.id);
    }
    if (gone.length > 0) this.#overflow(gone);
    return fits();
  }

  /// The next node with sources.
  #oldest(): Node | undefined {
    for (let round = 0; round < 2; round++) {
      this.#hand ??= this.#nodes.key.values();
      for (let next = this.#hand.next(); next.done !== true; next = this.#hand.next()) {
        if (next.value.sources.length > 0) return next.value;
      }
      this.#hand = undefined;
    }
    return undefined;
  }

  #sweepIfDue(): void {
    if (this.#size - this.#held >= this.#sweepAt) this.#sweep();
  }

  /// Cycles of nodes that nobody holds keep each other; this finds them.
  #sweep(): void {
    const walk = ++this.#walk;
    const needed = [...this.#nodes.key.values()].filter(({ holders }) => holders !== 0);
    for (const node of needed) node.mark = walk;
    markPasts(needed, walk);
    const { key, tag, event } = this.#nodes;
    const all = [...key.values(), ...tag.values(), ...event.values()];
    const useless = all.filter(({ mark }) => mark !== walk);
    const drop = ++this.#walk;
    for (const node of useless) node.mark = drop;
    for (const node of useless) this.#remove(node, drop);
    this.#sweepAt = 1000 + 2 * (this.#size - this.#held);
  }
}
