import { type Edge, type Node, markPasts, type Source } from "./graph-node.ts";
import { GraphNodes } from "./graph-nodes.ts";
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
/// Invariants: an edge is in the list of its source exactly where it is in that of its dependent, and no two
/// join the same nodes; `edges` is their number; it and that of the nodes are within the limits whenever a
/// method returns.
export class DependencyGraph {
  readonly #nodes = new GraphNodes();
  readonly #maxNodes: number;
  readonly #maxEdges: number;
  /// Told of the keys that had to go so that the graph stays within its limits.
  readonly #overflow: (keys: string[]) => void;
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
    return this.#nodes.size;
  }

  get edges(): number {
    return this.#edges;
  }

  /// Notes what `key` was made from, in place of what was noted before, and the levels that hold
  /// it. False, and nothing noted, where its sources alone are more than the graph may hold.
  record(key: string, about: EntryAbout, holders: number): boolean {
    const count = about.dependsOn.length + about.tags.length + about.events.length;
    if (count === 0 && this.#nodes.size === 0) return true;
    const known = this.#nodes.key(key);
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
    const node = this.#nodes.obtain("key", key);
    this.#hold(node, holders);
    const walk = ++this.#walk;
    for (const id of about.dependsOn) this.#link(node, this.#nodes.obtain("key", id), walk);
    for (const id of about.tags) this.#link(node, this.#nodes.obtain("tag", id), walk);
    for (const id of about.events) this.#link(node, this.#nodes.obtain("event", id), walk);
    return true;
  }

  knows(key: string): boolean {
    return this.#nodes.key(key) !== undefined;
  }

  /// Every entry whose key starts with `prefix` left every level.
  forgetAll(prefix: string): void {
    for (const { id } of this.#nodes.keys()) if (id.startsWith(prefix)) this.forget(id);
  }

  /// One more level holds the entry.
  holds(key: string, holder: number): void {
    const node = this.#nodes.key(key);
    if (node !== undefined) this.#hold(node, node.holders | holder);
  }

  /// The entry left a level.
  left(key: string, holder: number): void {
    if (this.#held === 0) return;
    const node = this.#nodes.key(key);
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
      const node = this.#nodes.obtain(kind, id);
      if (node.mark === walk) continue;
      node.mark = walk;
      reached.push(node);
    }
    for (let i = 0; i < reached.length; i++) {
      const { dependents } = reached[i]!;
      for (let edge = dependents; edge !== undefined; edge = edge.nextDependent) {
        const { dependent } = edge;
        if (dependent.mark === walk) continue;
        dependent.mark = walk;
        reached.push(dependent);
      }
    }
    this.#removeAll(reached, walk);
    return reached;
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
    const first = node.sources;
    node.sources = undefined;
    for (let edge = first; edge !== undefined; edge = edge.nextSource) this.#unlink(edge);
    for (let edge = first; edge !== undefined; edge = edge.nextSource) {
      if (edge.source !== node) this.#release(edge.source);
    }
  }

  /// Drops a node that nothing was made from and that is not held, or made from nothing; and then,
  /// maybe, its sources.
  #release(node: Node): void {
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.dependents !== undefined) continue;
      if (next.holders !== 0 && next.sources !== undefined) continue;
      if (!this.#nodes.delete(next)) continue;
      this.#hold(next, 0);
      for (let edge = next.sources; edge !== undefined; edge = edge.nextSource) {
        this.#unlink(edge);
        pending.push(edge.source);
      }
      next.sources = undefined;
    }
  }

  /// Removes nodes that carry the mark and on which nothing without it depends: only edges to sources
  /// outside need cutting.
  #removeAll(nodes: readonly Node[], walk: number): void {
    this.#nodes.deleteMarked(nodes, walk);
    for (const node of nodes) {
      this.#hold(node, 0);
      for (let edge = node.sources; edge !== undefined; edge = edge.nextSource) {
        if (edge.source.mark === walk) {
          this.#edges -= 1;
          continue;
        }
        this.#unlink(edge);
        this.#release(edge.source);
      }
    }
  }

  #unlink(edge: Edge): void {
    edge.unlink();
    this.#edges -= 1;
  }

  /// Room for a node with `count` sources: first by dropping what nobody's past needs, then by
  /// giving up the entries recorded longest ago, with what was made from them.
  #makeRoom(count: number): boolean {
    if (count + 1 > this.#maxNodes || count > this.#maxEdges) return false;
    const fits = (): boolean =>
      this.#nodes.size + count + 1 <= this.#maxNodes && this.#edges + count <= this.#maxEdges;
    if (fits()) return true;
    this.#sweep();
    const gone: string[] = [];
    while (!fits()) {
      const oldest = this.#nodes.nextDerived();
      if (oldest === undefined) break;
      for (const source of this.cascade([oldest])) if (source.kind === "key") gone.push(source.id);
    }
    if (gone.length > 0) this.#overflow(gone);
    return fits();
  }

  #sweepIfDue(): void {
    if (this.#nodes.size - this.#held >= this.#sweepAt) this.#sweep();
  }

  /// Cycles of nodes that nobody holds keep each other; this finds them.
  #sweep(): void {
    const walk = ++this.#walk;
    const needed = [...this.#nodes.keys()].filter(({ holders }) => holders !== 0);
    for (const node of needed) node.mark = walk;
    markPasts(needed, walk);
    const useless = [...this.#nodes.all()].filter(({ mark }) => mark !== walk);
    const drop = ++this.#walk;
    for (const node of useless) node.mark = drop;
    this.#removeAll(useless, drop);
    this.#sweepAt = 1000 + 2 * (this.#nodes.size - this.#held);
  }
}
