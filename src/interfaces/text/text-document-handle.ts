import { Utf8View, type TextSnapshot } from "../../text/index.ts";
import type * as Contract from "../generated/host/text.ts";
import type { Caller } from "../define.ts";
import { denied, quota, refused } from "../contract/refusal.ts";
import type { DocumentMark } from "./document-marks.ts";
import type { ByteEdit, DocumentState, EditOutcome, OpenDocument } from "./open-document.ts";
import { checkRange, offsetOfByte, textError } from "./text-error.ts";
import type { Retained } from "./text-retained.ts";
import { SnapshotHandle } from "./text-snapshot-handle.ts";
import { cutUtf8, utf8Length } from "../../utf8.ts";
import { visibleText } from "../../visible-text.ts";

/** What one instance of a plugin may do with the documents that it holds. */
export interface DocumentAccess {
  readonly plugin: string;
  /**
   * True, or the reason why not. Undefined: the documents carry their own authority, which nobody
   * takes back.
   */
  permits?(use: { readonly access: "read" | "edit"; readonly uri: string }): true | string;
  /** What the instance keeps in memory. */
  readonly retained: Retained;
}

/**
 * Limits of text.wit for edits and marks, in bytes, edits, marks and characters. They are also the
 * most that one call may hold up the host's thread: an edit takes about 3 µs, and a character that
 * is written out in a mark's text 0.2 µs.
 */
const maxEdits = 10_000;
const maxInsertedBytes = 4 << 20;
const maxMarks = 10_000;
const maxMarkText = 1 << 20;
const maxLayers = 16;
const maxLayerName = 64;
const maxKind = 64;
const maxMessage = 2000;

/**
 * Makes the handle of a document that a command hands to a plugin. It carries its own authority: no
 * grant is needed.
 */
export function handOver(
  document: OpenDocument,
  { plugin }: Pick<Caller, "plugin">,
  retained: Retained,
): DocumentHandle {
  return new DocumentHandle(document, { plugin, retained });
}

/**
 * The resource `document`. After its grant is taken back, it stays at the version that the plugin
 * has seen last.
 */
export class DocumentHandle {
  readonly #document: OpenDocument;
  readonly #access: DocumentAccess;
  #dropped: (() => void) | undefined;
  /**
   * The last state that the plugin was allowed to see: all that it has once the grant is taken back.
   * Undefined where the grant can't be.
   */
  #seen: DocumentState | undefined;

  /** `dropped` is called when the plugin drops the handle. Throws `plugin-limit` (see Retained). */
  constructor(document: OpenDocument, access: DocumentAccess, dropped: () => void = () => {}) {
    this.#document = document;
    this.#access = access;
    if (access.permits !== undefined) this.#saw(document.state());
    access.retained.keep(document);
    this.#dropped = dropped;
  }

