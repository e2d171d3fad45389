import { expect } from "vitest";
import { WitError } from "../../src/errors.ts";
import type { EngineCase } from "./engine.ts";
import { api, eventually, start } from "./engine-expect.ts";
import { pluginBytes } from "./plugin-bytes.ts";

const COMMANDS = "tenon:plugin/commands@0.1.0";
const EVENTS = "tenon:plugin/events@0.1.0";

const wordCount = (): Promise<Uint8Array> => pluginBytes("word-count");

// What the component imports, over one document, with a journal of what it holds and shows.
function desk(text: string, shows = true) {
  const bytes = new TextEncoder().encode(text);
  const shown: string[] = [];
  const held = new Set<object>();
  class Held {
    constructor() {
      held.add(this);
    }
    [Symbol.dispose](): void {
      held.delete(this);
    }
  }
  class Snapshot extends Held {
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
    slice({ start: from, end }: { start: number; end: number }): string {
      return new TextDecoder().decode(bytes.subarray(from, end));
    }
  }
  class Document extends Held {
    uri(): string {
      return "file:///a.txt";
    }
    snapshot(): Snapshot {
      return new Snapshot();
    }
  }
  class StatusItem extends Held {
    static show(label: string): StatusItem {
      if (!shows) throw new WitError({ tag: "denied", val: "nobody looks" });
      shown.push(label);
      return new StatusItem();
    }
    update(label: string): void {
      shown.push(label);
    }
  }
  const imports = {
    "tenon:plugin/types@0.1.0": {},
    "tenon:plugin/log@0.1.0": { write: () => {} },
    "tenon:plugin/text@0.1.0": { Document, Snapshot, open: () => new Document() },
    "tenon:plugin/ui@0.1.0": { StatusItem },
  };
  return { imports, shown, held, document: () => new Document() };
}

type Run = (call: {
  id: string;
  input: string;
  document: object | undefined;
}) => string | Promise<string>;

export const rustCases: readonly EngineCase[] = [
  {
    name: "a component built from Rust counts the words of its input",
    async run(engine) {
      const instance = await start(engine, wordCount(), desk("").imports);
      const { run } = api<{ run: Run }>(instance, COMMANDS);
      const call = { id: "word-count.count", document: undefined };
      const input = JSON.stringify({ text: "Don’t panic! 👨‍👩‍👧 agree." });
      for (let n = 0; n < 20; n++) {
        expect(JSON.parse(await run({ ...call, input }))).toMatchObject({
          words: 3,
          characters: 21,
        });
      }
    },
  },
  {
    name: "it reads a document that it is handed, and lets go of all that it got",
    async run(engine) {
      const host = desk("one two\nthree\n");
      const instance = await start(engine, wordCount(), host.imports);
      const { run } = api<{ run: Run }>(instance, COMMANDS);
      const document = host.document();
      const answer = await run({ id: "word-count.count", input: "null", document });
      expect(JSON.parse(answer)).toMatchObject({ words: 3, lines: 3, bytes: 14 });
      await eventually(() => expect(host.held.size).toBe(0));
    },
  },
  {
    name: "it answers with an err of its own, and goes on",
    async run(engine) {
      const instance = await start(engine, wordCount(), desk("").imports);
      const { run } = api<{ run: Run }>(instance, COMMANDS);
      let caught: unknown;
      try {
        await run({ id: "no.such", input: "null", document: undefined });
      } catch (error) {
        caught = error;
      }
      expect((caught as WitError<{ tag: string }>).payload.tag).toBe("unknown-command");
      expect(instance.state).toBe("live");
    },
  },
  {
    name: "it hears of an event, opens a document and shows what it counted",
    async run(engine) {
      const host = desk("one two three");
      const instance = await start(engine, wordCount(), host.imports);
      const { handle } = api<{ handle(event: object): unknown }>(instance, EVENTS);
      const payload = JSON.stringify({ uri: "file:///a.txt", language: "plain", version: 1 });
      await handle({ name: "document-changed", payload });
      expect(host.shown).toHaveLength(1);
      expect(host.shown[0]).toContain("3");
    },
  },
  {
    name: "it is told of a refusal and says so",
    async run(engine) {
      const instance = await start(engine, wordCount(), desk("one", false).imports);
      const { handle } = api<{ handle(event: object): unknown }>(instance, EVENTS);
      const payload = JSON.stringify({ uri: "file:///a.txt", language: "plain", version: 1 });
      const heard = async () => handle({ name: "document-changed", payload });
      await expect(heard()).rejects.toBeInstanceOf(WitError);
      expect(instance.state).toBe("live");
    },
  },
];
