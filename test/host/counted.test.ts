import { expect, test } from "vitest";
import { type CountedQuantity, defineInterface } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig } from "./rig.ts";

// An interface that counts tasks: a command takes as many as its input says, and keeps them.
function tasks(counted: CountedQuantity) {
  const held: Disposable[] = [];
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    counted: { tasks: counted },
    implement: ({ caller, count }) => ({
      step: (what: string, detail: string) => {
        if (caller.plugin === "test/bystander") return '"fine"';
        if (what !== "run") return "";
        if (detail === '"crash"') return "!";
        if (detail === '"end"') {
          held.pop()?.[Symbol.dispose]();
          return "true";
        }
        const taken = count("tasks", Number(detail));
        if (taken !== undefined) held.push(taken);
        return String(taken !== undefined);
      },
    }),
  });
  return { script, held };
}

const name = "acme:test/script@1.0.0#tasks";

test("what an application's interface counts is counted by plugin, told, and given back", async () => {
  const { script } = tasks({ most: 5 });
  const made = await rig({ script });
  await made.install("test/a");
  await made.install("test/b");
  const take = (plugin: string, input: unknown) => made.host.execute(`${plugin}.run`, input);
  expect(await take("a", 3)).toBe(true);
  expect(await take("a", 3)).toBe(false);
  expect(made.told("limit")).toMatchObject([
    { plugin: "test/a", limit: name, value: 5, then: "refuse", times: 1 },
  ]);
  expect(await take("b", 5)).toBe(true);
  expect(await take("a", 2)).toBe(true);
  expect(await take("a", "end")).toBe(true);
  expect(await take("a", 2)).toBe(true);
  // What an instance held is given back when it ends.
  await failure("plugin-crashed", () => take("a", "crash"));
  expect(await take("a", 5)).toBe(true);
  expect(await take("b", 1)).toBe(false);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin that asks for more is disabled where the quantity says so", async () => {
  const { script } = tasks({ most: 0, policy: "disable" });
  const made = await rig({ script });
  await made.install("test/a");
  await made.host.execute("a.run", 1).catch(() => undefined);
  expect(made.told("limit")).toMatchObject([{ limit: name, then: "disable" }]);
  expect(made.host.plugin("test/a").state).toBe("disabled");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a quantity that is not named, or is none, is refused by its name", async () => {
  const define = (counted: object) =>
    defineInterface({
      name: "acme:app/tasks@1.0.0",
      counted: { tasks: counted as CountedQuantity },
      implement: () => ({}),
    });
  expect(() => define({ most: -1 })).toThrow(/most of tasks of acme:app\/tasks@1\.0\.0/);
  expect(() => define({ most: 1, policy: "stop" })).toThrow(/policy of tasks/);
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: ({ count }) => ({ step: () => String(count("taks")) }),
  });
  const made = await rig({ script, bystander: false });
  await made.install("test/a", { parts: ["commands"] });
  await expect(made.host.execute("a.run")).rejects.toMatchObject({
    cause: { code: "usage", message: expect.stringContaining("counts no taks") as string },
  });
});
