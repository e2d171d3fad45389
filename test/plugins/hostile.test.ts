import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import type { TenonError, TenonErrorCode } from "../../src/errors.ts";
import type { Host } from "../../src/host/options.ts";
import type { OpenDocument } from "../../src/interfaces/text/open-document.ts";
import type { Platform } from "../../src/platform/platform.ts";
import { folderOf, hostWith, networkOf, sampleTests, watchingPerson } from "./sample-plugins.ts";

sampleTests("hostile", await readSamples(folderOf("hostile")));

const hostile = "tenon/hostile";
const everything = ["log", "kv", "text", "ui", "clipboard", "http", "workspace", "bus"];

// What each misdeed comes to, whatever was granted.
const ends: Readonly<Record<string, TenonErrorCode>> = {
  trap: "plugin-crashed",
  panic: "plugin-crashed",
  hoard: "plugin-crashed",
  recurse: "plugin-crashed",
  "forged-handle": "plugin-crashed",
  "wrong-handle": "plugin-crashed",
  "use-after-drop": "plugin-crashed",
  "double-drop": "plugin-crashed",
  "wild-pointer": "plugin-crashed",
  "wrapping-pointer": "plugin-crashed",
  "invalid-utf8": "plugin-crashed",
  "no-such-case": "plugin-crashed",
  "overlapping-list": "limit-lifted",
  "huge-string": "limit-lifted",
  "wild-answer": "plugin-crashed",
  "invalid-answer": "plugin-crashed",
  "no-json": "command-failed",
  "deep-json": "command-failed",
  "huge-json": "limit-lifted",
  "escape-codes": "command-failed",
};

// The hostile plugin and an honest one on one host, for all tests of a group.
class Neighbours implements AsyncDisposable {
  readonly host: Host;
  readonly document: OpenDocument;

  private constructor(host: Host) {
    this.host = host;
    this.document = host.documents.open("file:///a.txt", "hello");
  }

  static async start(
    grants: readonly string[],
    powers: Partial<Platform> = {},
  ): Promise<Neighbours> {
    // No quarantine: every misdeed is to meet a fresh instance.
    const limits = {
      crashes: { crashes: 1_000, withinMs: 1_000 },
      breaker: { failures: 1_000, firstMs: 1, maxMs: 1 },
    };
    const host = await hostWith(["hostile", "json-tools"], { limits, grants, powers });
    await host.execute("json-tools.minify", { text: "[ ]" });
    return new Neighbours(host);
  }

  misbehave(misdeed: string, input?: unknown): Promise<unknown> {
    return this.host.execute(`hostile.${misdeed}`, input, { document: this.document });
  }

  // The honest plugin has noticed nothing, and the hostile one may try again.
  async expectUnharmed(): Promise<void> {
    const answer = await this.host.execute("json-tools.minify", { text: "[ 1 ]" });
    expect(answer).toEqual({ text: "[1]" });
    expect(this.host.plugin("tenon/json-tools")).toMatchObject({ starts: 1, crashes: 0 });
    expect(this.document.text).toBe("hello");
    expect(await this.misbehave("behave")).toBe("well");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
  }
}

describe("hostile, beside an honest plugin", () => {
  let both: Neighbours;
  beforeAll(async () => {
    both = await Neighbours.start([]);
  });
  afterAll(() => both[Symbol.asyncDispose]());
  afterEach(() => both.expectUnharmed());

  for (const [misdeed, code] of Object.entries(ends)) {
    test(`${misdeed} ends as ${code}`, async () => {
      await expect(both.misbehave(misdeed)).rejects.toMatchObject({ code });
    });
  }

  test("gets the memory it was granted and no page more", async () => {
    const { pages } = (await both.misbehave("grow")) as { pages: number };
    expect(pages).toBe((64 * 1024 * 1024) / 65_536);
  });

  test("is refused what it has no grant for, and every refusal is counted", async () => {
    const refusals = both.host.plugin(hostile).refusals;
    await both.misbehave("trespass");
    // Logging is refused without a word to the plugin.
    expect(both.host.plugin(hostile).refusals - refusals).toBe(13);
  });

  test("leaves nothing behind by getting and dropping handles", async () => {
    expect(await both.misbehave("handle-churn", { count: 50_000 })).toEqual({ bytes: 250_000 });
  });

  test("gets no randomness by the gigabyte", async () => {
    expect(await both.misbehave("random-flood")).toEqual({ refused: true });
  });

  test("gets nothing by nagging", async () => {
    expect(await both.misbehave("nag", { count: 200 })).toEqual({ granted: 0 });
  });

  test("says nothing that a terminal would obey", async () => {
    await expect(both.misbehave("escape-codes")).rejects.toSatisfy(
      (error: TenonError) => !/[\p{Cc}\u202e]/u.test(error.message + String(error.data["said"])),
    );
  });
});