  [Symbol.dispose](): void {
    const { retained } = this.#access;
    if (this.#dropped === undefined) return;
    this.#dropped();
    this.#dropped = undefined;
    if (this.#seen !== undefined) retained.release(this.#seen);
    retained.drop(this.#document);
  }

  uri(): string {
    return this.#document.uri;
  }

  language(): string {
    return this.#document.language;
  }

  snapshot(): SnapshotHandle {
    const { permits, retained } = this.#access;
    const state =
      this.#permits("read") === true || this.#seen === undefined
        ? this.#document.state()
        : this.#seen;
    const snapshot = new SnapshotHandle(state, retained);
    if (permits !== undefined && this.#dropped !== undefined) this.#saw(state);
    return snapshot;
  }

  changesSince(version: bigint): Contract.Change | undefined {
    if (version > BigInt(this.#document.version) || this.#permits("read") !== true) {
      return undefined;
    }
    const changes = this.#document.changesBetween(Number(version), this.#document.version);
    return (
      changes && {
        fromVersion: version,
        toVersion: BigInt(this.#document.version),
        edits: changes.edits.map(({ start, end, insert }) => ({
          range: { start, end },
          insert: Utf8View.text(insert),
        })),
      }
    );
  }

  apply(base: bigint, edits: readonly Contract.Edit[]): bigint {
    this.#enter(base);
    return versionOf(this.#document.apply(this.#editable(edits), this.#access.plugin));
  }

  rebase(base: bigint, edits: readonly Contract.Edit[]): Contract.Rebased {
    this.#enter();
    const made = this.#editable(edits);
    const current = BigInt(this.#document.version);
    const stale = base > current || this.#permits("read") !== true;
    const outcome = stale
      ? ({ tag: "stale" } as const)
      : this.#document.rebase(Number(base), made, this.#access.plugin);
    switch (outcome.tag) {
      case "stale":
        throw textError({ tag: "stale", val: current });
      case "conflict":
        return { tag: "conflict", val: outcome.index };
      default:
        return { tag: "applied", val: versionOf(outcome) };
    }
  }

  annotate(base: bigint, layer: string, marks: readonly Contract.Mark[]): void {
    this.#enter(base);
    if (marks.length > maxMarks) throw refused(quota(`marks of a layer: ${maxMarks}`));
    if (layer === "" || layer.length > maxLayerName) {
      throw refused(quota(`characters of a layer's name: 1 to ${maxLayerName}`));
    }
    const { content } = this.#document.state();
    let text = 0;
    const checked = marks.map((mark): DocumentMark => {
      const made = markOf(content, mark);
      text += made.kind.length + (made.message?.length ?? 0);
      if (text > maxMarkText) throw textError({ tag: "too-large", val: maxMarkText });
      return made;
    });
    if (
      !this.#document.mark(
        this.#access.plugin,
        visibleText(layer, { limit: Infinity }),
        checked,
        maxLayers,
      )
    ) {
      throw refused(quota(`layers of marks: ${maxLayers}`));
    }
  }

  #permits(access: "read" | "edit"): true | string {
    return this.#access.permits?.({ access, uri: this.#document.uri }) ?? true;
  }

  #saw(state: DocumentState): void {
    const { retained } = this.#access;
    retained.hold(state);
    if (this.#seen !== undefined) retained.release(this.#seen);
    this.#seen = state;
  }

  /** The edits, if they insert at most what one batch may insert. */
  #editable(edits: readonly Contract.Edit[]): readonly ByteEdit[] {
    if (this.#document.readOnly) throw textError({ tag: "read-only" });
    if (edits.length > maxEdits) throw refused(quota(`edits of a batch: ${maxEdits}`));
    let inserted = 0;
    return edits.map(({ range, insert }) => {
      inserted += utf8Length(insert);
      if (inserted > maxInsertedBytes) {
        throw textError({ tag: "too-large", val: maxInsertedBytes });
      }
      return { start: range.start, end: range.end, insert };
    });
  }

  /** What is checked before any change of a document. */
  #enter(base?: bigint): void {
    const allowed = this.#permits("edit");
    if (allowed !== true) throw refused(denied(allowed));
    if (this.#document.closed) throw textError({ tag: "no-such-document" });
    const version = BigInt(this.#document.version);
    if (base !== undefined && base !== version) throw textError({ tag: "stale", val: version });
  }
}

function versionOf(outcome: EditOutcome): bigint {
  switch (outcome.tag) {
    case "applied":
      return BigInt(outcome.version);
    case "overlapping":
      throw textError({ tag: "overlapping", val: outcome.index });
    case "out-of-range":
    case "inside-character":
      throw textError({ tag: outcome.tag, val: outcome.offset });
    case "too-large":
      throw textError({ tag: "too-large", val: outcome.maxBytes });
  }
}

function markOf(
  content: TextSnapshot,
  { range, kind, severity, message }: Contract.Mark,
): DocumentMark {
  const { start, end } = checkRange(content, range);
  for (const at of [start, end]) offsetOfByte(content, at);
  return {
    start,
    end,
    kind: visibleText(cutUtf8(kind, maxKind), { limit: Infinity }),
    severity,
    message:
      message === undefined
        ? undefined
        : visibleText(cutUtf8(message, maxMessage), { limit: Infinity }),
  };
}
