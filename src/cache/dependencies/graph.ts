import { type Edge, type Node, markPasts, type Source, type SourceKind } from "./graph-node.ts";
import { GraphNodes } from "./graph-nodes.ts";
import { limit, type Rules } from "../../option-rules.ts";
import type { EntryMetadata } from "../levels/level.ts";

/** How large the graph of dependencies may grow. */
export interface GraphLimits {
  /** Default: 200,000. */
  readonly nodes?: number;
  /** Default: 1,000,000. */
  readonly edges?: number;
}

export const GRAPH_RULES: Rules<GraphLimits> = { nodes: limit(1), edges: limit(1) };

/**
 * Which entries were made from which keys, tags and events. Only entries that name something, or
 * are named, have a node. Cycles are allowed. Invariants: an edge is in the list of its source
 * exactly where it is in that of its dependent; two nodes are joined by at most one edge in each
 * direction; `edges` is the number of edges; the numbers of edges and nodes are within the limits
 * whenever a method returns.
 */
export class DependencyGraph {
  readonly #nodes = new GraphNodes();
  readonly #maxNodes: number;
  readonly #maxEdges: number;
  /** Told of the keys that were removed to keep the graph within its limits. */
  readonly #overflow: (keys: string[]) => void;
  #edges = 0;
  #held = 0;
  #walk = 0;
  /** When this many nodes are held by no level, those that no entry depends on are searched for. */
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

  /**
   * Notes what `key` was made from, in place of what was noted before, and the levels that hold it.
   * False, and nothing is noted, if its sources alone are more than the graph can hold.
   */
  record(key: string, metadata: EntryMetadata, levelBits: number): boolean {
    const count = metadata.dependsOn.length + metadata.tags.length + metadata.events.length;
    if (count === 0 && this.#nodes.size === 0) return true;
    const known = this.#nodes.key(key);
    // The old edges are released only after the new ones are made: a source that is named again
    // keeps its own sources.
    const before = known === undefined ? [] : this.#cut(known);
    if (count === 0) {
      if (known !== undefined) {
        this.#hold(known, levelBits);
        this.#release([known, ...before]);
      }
      return true;
    }
    if (!this.#makeRoom(count, metadata, before)) {
      this.forget(key);
      this.#release(before);
      return false;
    }
    const node = this.#nodes.obtain("key", key);
    this.#hold(node, levelBits);
    const walk = ++this.#walk;
    for (const id of metadata.dependsOn) this.#link(node, this.#nodes.obtain("key", id), walk);
    for (const id of metadata.tags) this.#link(node, this.#nodes.obtain("tag", id), walk);
    for (const id of metadata.events) this.#link(node, this.#nodes.obtain("event", id), walk);
    this.#release(before);
    return true;
  }

  knows(key: string): boolean {
    return this.#nodes.key(key) !== undefined;
  }

