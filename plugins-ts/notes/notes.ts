// Keeps notes in the plugin's own storage: the same plugin as plugins-rs/notes. Two windows that change
// one note never lose a change: the second is told what the note has become.
import type { Commands, Problem } from "tenon:plugin/commands";
import { emit } from "tenon:plugin/bus";
import { Notes, type Note } from "./store.ts";

let notes: Notes;

export const lifecycle = {
  /** Started with the application, so that storage that can't be used is known at once. */
  async activate(): Promise<void> {
    notes = await Notes.open();
  },
};

export const commands: Commands = {
  async "notes.add"({ input }) {
    const { title, text } = read<{ title?: string; text: string }>(input, { text: "string" });
    const { id, revision, note } = await notes.add(title, text);
    tell("added", { id, title: note.title });
    return { id, revision };
  },
  async "notes.list"({ input }) {
    const { cursor, limit = 100 } = (input ?? {}) as { cursor?: string; limit?: number };
    return await notes.list(cursor, limit);
  },
  async "notes.get"({ input }) {
    const { id } = read<{ id: number }>(input, { id: "number" });
    const found = await notes.get(id);
    return found === undefined ? null : flat(found);
  },
  async "notes.update"({ input }) {
    const wanted = { id: "number", revision: "number" };
    const { id, revision, title, text } = read<{
      id: number;
      revision: number;
      title?: string;
      text?: string;
    }>(input, wanted);
    const { updated, found } = await notes.update(id, revision, { title, text });
    return { updated, note: flat(found) };
  },
  async "notes.delete"({ input }) {
    const { id } = read<{ id: number }>(input, { id: "number" });
    return { deleted: await notes.delete(id) };
  },
};

function flat({ id, revision, note }: { id: number; revision: number; note: Note }): object {
  return { id, revision, ...note };
}

/** Tells other plugins. Nobody need listen, and without the grant nobody does. */
function tell(name: string, payload: object): void {
  try {
    emit(name, JSON.stringify(payload));
  } catch (error) {
    console.debug("not told:", (error as Error).message);
  }
}

function read<Input>(input: unknown, wanted: Readonly<Record<string, string>>): Input {
  const found = Object(input) as Readonly<Record<string, unknown>>;
  const problems: Problem[] = Object.entries(wanted).flatMap(([key, type]) =>
    typeof found[key] === type ? [] : [{ path: `/${key}`, message: `it is no ${type}` }],
  );
  if (problems.length === 0) return found as Input;
  const payload = { tag: "invalid-input", val: problems };
  throw Object.assign(new Error("wrong input"), { payload });
}
