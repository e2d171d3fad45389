import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("notes", await readSamples(folderOf("notes")));

interface Note {
  readonly id: number;
  readonly revision: number;
  readonly text: string;
}

describe("notes", () => {
  test("tells the second of two writers what the note has become", async () => {
    await using host = await hostWith(["notes"], { grants: ["kv"] });
    const { id } = (await host.execute("notes.add", { text: "a" })) as Note;
    const { revision } = (await host.execute("notes.get", { id })) as Note;
    const first = await host.execute("notes.update", { id, revision, text: "b" });
    const second = await host.execute("notes.update", { id, revision, text: "c" });
    expect(first).toMatchObject({ updated: true, note: { text: "b" } });
    expect(second).toMatchObject({ updated: false, note: { text: "b" } });
    const { note } = second as { note: Note };
    const third = await host.execute("notes.update", { id, revision: note.revision, text: "c" });
    expect(third).toMatchObject({ updated: true, note: { text: "c", title: "a" } });
  });

  test("lists every note once, page by page", async () => {
    await using host = await hostWith(["notes"], { grants: ["kv"] });
    for (let n = 1; n <= 7; n++) await host.execute("notes.add", { text: `note ${n}` });
    const titles: string[] = [];
    let cursor: string | null = null;
    do {
      const page = (await host.execute("notes.list", {
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      })) as { notes: { title: string }[]; next: string | null };
      titles.push(...page.notes.map(({ title }) => title));
      cursor = page.next;
    } while (cursor !== null);
    expect(titles).toEqual(Array.from({ length: 7 }, (_, n) => `note ${n + 1}`));
  });

  test("starts with the application, and finds its notes again after a restart", async () => {
    const state = await mkdtemp(join(tmpdir(), "tenon-notes-"));
    try {
      {
        await using host = await hostWith(["notes"], { platform: { state }, grants: ["kv"] });
        await host.execute("notes.add", { text: "kept" });
      }
      await using host = await hostWith(["notes"], { platform: { state }, grants: ["kv"] });
      await host.dispatch("startup");
      expect(host.plugin("tenon/notes").starts).toBe(1);
      expect(await host.execute("notes.get", { id: 1 })).toMatchObject({ text: "kept" });
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  test("says at its start that it may not store anything", async () => {
    await using host = await hostWith(["notes"]);
    await expect(host.execute("notes.list")).rejects.toMatchObject({ code: "plugin-activation" });
  });
});
