export type SourceKind = "key" | "tag" | "event";

export interface Source {
  readonly kind: SourceKind;
  readonly id: string;
}

const NONE: readonly never[] = [];

/// A key, tag or event in the graph. What links and unlinks it keeps count of nothing else.
export class Node implements Source {
  readonly kind: SourceKind;
  readonly id: string;
  /// A bit per level that holds the entry. A node without any stays as long as something that is
  /// held was made from it, directly or not.
  holders = 0;
  sources: Node[] = NONE as never[];
  /// Where this is in `dependents` of each source.
  places: number[] = NONE as never[];
  dependents: Node[] = NONE as never[];
  /// Which of its sources this is, for each dependent.
  ranks: number[] = NONE as never[];
  /// Number of the walk that last came by.
  mark = 0;

  constructor(kind: SourceKind, id: string) {
    this.kind = kind;
    this.id = id;
  }

  /// Notes that this was made from `source`, which isn't noted yet.
  link(source: Node): void {
    if (this.sources.length === 0) {
      this.sources = [];
      this.places = [];
    }
    if (source.dependents.length === 0) {
      source.dependents = [];
      source.ranks = [];
    }
    this.places.push(source.dependents.length);
    source.ranks.push(this.sources.length);
    this.sources.push(source);
    source.dependents.push(this);
  }

  /// Takes this out of the dependents of its source of that rank, in constant time: the last one
  /// takes its place. Its own list is left to the caller.
  unlink(rank: number): void {
    const source = this.sources[rank]!;
    const place = this.places[rank]!;
    const last = source.dependents.pop()!;
    const lastRank = source.ranks.pop()!;
    if (place === source.dependents.length) return;
    source.dependents[place] = last;
    source.ranks[place] = lastRank;
    last.places[lastRank] = place;
  }

  forgetSources(): void {
    this.sources = NONE as never[];
    this.places = NONE as never[];
  }
}

/// Marks all that the nodes, which are marked, were made from, directly or not. Takes them out of
/// the list.
export function markPasts(nodes: Node[], walk: number): void {
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    for (const source of node.sources) {
      if (source.mark === walk) continue;
      source.mark = walk;
      nodes.push(source);
    }
  }
}
