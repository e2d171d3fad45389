import type { Authority } from "../../capability/authority.ts";
import type { DocumentEvent } from "../../interfaces/text/document-event.ts";
import type { Documents } from "../../interfaces/text/documents.ts";
import type { OpenDocument } from "../../interfaces/text/open-document.ts";
import type { TextUse } from "../../interfaces/text/text.ts";
import type { Timers } from "../../platform/clock.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import { type EventQueue, MAX_DEPTH } from "../calls/event-queue.ts";
import type { Plugin } from "../life/plugin.ts";
import type { Limits } from "../limits/limits.ts";
import { coversDocument, DOCUMENT_CHANGED } from "../manifest/document-filter.ts";
import { deliver, takesEvents } from "./dispatch.ts";
import type { Registry } from "./registry.ts";

/** Consecutive changes of a document by the same author. */
interface Run {
  /** Undefined: the application. */
  readonly plugin: string | undefined;
  /** The document's version before the first of them. */
  readonly from: number;
  /** How many events, each caused by the one before, led to these changes. */
  readonly depth: number;
}

/** Changes of a document that a plugin has not been told of. */
interface Untold {
  /** The document's version before the first of them. */
  readonly from: number;
  readonly depth: number;
}

/** Made by HostParts (`host/parts.ts`). */
export interface DocumentNoticesPowers {
  readonly documents: Documents;
  readonly registry: Registry<Plugin>;
  readonly authority: Pick<Authority, "status" | "renew" | "holds">;
  readonly events: EventQueue;
  readonly timers: Timers;
  readonly limits: Limits;
  readonly telemetry: Telemetry;
}

/**
 * Tells plugins of changes of open documents, with the event `document-changed` and the payload `{
 * uri, language, fromVersion, toVersion }`. It goes to plugins whose manifest lists the event for
 * such a document and that may read the document. A plugin is not told of its own changes.
 *
 * All changes in one turn of the event loop are one notice. A plugin handles one notice at a time;
 * all further changes until its next turn become one more notice for each document. Plugins whose
 * edits answer each other's end after as many steps as with events that they emit.
 */
export class DocumentNotices implements Disposable {
  readonly #powers: DocumentNoticesPowers;
  readonly #stop: () => void;
  /** Changes in this turn of the event loop. */
  readonly #changed: Map<OpenDocument, Run[]> = new Map();
  /** By plugin. Each plugin that is being told has an entry, which may be empty. */
  readonly #untold: Map<string, Map<OpenDocument, Untold>> = new Map();
  readonly #telling: Set<string> = new Set();
  /** The events that cover a document, for one revision of the registry. */
  readonly #covering: WeakMap<OpenDocument, { revision: number; events: readonly string[] }> =
    new WeakMap();
  /** Plugins about which the policy was asked, and left it open. */
  readonly #open: Set<string> = new Set();
  #timer: Disposable | undefined;

  constructor(powers: DocumentNoticesPowers) {
    this.#powers = powers;
    this.#stop = powers.documents.on((event) => this.#note(event));
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#timer?.[Symbol.dispose]();
    this.#changed.clear();
    this.#untold.clear();
  }

