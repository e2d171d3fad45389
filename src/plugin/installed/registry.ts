import { TenonError } from "../../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** What is found by the events in its manifest. */
export interface Registered {
  readonly manifest: Manifest;
}

/** A source of entries that are made when they are first asked for. */
export interface Shelf<Entry> {
  /**
   * Makes the entry `slot`. With "use" it is called once for each; with "look" the result is not
   * kept. Never throws.
   */
  make(slot: number, use: "use" | "look"): Entry;
}

/** What an entry on a shelf is found by. */
export interface Shelved {
  readonly name: string;
  readonly commands: readonly string[];
  readonly events: readonly string[];
}

/** There may be many of these that never hold an entry, so it has few fields. */
interface Place<Entry> {
  readonly name: string;
  readonly slot: number;
  entry: Entry | Shelf<Entry>;
  isMade: boolean;
}

/** Finds entries by name, by command and by event, in constant time however many are installed. */
export class Registry<Entry extends Registered> {
  readonly #byName: Map<string, Place<Entry>> = new Map();
  readonly #byEvent: Map<string, Place<Entry> | Set<Place<Entry>>> = new Map();
  readonly #byCommand: Map<string, Place<Entry>> = new Map();
  #revision = 0;

  get(name: string): Entry | undefined {
    const place = this.#byName.get(name);
    return place && made(place);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /**
   * The entry, to look at and not to use. Where it has not been made yet, this makes a copy that is
   * not kept.
   */
  look(name: string): Entry | undefined {
    const place = this.#byName.get(name);
    if (place === undefined) return undefined;
    return place.isMade
      ? (place.entry as Entry)
      : (place.entry as Shelf<Entry>).make(place.slot, "look");
  }

  /** In the order of installation. Undefined for entries that have not been made yet. */
  *all(): IterableIterator<readonly [name: string, entry: Entry | undefined]> {
    for (const [name, place] of this.#byName) {
      yield [name, place.isMade ? (place.entry as Entry) : undefined];
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  byCommand(id: string): Entry | undefined {
    const place = this.#byCommand.get(id);
    return place && made(place);
  }

  /** Commands of all entries. */
  commands(): readonly string[] {
    return [...this.#byCommand.keys()];
  }

  byEvent(event: string): readonly Entry[] {
    const found = this.#byEvent.get(event);
    if (found === undefined) return [];
    return found instanceof Set ? Array.from(found, made) : [made(found)];
  }

  /** Grows with each change of the events that entries are found by. */
  get revision(): number {
    return this.#revision;
  }

  /** The registered events that start with a text. Looks at all events. */
  eventsStarting(start: string): readonly string[] {
    return Array.from(this.#byEvent.keys()).filter((event) => event.startsWith(start));
  }

  /** Throws `command-duplicate` where another plugin has one of the commands. */
  checkCommands({ name, commands }: Pick<Manifest, "name" | "commands">): void {
    for (const { id } of commands) this.#checkCommand(name, id);
  }

  add(entry: Entry): void {
    const { manifest } = entry;
    this.checkCommands(manifest);
    const place: Place<Entry> = { name: manifest.name, slot: 0, entry, isMade: true };
    this.#byName.set(manifest.name, place);
    this.#index(place, manifest);
  }

  /** Adds an entry that is made when it is first asked for. Throws `command-duplicate`. */
  shelve({ name, commands, events }: Shelved, shelf: Shelf<Entry>, slot: number): void {
    for (const id of commands) this.#checkCommand(name, id);
    const place: Place<Entry> = { name, slot, entry: shelf, isMade: false };
    this.#byName.set(name, place);
    for (const id of commands) this.#byCommand.set(id, place);
    for (const event of events) this.#listen(event, place);
  }

  /** Removes the entry from every index. */
  remove(entry: Entry): void {
    const { manifest } = entry;
    const place = this.#byName.get(manifest.name);
    this.#byName.delete(manifest.name);
    if (place !== undefined) this.#unindex(place, manifest);
  }

  /** The entry has another manifest of the same name now. */
  reindex(entry: Entry, before: Manifest): void {
    const place = this.#byName.get(before.name);
    if (place === undefined) return;
    this.#unindex(place, before);
    this.#index(place, entry.manifest);
  }

  #checkCommand(name: string, command: string): void {
    const owner = this.#byCommand.get(command)?.name;
    if (owner === undefined || owner === name) return;
    throw new TenonError(
      "command-duplicate",
      `"${name}" brings the command ${command}, which "${owner}" has already.`,
      { plugin: name, operation: "install", data: { command, owner } },
    );
  }

  #index(place: Place<Entry>, { commands, activation }: Manifest): void {
    for (const { id } of commands) this.#byCommand.set(id, place);
    for (const event of activation) this.#listen(event, place);
  }

  #listen(event: string, place: Place<Entry>): void {
    this.#revision++;
    const there = this.#byEvent.get(event);
    if (there === undefined) this.#byEvent.set(event, place);
    else if (there instanceof Set) there.add(place);
    else if (there !== place) this.#byEvent.set(event, new Set([there, place]));
  }

  #unindex(place: Place<Entry>, { commands, activation }: Manifest): void {
    this.#revision++;
    for (const { id } of commands) this.#byCommand.delete(id);
    for (const event of activation) {
      const there = this.#byEvent.get(event);
      if (there instanceof Set) there.delete(place);
      if (there === place || (there instanceof Set && there.size === 0)) {
        this.#byEvent.delete(event);
      }
    }
  }
}

function made<Entry>(place: Place<Entry>): Entry {
  if (!place.isMade) {
    place.entry = (place.entry as Shelf<Entry>).make(place.slot, "use");
    place.isMade = true;
  }
  return place.entry as Entry;
}
