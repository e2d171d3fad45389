import { TenonError } from "../../errors.ts";
import type { DocumentState, OpenDocument } from "./open-document.ts";

/** UTF-16 units in all, and versions of one document. */
const defaultLimits = { units: 64 << 20, versions: 4096 };

interface Holding {
  readonly state: DocumentState;
  holders: number;
}

/**
 * Counts what the snapshots of one instance keep in memory. Versions of a document share their
 * text, so a snapshot is charged with what was edited between it and the next one that is held, at
 * most its length.
 */
export class Retained {
  readonly #limits: { readonly units: number; readonly versions: number };
  readonly #documents: Map<OpenDocument, Map<number, Holding>> = new Map();

  constructor(limits: { readonly units: number; readonly versions: number } = defaultLimits) {
    this.#limits = limits;
  }

  /** Throws `plugin-limit`, which ends the instance: taking a snapshot has no `err` to return. */
  hold(state: DocumentState): void {
    const versions = this.#documents.get(state.document) ?? new Map<number, Holding>();
    const holding = versions.get(state.version);
    if (holding !== undefined) {
      holding.holders++;
      return;
    }
    versions.set(state.version, { state, holders: 1 });
    this.#documents.set(state.document, versions);
    if (versions.size <= this.#limits.versions && this.#units() <= this.#limits.units) return;
    this.release(state);
    throw new TenonError("plugin-limit", "the plugin keeps too much text in snapshots", {
      operation: "text.snapshot",
      data: this.#limits,
    });
  }

  release({ document, version }: DocumentState): void {
    const versions = this.#documents.get(document);
    const holding = versions?.get(version);
    if (versions === undefined || holding === undefined || --holding.holders > 0) return;
    versions.delete(version);
    if (versions.size === 0) this.#documents.delete(document);
  }

  #units(): number {
    let units = 0;
    for (const [document, versions] of this.#documents) {
      const held = [...versions.values()].map(({ state }) => state);
      held.sort((one, other) => one.version - other.version);
      // An open document keeps its current text in memory anyway.
      const now = document.closed ? Number.POSITIVE_INFINITY : document.state().churn;
      for (const [i, { content, churn }] of held.entries()) {
        units += Math.min(content.length, (held[i + 1]?.churn ?? now) - churn);
      }
    }
    return units;
  }
}
