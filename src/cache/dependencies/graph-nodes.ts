import { Node, type SourceKind } from "./graph-node.ts";

const KINDS = ["key", "tag", "event"] as const;

/** The nodes of a graph, by kind and id. */
export class GraphNodes {
  readonly #maps: Record<SourceKind, Map<string, Node>> = {
    key: new Map(),
    tag: new Map(),
    event: new Map(),
  };
  /** Goes round the keys' nodes, from the one made longest ago. */
  #hand: Iterator<Node> | undefined;

  get size(): number {
    const { key, tag, event } = this.#maps;
    return key.size + tag.size + event.size;
  }

  key(id: string): Node | undefined {
    return this.#maps.key.get(id);
  }

  keys(): Iterable<Node> {
    return this.#maps.key.values();
  }

  *all(): Iterable<Node> {
    for (const kind of KINDS) yield* this.#maps[kind].values();
  }

  /** The node, a new one where there is none. */
  obtain(kind: SourceKind, id: string): Node {
    const nodes = this.#maps[kind];
    let node = nodes.get(id);
    if (node === undefined) nodes.set(id, (node = new Node(kind, id)));
    return node;
  }

  /** False if it was not there. A node of the same name that was made since stays. */
  delete(node: Node): boolean {
    const nodes = this.#maps[node.kind];
    return nodes.get(node.id) === node && nodes.delete(node.id);
  }

  /** Removes the nodes that carry the mark, which are all of `nodes`. */
  deleteMarked(nodes: readonly Node[], mark: number): void {
    if (nodes.length * 2 < this.size) {
      for (const node of nodes) this.delete(node);
      return;
    }
    // The nodes that stay move to other maps, which costs less than removing most of them.
    for (const kind of KINDS) {
      const kept = new Map<string, Node>();
      for (const node of this.#maps[kind].values()) if (node.mark !== mark) kept.set(node.id, node);
      this.#maps[kind] = kept;
    }
    this.#hand = undefined;
  }

  /** The next node of a key that has sources, in turn. */
  nextDerived(): Node | undefined {
    for (let round = 0; round < 2; round++) {
      this.#hand ??= this.#maps.key.values();
      for (let next = this.#hand.next(); next.done !== true; next = this.#hand.next()) {
        if (next.value.sources !== undefined) return next.value;
      }
      this.#hand = undefined;
    }
    return undefined;
  }
}
