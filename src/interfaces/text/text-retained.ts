import type { MemoryAccount } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import type { Caller } from "../define.ts";
import type { DocumentState, OpenDocument } from "./open-document.ts";

/** UTF-16 units in all, and versions of one document. */
const defaultLimits = { units: 64 << 20, versions: 4096 };

const BYTES_A_UNIT = 2;

interface Holding {
  readonly state: DocumentState;
  /** How often it is held. */
  count: number;
}

/** What an instance holds of one document. */
interface Held {
  handles: number;
  readonly versions: Map<number, Holding>;
}

/** What the instances of a host's plugins keep of its documents. */
export class RetainedTexts {
  readonly #of: WeakMap<Caller, Retained> = new WeakMap();
  readonly #tell: ((bytes: number) => void) | undefined;
  #bytes = 0;

  /** `account`: counts it. Default: only the limit of each instance holds. */
  constructor(account?: Pick<MemoryAccount, "keep">) {
    this.#tell = account?.keep();
  }

  /** The same for all that one instance opens or is handed. */
  of(caller: Caller): Retained {
    let found = this.#of.get(caller);
    if (found === undefined) {
      found = new Retained((more) => {
        this.#bytes += more;
        this.#tell?.(this.#bytes);
      });
      this.#of.set(caller, found);
    }
    return found;
  }
}

/**
 * Counts what the snapshots and the documents of one instance keep in memory. Versions of a document
 * share their text, so a version is charged with what was edited between it and the next one that is
 * held, at most its length. A document that is closed is charged with its text as well: the
 * application may not have it any more.
 */
export class Retained {
  readonly #limits: { readonly units: number; readonly versions: number };
  readonly #documents: Map<OpenDocument, Held> = new Map();
  readonly #grown: (bytes: number) => void;
  #counted = 0;

  /** `grown` is told how many bytes more, or less, are kept. */
  constructor(
    grown: (bytes: number) => void = () => undefined,
    limits: { readonly units: number; readonly versions: number } = defaultLimits,
  ) {
    this.#grown = grown;
    this.#limits = limits;
  }

  /** What is kept now: other edits of the documents change it. */
  get bytes(): number {
    return this.#units() * BYTES_A_UNIT;
  }

  /** Throws `plugin-limit`, which ends the instance: taking a snapshot has no `err` to return. */
  hold(state: DocumentState): void {
    const { versions } = this.#heldOf(state.document);
    const holding = versions.get(state.version);
    if (holding !== undefined) {
      holding.count++;
      return;
    }
    versions.set(state.version, { state, count: 1 });
    if (versions.size <= this.#limits.versions && this.#units() <= this.#limits.units) return;
    this.release(state);
    throw new TenonError("plugin-limit", "the plugin keeps too much text in snapshots", {
      operation: "text.snapshot",
      data: this.#limits,
    });
  }

  release({ document, version }: DocumentState): void {
    const held = this.#documents.get(document);
    const holding = held?.versions.get(version);
    if (held === undefined || holding === undefined || --holding.count > 0) return;
    held.versions.delete(version);
    this.#forget(document, held);
  }

  /** The instance has one more handle of the document. */
  keep(document: OpenDocument): void {
    this.#heldOf(document).handles++;
  }

  /** It has dropped one. */
  drop(document: OpenDocument): void {
    const held = this.#documents.get(document);
    if (held === undefined) return;
    held.handles--;
    this.#forget(document, held);
  }

  /** The instance has ended. */
  end(): void {
    this.#documents.clear();
    this.#count(0);
  }

  #heldOf(document: OpenDocument): Held {
    let held = this.#documents.get(document);
    if (held === undefined) {
      held = { handles: 0, versions: new Map() };
      this.#documents.set(document, held);
    }
    return held;
  }

  #forget(document: OpenDocument, { handles, versions }: Held): void {
    if (handles > 0 || versions.size > 0) return;
    this.#documents.delete(document);
    if (this.#documents.size === 0) this.#count(0);
  }

  #units(): number {
    let units = 0;
    for (const [document, { versions }] of this.#documents) {
      // An open document keeps its current text in memory anyway.
      if (document.closed) units += document.state().content.length;
      const held = [...versions.values()].map(({ state }) => state);
      held.sort((one, other) => one.version - other.version);
      for (const [i, { content, churn }] of held.entries()) {
        units += Math.min(content.length, (held[i + 1] ?? document).churn - churn);
      }
    }
    this.#count(units);
    return units;
  }

  #count(units: number): void {
    if (units === this.#counted) return;
    this.#grown((units - this.#counted) * BYTES_A_UNIT);
    this.#counted = units;
  }
}