  /** Every entry whose key starts with `prefix` left every level. */
  forgetAll(prefix: string): void {
    for (const { id } of this.#nodes.keys()) if (id.startsWith(prefix)) this.forget(id);
  }

  /** One more level holds the entry. */
  holds(key: string, levelBit: number): void {
    const node = this.#nodes.key(key);
    if (node !== undefined) this.#hold(node, node.levelBits | levelBit);
  }

  /** The entry left a level. */
  left(key: string, levelBit: number): void {
    if (this.#held === 0) return;
    const node = this.#nodes.key(key);
    if (node === undefined || (node.levelBits & levelBit) === 0) return;
    this.#hold(node, node.levelBits & ~levelBit);
    this.#release([node]);
    this.#sweepIfDue();
  }

  /** The entry left every level. */
  forget(key: string): void {
    this.left(key, -1);
  }

  /**
   * Takes the sources and everything made from them, directly or not, out of the graph. Returns all
   * of them, each once.
   */
  cascade(seeds: Iterable<Source>): readonly Node[] {
    const walk = ++this.#walk;
    const reached: Node[] = [];
    for (const { kind, id } of seeds) {
      // An entry without a node has no dependents; it gets a node so that it is reported once.
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

  #hold(node: Node, levelBits: number): void {
    if ((node.levelBits === 0) !== (levelBits === 0)) this.#held += levelBits === 0 ? -1 : 1;
    node.levelBits = levelBits;
  }

  /** `walk` marks the sources that the node has already. */
  #link(node: Node, source: Node, walk: number): void {
    if (source.mark === walk) return;
    source.mark = walk;
    node.link(source);
    this.#edges += 1;
  }

  /** Removes the edges from a node to its sources, and returns the sources. */
  #cut(node: Node): Node[] {
    const sources: Node[] = [];
    for (let edge = node.sources; edge !== undefined; edge = edge.nextSource) {
      this.#unlink(edge);
      sources.push(edge.source);
    }
    node.sources = undefined;
    return sources;
  }

  /**
   * Drops the nodes that have no dependents and are neither held by a level nor made from anything;
   * then their sources, where the same is true of them. Empties the list.
   */
  #release(pending: Node[]): void {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.dependents !== undefined) continue;
      if (next.levelBits !== 0 && next.sources !== undefined) continue;
      if (!this.#nodes.delete(next)) continue;
      this.#hold(next, 0);
      pending.push(...this.#cut(next));
    }
  }

  /**
   * Removes nodes that carry the mark and on which nothing without it depends: only edges to sources
   * outside need cutting.
   */
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
        this.#release([edge.source]);
      }
    }
  }

  #unlink(edge: Edge): void {
    edge.unlink();
    this.#edges -= 1;
  }

  /**
   * Makes room for a node with the sources of `metadata`, `count` of them: first by dropping nodes
   * that no entry depends on, then by giving up the entries recorded longest ago with everything
   * made from them. `before` are the node's former sources: those that it names again stay.
   */
  #makeRoom(count: number, metadata: EntryMetadata, before: readonly Node[]): boolean {
    if (count + 1 > this.#maxNodes || count > this.#maxEdges) return false;
    if (this.#fits(count, count)) return true;
    const again = new Set<Node>();
    for (const kind of ["key", "tag", "event"] as const) {
      const ids = new Set(sourcesOf(metadata, kind));
      for (const node of before) if (node.kind === kind && ids.has(node.id)) again.add(node);
    }
    this.#sweep(again);
    const gone: string[] = [];
    while (!this.#fits(count - again.size, count)) {
      const oldest = this.#nodes.nextDerived();
      if (oldest === undefined) break;
      for (const source of this.cascade([oldest])) {
        again.delete(source);
        if (source.kind === "key") gone.push(source.id);
      }
    }
    if (gone.length > 0) this.#overflow(gone);
    return this.#fits(count - again.size, count);
  }

  /** Whether one more node would fit, with the nodes that it is made from and the edges to them. */
  #fits(sources: number, edges: number): boolean {
    return this.#nodes.size + sources < this.#maxNodes && this.#edges + edges <= this.#maxEdges;
  }

  #sweepIfDue(): void {
    if (this.#nodes.size - this.#held >= this.#sweepAt) this.#sweep();
  }

  /**
   * Nodes in a cycle that no level holds keep each other; this finds them. `stays` and everything
   * that it was made from are kept.
   */
  #sweep(stay: Iterable<Node> = []): void {
    const walk = ++this.#walk;
    const held = [...this.#nodes.keys()].filter(({ levelBits }) => levelBits !== 0);
    const needed = [...held, ...stay];
    for (const node of needed) node.mark = walk;
    markPasts(needed, walk);
    const useless = [...this.#nodes.all()].filter(({ mark }) => mark !== walk);
    const drop = ++this.#walk;
    for (const node of useless) node.mark = drop;
    this.#removeAll(useless, drop);
    this.#sweepAt = 1000 + 2 * (this.#nodes.size - this.#held);
  }
}

function sourcesOf(metadata: EntryMetadata, kind: SourceKind): readonly string[] {
  if (kind === "key") return metadata.dependsOn;
  return kind === "tag" ? metadata.tags : metadata.events;
}
