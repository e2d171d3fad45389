import { describe, expect, expectTypeOf, test } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type FunctionName,
  type FunctionTable,
  type InterfaceDefinition,
} from "../../src/index.ts";
import type * as Kv from "../../src/interfaces/generated/host/kv.ts";
import type * as Ui from "../../src/interfaces/generated/host/ui.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { rig } from "../host/rig.ts";

const name = "acme:app/tasks@1.0.0";
const implement = () => ({ listTasks: () => [], addTask: async (title: string) => title.length });

describe("a name of a function", () => {
  test("is one of those that a generated module has, as WIT spells them", () => {
    expectTypeOf<FunctionName<typeof Kv>>().toEqualTypeOf<
      | "[static]bucket.open"
      | "[method]bucket.get"
      | "[method]bucket.set"
      | "[method]bucket.compare-and-set"
      | "[method]bucket.delete"
      | "[method]bucket.keys"
    >();
    expectTypeOf<"[static]status-item.show" | "[method]progress.report">().toExtend<
      FunctionName<typeof Ui>
    >();
  });

  // A test of the types, for which an author's mistake has to be written down: `tsc` fails where a line
  // below a `@ts-expect-error` compiles after all.
  test("does not compile where it is misspelt", () => {
    const table = {
      "[method]bucket.get": { waits: true },
      // @ts-expect-error -- there is no such function
      "[method]bucket.gte": { waits: true },
    } as const satisfies FunctionTable<typeof Kv>;
    expect(Object.keys(table)).toHaveLength(2);
    defineInterface({
      name,
      // @ts-expect-error -- implement gives no such function
      functions: { "ad-task": { waits: true } },
      implement: ({ caller }) => ({ addTask: (title: string) => `${caller.plugin} ${title}` }),
    });
    expect(() =>
      defineInterface({
        name,
        // @ts-expect-error -- no such rule
        functions: { "add-task": { wait: true } },
        implement: ({ caller }) => ({ addTask: (title: string) => `${caller.plugin} ${title}` }),
      }),
    ).toThrow(/wait/);
  });

  test("is told when the first plugin starts, where implement's type says nothing", async () => {
    const untyped: () => Readonly<Record<string, unknown>> = () => ({ step: () => "" });
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: true }, "[method]task.stpe": { ungated: true } },
      implement: untyped,
    });
    const made = await rig({ script, bystander: false });
    await made.install("test/a");
    const error = await failure("plugin-activation", () => made.host.execute("a.run"));
    expect(made.host.plugin("test/a").crashes).toBe(0);
    expect(error.cause).toMatchObject({
      code: "interface-failed",
      cause: {
        code: "usage",
        data: { interface: "acme:test/script@1.0.0", unknown: ["[method]task.stpe"] },
      },
    });
  });
});

describe("what cannot be is refused, by its name", () => {
  const refused = (parts: object, code: string, said: RegExp) =>
    expect(() => defineInterface(parts as InterfaceDefinition)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(said) as string }),
    );

  test("a definition without implement, or that is no object", () => {
    refused({ name }, "usage", /implement of acme:app\/tasks@1\.0\.0/);
    refused({ name, implement: {} }, "usage", /implement/);
    expect(() => defineInterface(undefined as never)).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  });

  test.each(["acme:app/tasks", "tasks@1.0.0", "acme:app/tasks@1", "Acme:app/tasks@1.0.0", 7])(
    "the name %s",
    (wrong) => refused({ name: wrong, implement }, "interface-name", /with its version/),
  );

  test.each([
    ["suspends", { suspends: ["add-task"] }],
    ["capabilty", { capabilty: {} }],
  ])("the key %s", (key, more) => refused({ name, implement, ...more }, "usage", new RegExp(key)));

  test.each<[string, object, RegExp]>([
    ["a rule that is none", { "add-task": { wait: true } }, /wait;.*waits/],
    ["a name that no function has", { addTask_: { waits: true } }, /addTask_/],
    ["rules that are none", { "add-task": true }, /add-task: rules are an object/],
    ["a person asked without waiting", { "add-task": { asksPerson: true } }, /waits: true/],
    ["one way, and waited for", { "add-task": { oneWay: true, waits: true } }, /oneWay/],
    ["one way, of a resource", { "[method]task.end": { oneWay: true } }, /no resources/],
    ["local, by nobody", { "list-tasks": { local: true } }, /says who answers/],
  ])("%s", (_, functions, said) => refused({ name, implement, functions }, "usage", said));

  test("answers on the guest's thread for no function, of a resource, or that wait", () => {
    const local = { tag: "module", module: new URL("data:text/javascript,") };
    refused({ name, implement, local }, "usage", /no function is marked as local/);
    const of = (functions: object) => ({ name, implement, local, functions });
    refused(of({ "[method]task.end": { local: true } }), "usage", /no resources/);
    refused(of({ "list-tasks": { local: true, waits: true } }), "usage", /at once/);
  });

  test.each<[string, () => unknown]>([
    ["a function", () => ({ greet: () => "hi" })],
    ["a symbol", () => Symbol("tasks")],
    ["a Proxy", () => [new Proxy({}, {})]],
    ["a promise", () => new Map([["tasks", Promise.resolve([])]])],
    ["a weak map", () => new WeakMap()],
    [
      "a getter that throws",
      () => ({
        get tasks() {
          throw new Error("not yet");
        },
      }),
    ],
  ])("answers on the guest's thread with data that no thread can be sent: %s", (_, make) => {
    const module = new URL("data:text/javascript,");
    const functions = { "list-tasks": { local: true } };
    const of = (data: unknown) => ({
      name,
      implement,
      functions,
      local: { tag: "module", module, data },
    });
    expect(() => defineInterface(of(make()) as never)).toThrow(
      expect.objectContaining({
        code: "usage",
        message: expect.stringMatching(/acme:app\/tasks@1\.0\.0: the data of local/) as string,
        data: { interface: name },
      }),
    );
    // So it is where the definition is handed over as it is.
    const common = { platform: nodePlatform(), policy: grantAll([], "any") };
    expect(() => createHost({ ...common, interfaces: [of(make()) as never] })).toThrow(
      /acme:app\/tasks@1\.0\.0: the data of local/,
    );
    expect(defineInterface(of([new Map([[1n, new Uint8Array(1)]])]) as never)).toBeDefined();
  });

  test("answers on the guest's thread by a module that is no URL", () => {
    const functions = { "list-tasks": { local: true } };
    const local = { tag: "module", module: "./tasks.js" };
    refused({ name, implement, functions, local }, "usage", /tasks@1\.0\.0: the module of local/);
  });
});
