import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHost, grantAll } from "../../src/index.ts";
import type { InterfaceContext } from "../../src/interfaces/define.ts";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import type * as Contract from "../../src/interfaces/generated/host/text.ts";
import { textInterface } from "../../src/interfaces/text/text.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { textKeeper } from "../host/text-keeper.ts";
import { manifestText } from "../manifest-text.ts";
import { testCaller } from "./caller.ts";

const uri = "file:///long.txt";

// A plugin's view of a document, and what it is charged with.
function reader(text: string) {
  const documents = createDocuments();
  documents.open(uri, text);
  const { clock, timers } = nodePlatform();
  const definition = textInterface(documents, { clock, timers });
  const ending = new AbortController();
  const charged: number[] = [];
  const context: InterfaceContext<never, never> = {
    ...testCaller("acme/reader", {}).context(definition as never),
    signal: ending.signal,
    worked: (ms) => void charged.push(ms),
  };
  const { open, Snapshot } = definition.implement(context as never) as unknown as typeof Contract;
  const snapshot = open(uri).snapshot();
  const find = (needle: string, start = 0): unknown =>
    Snapshot.prototype.find.call(snapshot, needle, start);
  return { find, snapshot, Snapshot, ending, charged };
}

describe("a plugin that searches a long document", () => {
  it("is answered at once where that takes a moment", () => {
    const { find, charged } = reader("one two three");
    expect(find("two")).toEqual({ start: 4, end: 7 });
    expect(find("four")).toBeUndefined();
    expect(find("", 3)).toEqual({ start: 3, end: 3 });
    expect(charged).toEqual([]);
  });

  it("holds up nobody with a text that is made to be compared much, and pays for the time", async () => {
    const text = `${"a".repeat(8 << 20)}b`;
    const { find, charged } = reader(text);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    // What making the text held up does not count.
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.enable();
    const answer = find(`${"a".repeat(30_000)}b`);
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toEqual({ start: text.length - 30_001, end: text.length });
    delay.disable();
    expect(delay.percentile(50) / 1e6).toBeLessThan(50);
    expect(charged.length).toBeGreaterThan(0);
  });

  it("holds up nobody with sixteen searches at once", async () => {
    const { find } = reader(`${"a".repeat(2 << 20)}b`);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answers = Array.from({ length: 16 }, () => find(`${"a".repeat(30_000)}c`));
    await new Promise((resolve) => setTimeout(resolve, 1));
    delay.enable();
    expect(await Promise.all(answers)).toEqual(answers.map(() => undefined));
    delay.disable();
    expect(delay.percentile(50) / 1e6).toBeLessThan(40);
  });

  it("stops searching when its instance ends", async () => {
    const { find, ending, charged } = reader("ab".repeat(6 << 20));
    const answer = find(`${"ab".repeat(30_000)}c`);
    expect(answer).toBeInstanceOf(Promise);
    ending.abort();
    expect(await answer).toBeUndefined();
    expect(charged).toEqual([]);
  });

  it("may hand over snapshots that a document has made", () => {
    const { snapshot, Snapshot } = reader("x");
    expect(snapshot).toBeInstanceOf(Snapshot);
    expect({}).not.toBeInstanceOf(Snapshot);
  });
});

describe("where a guest can't be set aside, as in a browser without JSPI", () => {
  // Until the test ends.
  function withoutJspi(): void {
    const { Suspending } = WebAssembly;
    Reflect.deleteProperty(WebAssembly, "Suspending");
    onTestFinished(() => void Object.assign(WebAssembly, { Suspending }));
  }

  it("a long search is answered at once, however long it takes", () => {
    withoutJspi();
    const text = `${"a".repeat(8 << 20)}b`;
    const { find } = reader(text);
    expect(find(`${"a".repeat(30_000)}b`)).toEqual({
      start: text.length - 30_001,
      end: text.length,
    });
  });

  it.each(["caller", "thread"] as const)(
    "a plugin of the application's or a stranger's (%s) searches a long document",
    async (level) => {
      withoutJspi();
      await using host = createHost({
        platform: nodePlatform(),
        policy: grantAll([], "any"),
        isolation: () => level,
      });
      for (const name of ["searcher", "bystander"]) {
        const commands = [{ id: `${name}.run`, title: "Run" }];
        const manifest = manifestText(`test/${name}`, { commands });
        await host.install(await textKeeper(), { manifest });
      }
      const document = host.documents.open(uri, `${"a".repeat(8 << 20)}b`);
      const needle = `${"a".repeat(20_000)}b`;
      expect(await host.execute("searcher.run", needle, { document })).toBe(true);
      expect(host.plugin("test/searcher")).toMatchObject({ crashes: 0, starts: 1 });
      expect(await host.execute("bystander.run", "c", { document })).toBe(false);
    },
  );
});
