// What an application's own interface throws, in any form and from any realm: either it is the `err` of the function, or
// the interface has failed. The same for the application's plugins and for strangers'.
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { TenonError, WitError } from "../../src/index.ts";
import { bystanderAnswers, rig } from "./rig.ts";

const far = (text: string): unknown => runInNewContext(text) as unknown;

// All of these are `err("no")` of a function that answers `result<string, string>`.
const errs: Readonly<Record<string, unknown>> = {
  "a WitError": new WitError("no"),
  "an Error with a payload": Object.assign(new TypeError("x"), { payload: "no" }),
  "an Error with a payload, of another realm": far(
    `Object.assign(new Error("x"), { payload: "no" })`,
  ),
  "the value itself": "no",
};

const faults: Readonly<Record<string, unknown>> = {
  "an Error": new Error("broken"),
  "an Error of another realm": far(`new RangeError("broken")`),
  "a WitError of another type": new WitError(5),
  "an Error with a payload of another type": Object.assign(new Error("x"), { payload: { no: 1 } }),
  "a value of another type": { no: 1 },
  "a number": 404,
  nothing: undefined,
  "a promise": Promise.resolve("no"),
};

// What an `execute` came to, by both trusts, thrown at once and as a rejection.
async function outcomes(thrown: unknown) {
  const found: unknown[] = [];
  for (const level of ["caller", "thread"] as const) {
    const made = await rig({
      isolation: () => level,
      limits: { breaker: { failures: 1_000, firstMs: 1, maxMs: 1 } },
    });
    await made.install("test/a");
    const throws = (): never => {
      throw thrown;
    };
    const rejects = [
      () => Promise.reject(thrown as Error),
      () => Promise.resolve().then(throws),
      () => runInNewContext("Promise.reject(thrown)", { thrown }) as Promise<string>,
    ];
    for (const deed of [throws, ...rejects]) {
      made.play((_, what) => (what === "run" ? deed() : ""));
      found.push(
        await made.host.execute("a.run").then(
          (answer) => ({ answer }),
          (error: unknown) => {
            if (!(error instanceof TenonError)) return { error };
            const { code, message, data, plugin, operation } = error;
            return { code, message, data, plugin, operation };
          },
        ),
      );
    }
    expect(made.host.plugin("test/a")).toMatchObject({ crashes: 0 });
    expect(await bystanderAnswers(made)).toBe(true);
    made.play(() => "1");
    expect(await made.host.execute("a.run")).toBe(1);
  }
  return found;
}

test.each(Object.keys(errs))("%s is the err", async (what) => {
  const [first, ...others] = await outcomes(errs[what]);
  expect(first).toMatchObject({ code: "command-failed", plugin: "test/a" });
  expect((first as TenonError).message).toContain("no");
  for (const other of others) expect(other).toEqual(first);
});

test.each(Object.keys(faults))("%s is the interface's failure", async (what) => {
  const [first, ...others] = await outcomes(faults[what]);
  expect(first).toMatchObject({
    code: "interface-failed",
    plugin: "test/a",
    data: { interface: "acme:test/script@1.0.0", function: "step" },
  });
  for (const other of others) expect(other).toEqual(first);
});

test("a thrown object that is no Error is told by its keys", async () => {
  for (const told of await outcomes({ status: 404, body: "gone" })) {
    expect((told as TenonError).message).toMatch(/an object that is no Error, with status, body$/u);
  }
});
