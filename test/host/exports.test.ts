import { expect, test } from "vitest";
import { defineInterface, WitError } from "../../src/index.ts";
import { arithmetic, asking, counterMaker } from "../conformance/engine-guests.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";
import { manifestText } from "../manifest-text.ts";

const manifest = manifestText("acme/worker");

type Numbers = Record<string, (...args: number[]) => number>;

async function installed(made: Rig, bytes: Promise<Uint8Array>): Promise<void> {
  await made.host.install(await bytes, { manifest });
}

const askable = (askHost: (n: number) => number | Promise<number>, waits = false) =>
  defineInterface({
    name: "acme:test/host@1.0.0",
    functions: { "ask-host": { waits } },
    implement: () => ({ askHost, tryHost: (n: number) => n, dropped: () => undefined }),
  });

test("an embedder calls the exports of its own world, and gets answers at once", async () => {
  const made = await rig({ isolation: () => "caller" });
  await installed(made, arithmetic());
  const { "acme:test/api@1.0.0": api } = await made.host.exportsOf<{
    "acme:test/api@1.0.0": Numbers;
  }>("acme/worker");
  expect(api["add"]!(2, 40)).toBe(42);
  expect(api["check"]!(84)).toBe(42);
  expect(() => api["check"]!(7)).toThrow(WitError);
  expect(made.host.plugin("acme/worker")).toMatchObject({ state: "running", starts: 1, calls: 3 });
});

test("a trap in a direct call ends the instance; asking again gives a fresh one", async () => {
  const made = await rig({ isolation: () => "caller" });
  await installed(made, arithmetic());
  type World = { readonly "acme:test/api@1.0.0": Numbers };
  const first = (await made.host.exportsOf<World>("acme/worker"))["acme:test/api@1.0.0"];
  expect(first["count"]!()).toBe(1);
  const error = await failure("plugin-crashed", () => first["trap"]!());
  expect(error.plugin).toBe("acme/worker");
  await failure("plugin-crashed", () => first["add"]!(1, 2));
  expect(await bystanderAnswers(made)).toBe(true);
  const second = (await made.host.exportsOf<World>("acme/worker"))["acme:test/api@1.0.0"];
  expect(second["count"]!()).toBe(1);
  expect(made.host.plugin("acme/worker")).toMatchObject({ starts: 2, crashes: 1 });
});

test("where a host function may wait, calls queue up, and go on after a crash", async () => {
  let trap = false;
  const made = await rig({
    interfaces: [
      askable(async (n) => {
        if (trap) throw new Error("a fault");
        return n * 2;
      }, true),
    ],
  });
  await installed(made, asking());
  const { ask } = await made.host.exportsOf<{ ask(n: number): Promise<number> }>("acme/worker");
  expect(await Promise.all([ask(1), ask(2), ask(3)])).toEqual([2, 4, 6]);
  trap = true;
  const error = await failure("interface-failed", () => ask(1));
  expect(error.data).toMatchObject({ function: "ask-host", why: "threw" });
  trap = false;
  expect(await ask(4)).toBe(8);
});

test("an entry in the middle of a direct call is refused", async () => {
  let again: () => unknown = () => undefined;
  const made = await rig({
    isolation: () => "caller",
    interfaces: [
      askable((n) => {
        again();
        return n;
      }),
    ],
  });
  await installed(made, asking());
  const { ask } = await made.host.exportsOf<{ ask(n: number): number }>("acme/worker");
  again = () => ask(2);
  await failure("plugin-crashed", () => ask(1));
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a guest's resources are classes", async () => {
  const made = await rig({ isolation: () => "caller", interfaces: [askable((n) => n)] });
  await installed(made, counterMaker());
  type Counter = { new (n: number): Disposable & { next(): number } };
  const { "acme:test/counters@1.0.0": counters } = await made.host.exportsOf<{
    "acme:test/counters@1.0.0": { readonly Counter: Counter };
  }>("acme/worker");
  using counter = new counters.Counter(41);
  expect(counter.next()).toBe(42);
});