  #note(event: DocumentEvent): void {
    if (event.tag === "closed") this.#changed.delete(event.document);
    if (event.tag === "fault") {
      const { tag, plugin, error } = event;
      this.#powers.telemetry.emit({ tag, plugin, error });
    }
    if (event.tag !== "changed") return;
    // Which of them cover the document is looked up later: this is the application's own edit.
    if (this.#powers.registry.eventsStarting(DOCUMENT_CHANGED).length === 0) return;
    const { document, plugin, version } = event;
    const depth = plugin === undefined ? 0 : this.#powers.events.depthOf(plugin) + 1;
    const runs = this.#changed.get(document) ?? [];
    const last = runs.at(-1);
    if (last?.plugin !== plugin || last?.depth !== depth || runs.length === 0) {
      runs.push({ plugin, from: version - 1, depth });
    }
    this.#changed.set(document, runs);
    this.#timer ??= this.#powers.timers.after(0, () => {
      this.#timer = undefined;
      this.#hand();
      for (const name of this.#untold.keys()) void this.#tell(name);
    });
  }

  /** Adds the changes of this turn so far to what each plugin has not been told. */
  #hand(): void {
    const { registry } = this.#powers;
    for (const [document, runs] of this.#changed) {
      for (const event of this.#eventsFor(document)) {
        for (const { manifest } of registry.byEvent(event))
          this.#add(manifest.name, document, runs);
      }
    }
    this.#changed.clear();
  }

  #add(plugin: string, document: OpenDocument, runs: readonly Run[]): void {
    const others = runs.filter((run) => run.plugin !== plugin);
    const [first] = others;
    const depth = Math.min(...others.map((run) => run.depth));
    if (first === undefined || depth > MAX_DEPTH) return;
    const all = this.#untold.get(plugin) ?? new Map<OpenDocument, Untold>();
    all.set(document, joined(all.get(document), { from: first.from, depth }));
    this.#untold.set(plugin, all);
  }

  /** Tells a plugin of one document after another, until nothing is left to tell. */
  async #tell(name: string): Promise<void> {
    const untold = this.#untold.get(name);
    if (untold === undefined || this.#telling.has(name)) return;
    this.#telling.add(name);
    // Documents that change in the meantime are added at the end.
    for (const [document, first] of untold) {
      untold.delete(document);
      const plugin = this.#powers.registry.get(name);
      if (plugin === undefined || !takesEvents(plugin)) continue;
      if (await this.#mayStart(name, document)) await this.#deliver(plugin, document, first);
    }
    this.#telling.delete(name);
    this.#untold.delete(name);
  }

  async #deliver(plugin: Plugin, document: OpenDocument, first: Untold): Promise<void> {
    const { name } = plugin.manifest;
    const { events, limits } = this.#powers;
    let told = first;
    const payload = (): string | undefined => {
      // The document may have changed further before the plugin's turn came.
      this.#hand();
      const untold = this.#untold.get(name);
      told = joined(untold?.get(document), told);
      untold?.delete(document);
      if (!this.#mayRead(name, document)) return undefined;
      const { uri, language, version } = document;
      return JSON.stringify({ uri, language, fromVersion: told.from, toVersion: version });
    };
    await deliver(plugin, DOCUMENT_CHANGED, payload, limits, {
      begin: (caller) => events.handling(caller, told.depth),
      owed: true,
    });
  }

  /**
   * Whether the plugin may be started for this. Where its grants have not been decided yet, the
   * policy is asked now, once: a policy that leaves it open is not asked again at each edit.
   */
  async #mayStart(name: string, document: OpenDocument): Promise<boolean> {
    const { authority } = this.#powers;
    if (authority.status(name, "text") === "askable" && !this.#open.has(name)) {
      // Where the policy fails, nothing is granted.
      await authority.renew(name).catch(() => undefined);
      if (authority.status(name, "text") === "askable") this.#open.add(name);
    }
    return this.#mayRead(name, document);
  }

  #mayRead(name: string, document: OpenDocument): boolean {
    const use: TextUse = { access: "read", uri: document.uri };
    return !document.closed && this.#powers.authority.holds(name, "text", use);
  }

  #eventsFor(document: OpenDocument): readonly string[] {
    const { registry } = this.#powers;
    const { revision } = registry;
    const known = this.#covering.get(document);
    if (known?.revision === revision) return known.events;
    const events = registry
      .eventsStarting(DOCUMENT_CHANGED)
      .filter((event) => coversDocument(event, document));
    this.#covering.set(document, { revision, events });
    return events;
  }
}

function joined(one: Untold | undefined, other: Untold): Untold {
  if (one === undefined) return other;
  return { from: Math.min(one.from, other.from), depth: Math.min(one.depth, other.depth) };
}
