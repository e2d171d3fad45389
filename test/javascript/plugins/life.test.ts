import { describe, expect, test } from "vitest";
import { rig } from "./rig.ts";

for (const isolation of ["caller", "thread", "process"] as const) {
  describe(`the life of a plugin from source, on ${isolation}`, () => {
    const how = { isolation: () => isolation };

    test("is told of its start, of events, and is asked for its state", async () => {
      const { host, install } = await rig(how);
      const source = (version: number): string => `
        let told = [];
        export const lifecycle = { activate({ plugin, startedBy }) { told.push(plugin + " by " + startedBy); } };
        export const events = { "doc.saved"({ name, payload }) { told.push(name + " " + payload.uri); } };
        export const state = {
          save: () => Uint8Array.from(JSON.stringify(told), (c) => c.charCodeAt(0)),
          restore(bytes) { told = [...JSON.parse(String.fromCharCode(...bytes)), "now ${version}"]; },
        };
        export const commands = { "shout.run": () => told };`;
      const activation = ["event:doc.saved"];
      await install(source(1), { more: { activation }, place: "own" });
      const report = await host.dispatch("event:doc.saved", { uri: "a" });
      expect(report.plugins).toMatchObject([{ tag: "handled" }]);
      await host.dispatch("event:doc.saved", { uri: "b" });
      await install(source(2), {
        more: { activation, version: "2.0.0" },
        place: "own",
        replace: "newer",
      });
      expect(await host.execute("shout.run")).toEqual([
        "acme/shout by event:doc.saved",
        "doc.saved a",
        "doc.saved b",
        "now 2",
      ]);
    });

    test("begins anew with each call where it is stateless", async () => {
      const { host, install } = await rig(how);
      await install('let n = 0; export const commands = { "shout.run": () => ++n };', {
        more: { stateless: true },
      });
      expect(await host.execute("shout.run")).toBe(1);
      expect(await host.execute("shout.run")).toBe(1);
    });

    test("says where its module is wrong when it starts", async () => {
      const { host, install } = await rig(how);
      await install("export const commands = {};\nlet a = 1;\nconst a = 2;");
      await expect(host.execute("shout.run")).rejects.toMatchObject({
        code: "plugin-activation",
        message: expect.stringContaining("shout.js:3"),
      });
      expect(await host.execute("bystander.ask")).toBe("fine");
    });
  });
}

describe("what a plugin from source hands over", () => {
  test.each([
    ["an own key called __proto__", '({ ["__proto__"]: { polluted: 1 } })'],
    ["a constructor and a prototype", "({ constructor: { prototype: { polluted: 1 } } })"],
    ["a thenable", '({ then: "x" })'],
  ])("is data, whatever it is called: %s", async (_, expression) => {
    const { host, install } = await rig({ isolation: () => "caller" });
    await install(`export const commands = { "shout.run": () => ${expression} };`);
    await host.execute("shout.run").catch(() => undefined);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(await host.execute("bystander.ask")).toBe("fine");
  });

  test.each([
    ["a getter that throws", '({ get a() { throw new Error("no"); } })'],
    ["a toJSON that never ends", "({ toJSON() { for (;;); } })"],
    ["a cycle", "(() => { const a = {}; a.a = a; return a; })()"],
    ["a function", "() => 1"],
    ["a bigint", "1n"],
    ["a promise that rejects with nothing", "Promise.reject()"],
    [
      "a proxy of a revoked object",
      "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()",
    ],
    [
      "an error whose message is hostile",
      "Promise.reject(Object.assign(new Error(), { message: { toString() { throw 1; } } }))",
    ],
    ["a recursion without end", "(function f() { return f() + 1; })()"],
    ["a regular expression that backtracks for ever", '/^(a+)+$/.test("a".repeat(40) + "b")'],
    ["a flood of promises", "(async () => { for (;;) await null; })()"],
    ["a string of a gigabyte", '"x".repeat(2 ** 30)'],
  ])("ends only its own call: %s", async (_, expression) => {
    const { host, install } = await rig({ isolation: () => "caller" });
    await install(
      `export const commands = { "shout.run": ({ input }) => input ? (${expression}) : 1 };`,
    );
    await expect(host.execute("shout.run", true, { deadlineMs: 300 })).rejects.toMatchObject({
      name: "TenonError",
    });
    expect(await host.execute("bystander.ask")).toBe("fine");
    expect(await host.execute("shout.run", false)).toBe(1);
  });
});
