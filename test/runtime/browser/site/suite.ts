// What the components of the site answer, wherever their modules were loaded from.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WrittenComponent } from "../../../../src/component/aot/runtime.ts";
import { echoAll, echoHost, type Exports, samples } from "../../../component/echo/calls.ts";
import { type Encoding, encodings, HOST, passing, storing } from "../../../component/echo/text.ts";

// The same types and values wherever this is asked.
const all = fc.sample(samples, { seed: 20_261_121, numRuns: 4 }).flat().slice(0, 12);
const types = all.map(({ type }) => type);

/** Component texts by the name of their module. */
export function echoTexts(): Readonly<Record<string, string>> {
  const texts: [string, string][] = encodings.flatMap((encoding) => [
    [named("storing", encoding), storing(types, encoding)],
    [named("passing", encoding), passing(types, encoding)],
  ]);
  return Object.fromEntries(texts);
}

/** The sample plugin on the site. */
export const PLUGIN = "word-count";

/** `load` imports the module of a component. */
export function describeSite(
  title: string,
  load: (name: string) => Promise<WrittenComponent>,
): void {
  describe(title, () => {
    it("a plugin's component counts the words of a document that the host holds", async () => {
      const { instantiateAsync } = await load(PLUGIN);
      const dropped: string[] = [];
      const text = texts("one two\nthree é", dropped);
      const instance = await instantiateAsync({
        "tenon:plugin/log@0.1.0": { write: () => {} },
        "tenon:plugin/text@0.1.0": text,
        "tenon:plugin/ui@0.1.0": { StatusItem },
      });
      const { run } = instance.exports["tenon:plugin/commands@0.1.0"] as Exports;
      const call = { id: "word-count.count", input: "{}", document: new text.Document() };
      expect(JSON.parse(String(run!(call)))).toMatchObject({ words: 4, lines: 2 });
      expect(dropped).toContain("snapshot");
      expect(() => run!({ ...call, id: "nothing", document: undefined })).toThrow(
        expect.objectContaining({ payload: { tag: "unknown-command" } }),
      );
      instance[Symbol.dispose]();
      expect(() => run!(call)).toThrow(expect.objectContaining({ code: "component-closed" }));
    });

    for (const encoding of encodings) {
      it(`values come back from a guest that stored them (${encoding})`, async () => {
        const { load: loaded, instantiate } = await load(named("storing", encoding));
        await loaded();
        echoAll(instantiate().exports as Exports, all);
      });

      it(`values reach the host through a guest (${encoding})`, async () => {
        const { instantiateAsync } = await load(named("passing", encoding));
        const host = echoHost(types);
        const { exports } = await instantiateAsync({ [HOST]: host.functions });
        echoAll(exports as Exports, all, host);
      });
    }
  });
}

function named(kind: string, encoding: Encoding): string {
  return `${kind}-${encoding.replace("+", "-")}`;
}

class StatusItem {
  static show(): StatusItem {
    return new StatusItem();
  }
  update(): void {}
}

// Documents of one text.
function texts(text: string, dropped: string[]) {
  const bytes = new TextEncoder().encode(text);
  class Snapshot {
    size(): number {
      return bytes.length;
    }
    version(): bigint {
      return 1n;
    }
    read(from: number, most: number): string {
      return new TextDecoder().decode(bytes.subarray(from, from + most));
    }
    changedSince(): undefined {
      return undefined;
    }
    slice({ start, end }: { readonly start: number; readonly end: number }): string {
      return new TextDecoder().decode(bytes.subarray(start, end));
    }
    [Symbol.dispose](): void {
      dropped.push("snapshot");
    }
  }
  class Document {
    uri(): string {
      return "file:///a.txt";
    }
    snapshot(): Snapshot {
      return new Snapshot();
    }
  }
  return { Document, Snapshot, open: () => new Document() };
}
