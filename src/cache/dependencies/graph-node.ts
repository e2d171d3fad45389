export type SourceKind = "key" | "tag" | "event";

export interface Source {
  readonly kind: SourceKind;
  readonly id: string;
}

/** A key, tag or event in the graph. */
export class Node implements Source {
  readonly kind: SourceKind;
  readonly id: string;
  /**
   * A bit for each level that holds the entry. A node without any bit stays as long as an entry
   * that is held was made from it, directly or not.
   */
  levelBits = 0;
  /** The first of the edges to what it was made from: `nextSource` has the others. */
  sources: Edge | undefined = undefined;
  /** The first of the edges from what was made from it: `nextDependent` has the others. */
  dependents: Edge | undefined = undefined;
  /** The number of the latest walk that visited it. */
  mark = 0;

  constructor(kind: SourceKind, id: string) {
    this.kind = kind;
    this.id = id;
  }

  /** Notes that this was made from `source`, which isn't noted yet. */
  link(source: Node): void {
    const edge = new Edge(source, this);
    this.sources = edge;
    const { nextDependent } = edge;
    if (nextDependent !== undefined) nextDependent.previousDependent = edge;
    source.dependents = edge;
  }
}

/**
 * An edge: one entry was made from another. One object is in the lists of both, because most nodes
 * have one source and few dependents, and arrays would be most of the graph's memory.
 */
export class Edge {
  readonly source: Node;
  readonly dependent: Node;
  readonly nextSource: Edge | undefined;
  nextDependent: Edge | undefined;
  previousDependent: Edge | undefined = undefined;

  /** For `Node.link`. */
  constructor(source: Node, dependent: Node) {
    this.source = source;
    this.dependent = dependent;
    this.nextSource = dependent.sources;
    this.nextDependent = source.dependents;
  }

  /** Removes the edge from its source's list. The caller removes it from the dependent's. */
  unlink(): void {
    const { nextDependent: next, previousDependent: previous } = this;
    if (next !== undefined) next.previousDependent = previous;
    if (previous === undefined) this.source.dependents = next;
    else previous.nextDependent = next;
  }
}

/**
 * Marks everything that the nodes, which are marked already, were made from, directly or not.
 * Empties the list.
 */
export function markPasts(nodes: Node[], walk: number): void {
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    for (let edge = node.sources; edge !== undefined; edge = edge.nextSource) {
      const { source } = edge;
      if (source.mark === walk) continue;
      source.mark = walk;
      nodes.push(source);
    }
  }
}
