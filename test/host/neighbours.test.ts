import { expect, test } from "vitest";
import { createHost, type Emitted, grantAll } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig } from "./rig.ts";

test.each(["disable", "uninstall"] as const)(
  "a plugin that others need is not to %s by mistake: they are named",
  async (operation) => {
    const made = await rig();
    const { host, install } = made;
    made.play(() => "1");
    await install("test/base");
    for (const name of ["test/a", "test/b"]) {
      await install(name, { manifest: { dependencies: { "test/base": "*" } } });
    }
    const error = await failure("plugin-needed", () => host[operation]("test/base"));
    expect(error.message).toContain("test/a, test/b");
    expect(error.data).toEqual({ by: ["test/a", "test/b"] });
    expect(await host.execute("a.run")).toBe(1);
    await host[operation]("test/base", { cascade: true });
    await failure(operation === "disable" ? "plugin-disabled" : "command-unknown", () =>
      host.execute("base.run"),
    );
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test("one whose dependents are gone or disabled may go", async () => {
  const { host, install } = await rig();
  await install("test/base");
  for (const name of ["test/a", "test/b"]) {
    await install(name, { manifest: { dependencies: { "test/base": "*" } } });
  }
  await host.uninstall("test/a");
  await host.disable("test/b");
  await host.uninstall("test/base");
});

test.each(["disable", "uninstall"] as const)(
  "no manifest keeps a plugin: the refusal of %s says how it goes all the same, in a circle too",
  async (operation) => {
    const made = await rig();
    const { host, install } = made;
    await install("test/a", { manifest: { dependencies: { "test/b": "*" } } });
    await install("test/b", { manifest: { dependencies: { "test/a": "*" } } });
    // Whoever needs a version that is not there needs it, too.
    await install("test/clinging", { manifest: { dependencies: { "test/a": "^9.0.0" } } });
    for (const [name, by] of [
      ["test/a", ["test/b", "test/clinging"]],
      ["test/b", ["test/a"]],
    ] as const) {
      const refused = await failure("plugin-needed", () => host[operation](name));
      expect(refused.data).toEqual({ by });
      expect(refused.message).toMatch(/say cascade: true\.$/);
    }
    await host[operation]("test/a", { cascade: true });
    // Nobody needs this one now.
    await host[operation]("test/b", operation === "disable" ? {} : { cascade: true });
    expect(await bystanderAnswers(made)).toBe(true);
  },
);

test("the application hears what plugins emit, as long as it listens", async () => {
  const made = await rig({ policy: grantAll(["bus"], "any") });
  const { host, install, play } = made;
  await install("test/a", {
    parts: ["commands", "bus"],
    manifest: { capabilities: { bus: { scope: { events: ["ping"] }, reason: "To be heard." } } },
  });
  play(() => ">7");
  const heard: Emitted[] = [];
  host.onEmitted(() => {
    throw new Error("a listener's own fault");
  });
  const heardOne = Promise.withResolvers<void>();
  const end = host.onEmitted((event) => {
    heard.push(event);
    heardOne.resolve();
  });
  await host.execute("a.run");
  await heardOne.promise;
  expect(heard).toEqual([{ plugin: "test/a", name: "ping", payload: 7 }]);
  end();
  const again = Promise.withResolvers<void>();
  host.onEmitted(() => again.resolve());
  await host.execute("a.run");
  await again.promise;
  expect(heard).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin that starts is stopped, too: the call that it starts for fails, the next one is made", async () => {
  for (const isolation of ["caller", "thread"] as const) {
    const policy = grantAll([], "any");
    await using host = createHost({
      platform: nodePlatform(),
      policy,
      isolation: ({ name }) => (name === "tenon/hostile" ? isolation : "thread"),
    });
    for (const name of ["hostile", "word-count"]) {
      await host.install(new URL(`../../plugins-rs/${name}/${name}.wasm`, import.meta.url));
    }
    const first = failure("plugin-disabled", () => host.execute("hostile.behave"));
    const waiting = host.execute("hostile.behave");
    while (host.plugin("tenon/hostile").state !== "starting") await new Promise(setImmediate);
    await host.stop("tenon/hostile", { now: true });
    await first;
    expect(await waiting).toBe("well");
    expect(host.plugin("tenon/hostile")).toMatchObject({ crashes: 0, state: "running" });
    expect(await host.execute("word-count.count", { text: "a b" })).toMatchObject({ words: 2 });
  }
});

test("a looping call ends where the plugin is to stop now, which is no crash of it", async () => {
  await using host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  for (const name of ["hostile", "word-count"]) {
    await host.install(new URL(`../../plugins-rs/${name}/${name}.wasm`, import.meta.url));
  }
  expect(await host.execute("hostile.behave")).toBeDefined();
  const looping = failure("plugin-disabled", () => host.execute("hostile.loop"));
  let isOver = false;
  void looping.then(() => (isOver = true));
  // The first may come before the call has begun.
  while (!isOver) {
    await host.stop("tenon/hostile", { now: true });
    await new Promise(setImmediate);
  }
  await looping;
  expect(host.plugin("tenon/hostile")).toMatchObject({ crashes: 0, instances: 0 });
  expect(await host.execute("hostile.behave")).toBeDefined();
  expect(await host.execute("word-count.count", { text: "a b" })).toMatchObject({ words: 2 });
});
