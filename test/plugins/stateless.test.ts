import { describe, expect, test } from "vitest";
import { grantAll } from "../../src/capability/static-policy.ts";
import type { Engine } from "../../src/component/engine.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { createHost } from "../../src/host/host.ts";
import type { Host } from "../../src/host/options.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { changedPlugin } from "./sample-plugins.ts";

const remember = (host: Host, size = 100): Promise<unknown> =>
  host.execute("hostile.remember", { size });

// The hostile plugin, which keeps what it can and looks for it at the next call.
async function hostWithHostile(stateless: boolean, engine?: Engine): Promise<Host> {
  const platform = nodePlatform();
  const host = createHost({
    ...(engine === undefined ? {} : { isolation: () => "caller" as const }),
    platform: { ...platform, ...(engine === undefined ? {} : { engine: async () => engine }) },
    policy: grantAll([], "any"),
  });
  await host.install(await changedPlugin("hostile", { stateless }));
  return host;
}

describe("a plugin that says it is stateless", () => {
  test("finds nothing of the calls before: no counter, no text, no page more", async () => {
    await using host = await hostWithHostile(true);
    const first = (await remember(host)) as { pages: number };
    expect(first).toEqual({ calls: 0, kept: 0, found: 0, pages: expect.any(Number) });
    for (const size of [0, 10_000, 100, 300_000, 100]) {
      expect(await remember(host, size)).toEqual(first);
    }
    expect(host.plugin("tenon/hostile")).toMatchObject({ state: "running", starts: 1, crashes: 0 });
  });

  test("gets a new instance where one took more memory than can be put back", async () => {
    await using host = await hostWithHostile(true);
    const reasons: string[] = [];
    host.on((event) => event.tag === "stopped" && reasons.push(event.reason));
    const first = await remember(host, 5 << 20);
    expect(host.plugin("tenon/hostile")).toMatchObject({ state: "installed", starts: 1 });
    expect(await remember(host)).toEqual(first);
    expect(host.plugin("tenon/hostile")).toMatchObject({ state: "running", starts: 2, crashes: 0 });
    expect(reasons).toEqual(["reset"]);
  });

  test("gets a new instance for each call of an engine that can't put one back", async () => {
    const inner = componentEngine();
    const engine: Engine = {
      name: "plain",
      compile: (bytes, options) => inner.compile(bytes, { ...options, restorable: false }),
    };
    await using host = await hostWithHostile(true, engine);
    const first = await remember(host);
    expect(first).toMatchObject({ calls: 0, found: 0 });
    expect(await remember(host)).toEqual(first);
    expect(host.plugin("tenon/hostile").starts).toBe(2);
  });

  test("is none where it does not say so: what it keeps it finds", async () => {
    await using host = await hostWithHostile(false);
    await remember(host);
    const second = (await remember(host)) as { calls: number; kept: number; found: number };
    expect(second).toMatchObject({ calls: 1, kept: 1 });
    expect(second.found).toBeGreaterThan(0);
  });

  test("starts anew after a trap, as others do", async () => {
    await using host = await hostWithHostile(true);
    const first = await remember(host);
    await expect(host.execute("hostile.trap")).rejects.toMatchObject({ code: "plugin-crashed" });
    expect(await remember(host)).toEqual(first);
    expect(host.plugin("tenon/hostile")).toMatchObject({ starts: 2, crashes: 1 });
  });
});
