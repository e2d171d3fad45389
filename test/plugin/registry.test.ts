import fc from "fast-check";
import { expect, test } from "vitest";
import type { Manifest } from "../../src/plugin/manifest/manifest.ts";
import { Registry } from "../../src/plugin/installed/registry.ts";

interface Entry {
  manifest: Manifest;
}

interface Shape {
  readonly name: string;
  readonly commands: readonly string[];
  readonly events: readonly string[];
}

const names = ["a", "b", "c", "d"];
const shape: fc.Arbitrary<Shape> = fc.record({
  name: fc.constantFrom(...names),
  commands: fc.subarray(["x", "y", "z"]),
  events: fc.subarray(["event:1", "event:2", "language:rust"]),
});
const step = fc.record({
  what: fc.constantFrom("add", "shelve", "remove", "replace", "use", "look"),
  shape,
});

function entryOf({ name, commands, events }: Shape): Entry {
  const manifest = { name, commands: commands.map((id) => ({ id })), activation: events };
  return { manifest: manifest as never };
}

test("a registry finds what a list would, whether entries are there or made when they are asked for", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const registry = new Registry<Entry>();
      // In the order of installation; `entry`: once it has been made.
      const model: { shape: Shape; entry: Entry | undefined }[] = [];
      let made = 0;
      for (const { what, shape } of steps) {
        const at = model.findIndex((one) => one.shape.name === shape.name);
        const there = model[at];
        const taken = model.some(
          (one) =>
            one.shape.name !== shape.name &&
            one.shape.commands.some((id) => shape.commands.includes(id)),
        );
        if ((what === "add" || what === "shelve") && there === undefined) {
          const entry = entryOf(shape);
          const shelf = {
            make(slot: number, use: "use" | "look"): Entry {
              expect(slot).toBe(5);
              if (use === "look") return entryOf(shape);
              made++;
              return entry;
            },
          };
          const put = (): void =>
            what === "add" ? registry.add(entry) : registry.shelve(shape, shelf, 5);
          if (taken) expect(put).toThrow(expect.objectContaining({ code: "command-duplicate" }));
          else {
            put();
            model.push({ shape, entry: what === "add" ? entry : undefined });
          }
        } else if (what === "remove" && there !== undefined) {
          registry.remove(registry.get(shape.name)!);
          model.splice(at, 1);
        } else if (what === "replace" && there !== undefined && !taken) {
          const entry = registry.get(shape.name)!;
          const before = entry.manifest;
          entry.manifest = entryOf(shape).manifest;
          registry.reindex(entry, before);
          model[at] = { shape, entry };
        } else if (what === "use" && there !== undefined) {
          there.entry ??= registry.get(shape.name)!;
          expect(registry.get(shape.name)).toBe(there.entry);
        } else if (what === "look") {
          const before = made;
          const seen = registry.look(shape.name);
          expect(seen?.manifest.name).toBe(there?.shape.name);
          if (there?.entry !== undefined) expect(seen).toBe(there.entry);
          expect(made).toBe(before);
        }
        expect([...registry.all()]).toEqual(model.map((one) => [one.shape.name, one.entry]));
      }
      for (const event of ["event:1", "event:2", "language:rust", "event:none"]) {
        const found = registry.byEvent(event).map(({ manifest }) => manifest.name);
        const expected = model.filter((one) => one.shape.events.includes(event));
        expect(found.toSorted()).toEqual(expected.map((one) => one.shape.name).toSorted());
      }
      for (const id of ["x", "y", "z"]) {
        const owner = model.find((one) => one.shape.commands.includes(id))?.shape.name;
        expect(registry.byCommand(id)?.manifest.name).toBe(owner);
      }
      for (const name of names) {
        expect(registry.has(name)).toBe(model.some((one) => one.shape.name === name));
        expect(registry.get(name)).toBe(registry.get(name));
      }
    }),
  );
});
