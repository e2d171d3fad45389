import { describe, expect, it } from "vitest";
import { createHost, grantAll, type Host, type HostOptions } from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { pluginBytes } from "../../../conformance/plugin-bytes.ts";

// Milliseconds that a command may take here.
const DEADLINE = 400;
// By how much a page that is merely busy with its own work may be held up.
const HELD = 200;

const hostOf = (options: Partial<HostOptions> = {}): Host =>
  createHost({
    platform: browserPlatform(),
    policy: grantAll(["text"], "any"),
    limits: { commandMs: DEADLINE },
    ...options,
  });

describe("a stranger's plugin in a page", () => {
  it("that loops for ever ends at its deadline, and does not freeze the page", async () => {
    await using host = hostOf();
    await host.install(await pluginBytes("hostile"));
    let last = performance.now();
    let longest = 0;
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 10);
    try {
      await expect(host.execute("hostile.loop")).rejects.toMatchObject({
        code: "plugin-deadline",
      });
    } finally {
      clearInterval(beat);
    }
    expect(longest).toBeLessThan(HELD);
    expect(await host.execute("hostile.behave")).toBe("well");
  });

  it("that loops for ever on a thread leaves time to its neighbours there", async () => {
    const platform = browserPlatform();
    const threads = { size: 1, start: () => platform.threads!.start() };
    await using host = hostOf({ platform: { ...platform, threads }, limits: { commandMs: 3_000 } });
    await host.install(await pluginBytes("hostile"));
    await host.install(await pluginBytes("json-tools"));
    await host.execute("hostile.behave");
    await host.execute("json-tools.minify", { text: "[ 1 ]" });
    let over = false;
    const loop = expect(host.execute("hostile.loop"))
      .rejects.toMatchObject({ code: "plugin-deadline" })
      .then(() => (over = true));
    for (let n = 0; n < 5; n++) {
      expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
      expect(over).toBe(false);
    }
    await loop;
  });
});

describe("the application's own plugin in a page", () => {
  it("that loops for ever ends at its deadline, others go on after it", async () => {
    await using host = hostOf({ isolation: () => "caller" });
    await host.install(await pluginBytes("hostile"));
    await host.install(await pluginBytes("json-tools"));
    await expect(host.execute("hostile.loop")).rejects.toMatchObject({ code: "plugin-deadline" });
    expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
  });

  it("is stopped by counting where nothing can be shared", async () => {
    const platform = { ...browserPlatform(), ticker: undefined, threads: undefined };
    await using host = hostOf({ platform });
    await host.install(await pluginBytes("hostile"));
    await expect(host.execute("hostile.loop")).rejects.toMatchObject({ code: "plugin-deadline" });
    expect(await host.execute("hostile.behave")).toBe("well");
  });
});
