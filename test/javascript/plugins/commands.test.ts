import { describe, expect, test } from "vitest";
import { rig } from "./rig.ts";

for (const isolation of ["caller", "thread", "process"] as const) {
  describe(`a plugin from source, on ${isolation}`, () => {
    const how = { isolation: () => isolation };

    test("answers a command with a JSON value", async () => {
      const { host, install } = await rig(how);
      await install(`export const commands = {
        async "shout.run"({ id, input }) { return { id, text: input.text.toUpperCase(), list: [1, null] }; },
      };`);
      const answer = await host.execute("shout.run", { text: "hej" });
      expect(answer).toEqual({ id: "shout.run", text: "HEJ", list: [1, null] });
    });

    test("is TypeScript where its file says so", async () => {
      const { host, install } = await rig(how);
      await install(
        `import type { Commands } from "tenon:plugin/commands";
        interface Input { readonly n: number }
        export const commands: Commands = { "shout.run": ({ input }: { input: Input }) => input.n * 2 };`,
        { file: "shout.ts" },
      );
      expect(await host.execute("shout.run", { n: 21 })).toBe(42);
    });

    test("runs text as code where its manifest says so, and no other does", async () => {
      const { host, install } = await rig(how);
      const source = `export const commands = {
        "shout.run"({ input }) { try { return [eval(input), Function("return 7")()]; } catch (e) { return e.name; } },
      };`;
      await install(source, { more: { eval: true } });
      expect(await host.execute("shout.run", "6 * 7")).toEqual([42, 7]);
      await install(source.replaceAll("shout.", "plain."), { name: "acme/plain" });
      expect(await host.execute("plain.run", "6 * 7")).toBe("EvalError");
    });

    test("may be written as the contract has it", async () => {
      const { host, install } = await rig(how);
      await install(`export const commands = {
        run({ id, input, document }) { return JSON.stringify([id, input, typeof document]); },
      };`);
      expect(await host.execute("shout.run", 1)).toEqual(["shout.run", "1", "undefined"]);
    });

    test("keeps its state between calls", async () => {
      const { host, install } = await rig(how);
      await install('let n = 0; export const commands = { "shout.run": () => ++n };');
      await host.execute("shout.run");
      expect(await host.execute("shout.run")).toBe(2);
    });

    test("uses an interface, whose functions that may wait are promises", async () => {
      const { host, install } = await rig({ ...how, grants: ["kv"] });
      await install(`import { open, Bucket } from "tenon:plugin/kv";
        export const commands = { async "shout.run"() {
          const bucket = await open("counts");
          const promise = bucket.set("n", Uint8Array.of(7));
          const revision = await promise;
          const { value } = await bucket.get("n");
          const none = await bucket.get("other");
          return [promise instanceof Promise, bucket instanceof Bucket, typeof revision, [...value], none === undefined];
        } };`);
      expect(await host.execute("shout.run")).toEqual([true, true, "bigint", [7], true]);
    });

    test("has all that it awaits together in flight together", async () => {
      const { host, install } = await rig({ ...how, grants: ["kv"] });
      await install(`import { open } from "tenon:plugin/kv";
        export const commands = { async "shout.run"() {
          const bucket = await open("counts");
          await Promise.all(Array.from({ length: 50 }, (_, n) => bucket.set("k" + n, Uint8Array.of(n))));
          return (await bucket.keys("", undefined, 100)).keys.length;
        } };`);
      expect(await host.execute("shout.run")).toBe(50);
    });

    test("is handed a document, and edits it", async () => {
      const { host, install } = await rig(how);
      await install(`import { Snapshot, Document } from "tenon:plugin/text";
        export const commands = { "shout.run"({ document }) {
          const snapshot = document.snapshot();
          const range = { start: 0, end: snapshot.size() };
          document.apply(snapshot.version(), [{ range, insert: snapshot.slice(range).toUpperCase() }]);
          return document instanceof Document && snapshot instanceof Snapshot;
        } };`);
      const document = host.documents.open("file:///a.txt", "one two", "plain");
      expect(await host.execute("shout.run", null, { document })).toBe(true);
      expect(document.text).toBe("ONE TWO");
    });

    test("says what it logs", async () => {
      const { host, install, logged } = await rig(how);
      await install(
        'export const commands = { "shout.run"() { console.log("n is", 1); console.error("bad"); } };',
      );
      expect(await host.execute("shout.run")).toBe(null);
      expect(logged.map(({ level, message }) => `${level} ${message}`)).toEqual([
        "info n is 1",
        "error bad",
      ]);
    });

    test("fails a command by what it throws, and goes on", async () => {
      const { host, install } = await rig(how);
      await install(`export const commands = {
        "shout.run"({ input }) {
          if (input === "own") throw new Error("no such song");
          if (input === "slip") return nothing.at.all;
          if (input === "err") throw Object.assign(new Error("x"), {
            payload: { tag: "invalid-input", val: [{ path: "/a", message: "it is odd" }] },
          });
          return "sung";
        },
      };`);
      await expect(host.execute("shout.run", "own")).rejects.toMatchObject({
        code: "command-failed",
        data: { said: "no such song" },
      });
      await expect(host.execute("shout.run", "slip")).rejects.toMatchObject({
        code: "command-failed",
        data: { said: "ReferenceError: nothing is not defined (shout.js:4:40)" },
      });
      await expect(host.execute("shout.run", "err")).rejects.toMatchObject({
        code: "command-input",
        data: { problems: [{ path: "/a", message: "it is odd" }] },
      });
      expect(await host.execute("shout.run")).toBe("sung");
      expect(host.plugin("acme/shout").starts).toBe(1);
    });

    test("is stopped at its deadline, and its neighbour answers", async () => {
      const { host, install } = await rig(how);
      await install(
        'export const commands = { "shout.run"({ input }) { while (input); return 1; } };',
      );
      expect(await host.execute("shout.run", false)).toBe(1);
      const late = host.execute("shout.run", true, { deadlineMs: 200 });
      await expect(late).rejects.toMatchObject({ code: "plugin-deadline" });
      expect(await host.execute("bystander.ask")).toBe("fine");
      expect(await host.execute("shout.run", false)).toBe(1);
    });

    test("that waits for ever is told so at once", async () => {
      const { host, install } = await rig(how);
      await install('export const commands = { "shout.run": () => new Promise(() => {}) };');
      await expect(host.execute("shout.run")).rejects.toMatchObject({ code: "plugin-crashed" });
      expect(await host.execute("bystander.ask")).toBe("fine");
    });

    test("has no more memory than it was granted", async () => {
      const { host, install } = await rig(how);
      await install(
        'export const commands = { "shout.run"() { const all = []; for (;;) all.push(new Array(1e5).fill(1)); } };',
        { more: { limits: { memoryMiB: 16 } } },
      );
      await expect(host.execute("shout.run")).rejects.toMatchObject({ code: "command-failed" });
      expect(await host.execute("bystander.ask")).toBe("fine");
    });
  });
}
