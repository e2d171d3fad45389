import { expect, test } from "vitest";
import { askingPolicy, type Host, memoryKeyValue, type Takeover } from "../../src/index.ts";
import { signPackage, withSignature } from "../../src/identity/sign.ts";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";
import { changedPlugin } from "../plugins/sample-plugins.ts";
import { newKey } from "./keys.ts";

// The sample notes, which keeps what it is given through kv, under the keys of two makers.

const NAME = "tenon/notes";

async function build(version: string, key?: SigningKey): Promise<Uint8Array> {
  const component = await changedPlugin("notes", { version });
  if (key === undefined) return component;
  return withSignature(component, await signPackage({ component, key }));
}

/** Hosts of one application, one after the other. */
function world(): (answer: Takeover) => Promise<Rig> {
  const keyValue = memoryKeyValue();
  return (answer) =>
    rig({
      platform: { keyValue: { ...keyValue, [Symbol.dispose]: () => undefined } },
      policy: askingPolicy(() => "session", { identity: () => answer }),
    });
}

async function add(host: Host, text: string): Promise<void> {
  await host.execute("notes.add", { text });
}

/** The texts of all notes that the plugin finds. */
async function notes(host: Host): Promise<readonly string[]> {
  const { notes: all } = (await host.execute("notes.list", { limit: 100 })) as {
    readonly notes: readonly { readonly title: string }[];
  };
  return all.map(({ title }) => title);
}

test("fresh: the new maker's program finds nothing, and what the old one stored is there when it is back", async () => {
  const [old, next] = [await newKey(), await newKey()];
  const start = world();
  const first = await start("fresh");
  await first.host.install(await build("1.0.0", old));
  await add(first.host, "from the old one");
  await first.host.install(await build("2.0.0", next), { replace: "newer" });
  expect(await notes(first.host)).toEqual([]);
  await add(first.host, "from the new one");
  await first.host[Symbol.asyncDispose]();
  const second = await start("fresh");
  await second.host.install(await build("2.1.0", next));
  expect(await notes(second.host)).toEqual(["from the new one"]);
  await second.host.install(await build("3.0.0", old), { replace: "newer" });
  expect(await notes(second.host)).toEqual(["from the old one"]);
  expect(await bystanderAnswers(second)).toBe(true);
  // Who uninstalls a plugin deletes all that was stored under its name.
  await second.host.uninstall(NAME);
  for (const key of [old, next]) {
    await second.host.install(await build("4.0.0", key));
    expect(await notes(second.host)).toEqual([]);
    await second.host.uninstall(NAME, { keepData: false });
  }
});

test("hand-over: the new maker's program has the old one's data, also after a restart", async () => {
  const [old, next] = [await newKey(), await newKey()];
  const start = world();
  const first = await start("hand-over");
  await first.host.install(await build("1.0.0", old));
  await add(first.host, "from the old one");
  await first.host.install(await build("2.0.0", next), { replace: "newer" });
  expect(await notes(first.host)).toEqual(["from the old one"]);
  await add(first.host, "from the new one");
  await first.host[Symbol.asyncDispose]();
  const second = await start("refuse");
  await second.host.install(await build("2.1.0", next));
  expect(await notes(second.host)).toEqual(["from the old one", "from the new one"]);
  // The old maker is another one now, and has no right to the data.
  await failure("identity-changed", async () =>
    second.host.install(await build("3.0.0", old), { replace: "newer" }),
  );
  expect(await notes(second.host)).toEqual(["from the old one", "from the new one"]);
  expect(await bystanderAnswers(second)).toBe(true);
});

test("a takeover while the old one is not installed keeps to the same rules", async () => {
  for (const [answer, expected] of [
    ["fresh", []],
    ["hand-over", ["from the old one"]],
  ] as const) {
    const [old, next] = [await newKey(), await newKey()];
    const start = world();
    const first = await start(answer);
    await first.host.install(await build("1.0.0", old));
    await add(first.host, "from the old one");
    await first.host[Symbol.asyncDispose]();
    const second = await start(answer);
    await second.host.install(await build("2.0.0", next));
    expect(await notes(second.host)).toEqual(expected);
    expect(await bystanderAnswers(second)).toBe(true);
  }
});

test("refuse: the old one keeps its name, its data and its calls", async () => {
  const { host, ...made } = await world()("refuse");
  await host.install(await build("1.0.0"));
  await add(host, "from the old one");
  await failure("identity-changed", async () =>
    host.install(await build("2.0.0", await newKey()), { replace: "any" }),
  );
  expect(await notes(host)).toEqual(["from the old one"]);
  expect(host.plugin(NAME)).toMatchObject({ version: "1.0.0", crashes: 0 });
  expect(await bystanderAnswers({ host, ...made })).toBe(true);
});

test("the new maker's program that can't start leaves the old one its data", async () => {
  const [old, next] = [await newKey(), await newKey()];
  // It can't start without kv, which it is not granted.
  const policy = askingPolicy(({ version }) => (version === "2.0.0" ? "no" : "session"), {
    identity: () => "hand-over",
  });
  const made = await rig({ policy });
  await made.host.install(await build("1.0.0", old));
  await add(made.host, "from the old one");
  await made.host.install(await build("2.0.0", next), { replace: "newer" });
  expect(await notes(made.host)).toEqual(["from the old one"]);
  expect(made.host.plugin(NAME)).toMatchObject({ version: "1.0.0", identity: { key: old.id } });
  expect(made.told("rolled-back")).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});