describe("hostile, with every grant", () => {
  const person = watchingPerson();
  let both: Neighbours;
  beforeAll(async () => {
    both = await Neighbours.start(everything, { ui: person.ui, http: networkOf(undefined) });
  });
  afterAll(() => both[Symbol.asyncDispose]());
  afterEach(() => both.expectUnharmed());

  test("reaches nothing past a grant's scope", async () => {
    expect(await both.misbehave("trespass")).toMatchObject({
      "http-loopback": "denied",
      "http-metadata": "denied",
      http: "failed",
      text: "failed",
      "workspace-absolute": "invalid",
      "workspace-parent": "invalid",
    });
  });

  test("floods neither log nor bus", async () => {
    let logged = 0;
    both.host.on((event) => {
      if (event.tag === "log") logged += event.record.message.length;
    });
    await both.misbehave("log-flood", { count: 20_000, size: 1_000 });
    expect(logged).toBeGreaterThan(0);
    expect(logged).toBeLessThan(2 << 20);
    const { sent } = (await both.misbehave("event-flood")) as { sent: number };
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(10_000);
  });

  test("puts no more on the screen than is allowed", async () => {
    for (const kind of ["progress", "status-item"]) {
      const { kept } = (await both.misbehave("handle-flood", { kind })) as { kept: number };
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThan(100);
    }
    expect(person.shown.length).toBeLessThan(100);
  });
});

describe("hostile, at its start and its end", () => {
  test("fails to start in words or by a trap, and starts once it behaves", async () => {
    let activate = "fail";
    await using host = await hostWith(["hostile"], { settings: () => ({ activate }) });
    await expect(host.execute("hostile.behave")).rejects.toMatchObject({
      code: "plugin-activation",
    });
    activate = "trap";
    await expect(host.execute("hostile.behave")).rejects.toMatchObject({ plugin: hostile });
    activate = "well";
    expect(await host.execute("hostile.behave")).toBe("well");
  });

  test("ends, whether it wants to or not", async () => {
    const host = await hostWith(["hostile"], { settings: () => ({ deactivate: "trap" }) });
    await host.execute("hostile.behave");
    await host.stop(hostile);
    expect(await host.execute("hostile.behave")).toBe("well");
    await host[Symbol.asyncDispose]();
  });

  test("hurts only itself with an event", async () => {
    await using host = await hostWith(["hostile", "word-count"]);
    const { plugins } = await host.dispatch("event:hostile.poke", "trap");
    expect(plugins).toMatchObject([
      { plugin: hostile, tag: "failed", error: { code: "plugin-crashed" } },
    ]);
    const report = await host.dispatch("event:hostile.poke", "fail");
    expect(report.plugins).toMatchObject([{ plugin: hostile, tag: "err" }]);
    expect(JSON.stringify(report)).not.toMatch(/\\u001b|\u202e/);
  });

  test("is put under quarantine after five crashes, until somebody lifts it", async () => {
    await using host = await hostWith(["hostile"]);
    for (let crash = 0; crash < 5; crash++) {
      await expect(host.execute("hostile.trap")).rejects.toMatchObject({ code: "plugin-crashed" });
    }
    await expect(host.execute("hostile.behave")).rejects.toMatchObject({
      code: "plugin-quarantined",
    });
    await host.enable(hostile);
    expect(await host.execute("hostile.behave")).toBe("well");
  });
});
