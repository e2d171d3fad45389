import "./no-jspi.ts";
import { describe, expect, it } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  type HostOptions,
} from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import type { Platform } from "../../../../src/platform/platform.ts";
import { pluginBytes } from "../../../conformance/plugin-bytes.ts";
import { scriptedGuest } from "../../../host/scripted-guest.ts";
import { manifestText } from "../../../manifest-text.ts";

const platform = (): Platform =>
  browserPlatform({
    worker: (entry) => {
      const file = entry === "guest" ? "unsuspending-worker" : "ticker-worker";
      return new Worker(new URL(`./${file}.js`, location.href), { type: "module" });
    },
  });
const hostOf = (options: Partial<HostOptions> = {}): Host =>
  createHost({ platform: platform(), policy: grantAll([], "any"), ...options });
const late = { code: "plugin-deadline" };
const compact = { text: "[ 1 ]" };

describe("in a page without JSPI", () => {
  it("strangers run on workers where they can share memory, and else on its own thread", () => {
    expect("Suspending" in WebAssembly).toBe(false);
    expect(platform().threads !== undefined).toBe(crossOriginIsolated);
  });

  it("a plugin that loops for ever ends at its deadline, and others go on", async () => {
    await using host = hostOf({ limits: { commandMs: 400 } });
    await host.install(await pluginBytes("hostile"));
    await host.install(await pluginBytes("json-tools"));
    for (let n = 0; n < 2; n++) {
      await expect(host.execute("hostile.loop")).rejects.toMatchObject(late);
      expect(await host.execute("json-tools.minify", compact)).toEqual({ text: "[1]" });
    }
    expect(host.plugin("tenon/json-tools").crashes).toBe(0);
    expect(await host.execute("hostile.behave")).toBe("well");
  });

  it("one that overstayed on a thread holds up nobody the next time", async () => {
    const one = platform();
    // Without threads a loop holds the page, and there is nothing to look at meanwhile.
    if (one.threads === undefined) return;
    const { threads } = one;
    const single = { size: 1, setsAside: false, start: () => threads.start() };
    await using host = hostOf({ platform: { ...one, threads: single } });
    await host.install(await pluginBytes("hostile"));
    await host.install(await pluginBytes("json-tools"));
    expect(await host.execute("json-tools.minify", compact)).toEqual({ text: "[1]" });
    const first = host.execute("hostile.loop", undefined, { deadlineMs: 400 });
    await expect(first).rejects.toMatchObject(late);
    let over = false;
    const again = host.execute("hostile.loop", undefined, { deadlineMs: 4_000 });
    const ended = expect(again)
      .rejects.toMatchObject(late)
      .then(() => (over = true));
    for (let n = 0; n < 3; n++) {
      expect(await host.execute("json-tools.minify", compact)).toEqual({ text: "[1]" });
      expect(over).toBe(false);
    }
    await ended;
    expect(host.plugin("tenon/json-tools")).toMatchObject({ starts: 1, crashes: 0 });
  });

  it("a host function that waits is waited for on a thread, and ends the instance on its own", async () => {
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: true } },
      implement: () => ({
        step: (_: string, detail: string) =>
          new Promise<string>((resolve) => void setTimeout(() => resolve(detail), 20)),
      }),
    });
    await using host = hostOf({ interfaces: [script] });
    const manifest = manifestText("test/a", { commands: [{ id: "a.run", title: "Run" }] });
    await host.install(await scriptedGuest("commands"), { manifest });
    const answer = host.execute("a.run", 7);
    if (crossOriginIsolated) expect(await answer).toBe(7);
    else await expect(answer).rejects.toMatchObject({ code: "platform-unsupported" });
  });
});
