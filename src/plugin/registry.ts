import { TenonError } from "../errors.ts";
import { activationKeys } from "./activation.ts";
import type { Manifest } from "./manifest.ts";

/// Whatever is found by the events in a manifest.
export interface Registered {
  readonly manifest: Manifest;
}

/// Who is there, found by name, by command and by event in constant time however many are installed.
export class Registry<Entry extends Registered> {
  readonly #byName: Map<string, Entry> = new Map();
  readonly #byEvent: Map<string, Set<Entry>> = new Map();
  readonly #byCommand: Map<string, Entry> = new Map();

  get(name: string): Entry | undefined {
    return this.#byName.get(name);
  }

  /// In the order of installation.
  all(): readonly Entry[] {
    return [...this.#byName.values()];
  }

  get size(): number {
    return this.#byName.size;
  }

  byCommand(id: string): Entry | undefined {
    return this.#byCommand.get(id);
  }

  byEvent(event: string): readonly Entry[] {
    const found = this.#byEvent.get(event);
    return found === undefined ? [] : [...found];
  }

  /// Throws `command-duplicate` where another plugin has one of its commands.
  checkCommands(manifest: Manifest): void {
    for (const { id } of manifest.commands) {
      const owner = this.#byCommand.get(id)?.manifest.name;
      if (owner === undefined || owner === manifest.name) continue;
      throw new TenonError(
        "command-duplicate",
        `"${manifest.name}" brings the command ${id}, which "${owner}" has already.`,
        { plugin: manifest.name, operation: "install", data: { command: id, owner } },
      );
    }
  }

  add(entry: Entry): void {
    const { manifest } = entry;
    this.checkCommands(manifest);
    this.#byName.set(manifest.name, entry);
    this.#index(entry, manifest);
  }

  /// Takes the entry out of every index. `manifest` is the one that it was indexed under.
  remove(entry: Entry, manifest: Manifest = entry.manifest): void {
    this.#byName.delete(manifest.name);
    this.#unindex(entry, manifest);
  }

  /// The entry has another manifest now, of the same name.
  reindex(entry: Entry, before: Manifest): void {
    this.#unindex(entry, before);
    this.#index(entry, entry.manifest);
  }

  #index(entry: Entry, manifest: Manifest): void {
    for (const { id } of manifest.commands) this.#byCommand.set(id, entry);
    for (const key of activationKeys(manifest)) {
      const entries = this.#byEvent.get(key);
      if (entries === undefined) this.#byEvent.set(key, new Set([entry]));
      else entries.add(entry);
    }
  }

  #unindex(entry: Entry, manifest: Manifest): void {
    for (const { id } of manifest.commands) this.#byCommand.delete(id);
    for (const key of activationKeys(manifest)) {
      const entries = this.#byEvent.get(key);
      entries?.delete(entry);
      if (entries?.size === 0) this.#byEvent.delete(key);
    }
  }
}
