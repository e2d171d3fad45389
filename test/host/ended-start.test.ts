// A plugin says in its manifest how long its start may take. That is not how long its host waits for it
// when it is not wanted any more.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  createHost,
  grantAll,
  type Host,
  type HostOptions,
  type Isolation,
  type TenonError,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { script, type Step } from "../isolation/script.ts";
import { manifestText } from "../manifest-text.ts";
import { misdeedHost } from "../isolation/misdeed-host.ts";
import { misdeedGuest } from "../isolation/misdeed.ts";
import { scriptedGuest } from "./scripted-guest.ts";

vi.setConfig({ testTimeout: 120_000 });

const MINUTE = 60_000;
/** Of a minute that the plugin asks for; the host gives it 100 ms. */
const SOON_MS = 20_000;

const ENDS: Readonly<Record<string, [end: (host: Host) => Promise<unknown>, code: string]>> = {
  "the host is closed": [(host) => host.close(), "host-closed"],
  "it is uninstalled": [(host) => host.uninstall("test/slow"), "plugin-unknown"],
  "it is disabled": [(host) => host.disable("test/slow"), "plugin-disabled"],
};

const STARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  "loops for ever": () => "@",
  "waits for ever": () => new Promise(() => {}),
};

interface Slow {
  readonly host: Host;
  play(step: Step): void;
  /** A call of the slow plugin, and of its neighbour. */
  call(): Promise<unknown>;
  beside(): Promise<unknown>;
}

async function slowHost(isolation: Isolation, more: Partial<HostOptions> = {}): Promise<Slow> {
  const { definition, play } = script();
  const host = createHost({
    platform: nodePlatform(),
    isolation: () => isolation,
    policy: grantAll([], "any"),
    interfaces: [definition, ...(more.interfaces ?? [])],
    limits: { graceMs: 100, maxDeadlineMs: MINUTE, ...more.limits },
  });
  onTestFinished(() => host.close());
  for (const name of ["slow", "beside"]) {
    const commands = [{ id: `${name}.run`, title: "Run" }];
    const manifest = manifestText(`test/${name}`, { commands, limits: { activateMs: MINUTE } });
    await host.install(await scriptedGuest("commands", "lifecycle"), { manifest, place: name });
  }
  return {
    host,
    play,
    call: () => host.execute("slow.run", null),
    beside: () => host.execute("beside.run", 7),
  };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "answered",
    (error: TenonError) => error.code,
  );
}

function after(ms: number): Promise<string> {
  return new Promise((resolve) => void setTimeout(resolve, ms, "not yet"));
}

// In a bundle there is no file that processes run.
const isBundle = !(process.env["TENON_BUILT"] ?? "dist").endsWith("dist");
const PLACES = isBundle ? (["thread"] as const) : (["thread", "process"] as const);

describe.each(PLACES)("on a %s", (isolation) => {
  describe.each(Object.keys(STARTS))("a start that %s", (how) => {
    test.each(Object.keys(ENDS))("is not waited for where %s", async (why) => {
      const { host, play, call, beside } = await slowHost(isolation);
      const begun = Promise.withResolvers<void>();
      play((plugin, what, detail) => {
        if (plugin !== "test/slow" || what !== "activate") return what === "run" ? detail : "";
        begun.resolve();
        return STARTS[how]!();
      });
      const answer = codeOf(call());
      await begun.promise;
      expect(await beside()).toBe(7);
      const [end, code] = ENDS[why]!;
      const ended = end(host).then(() => "ended");
      expect(await Promise.race([ended, after(SOON_MS)])).toBe("ended");
      expect(await answer).toBe(code);
      if (code !== "host-closed") expect(await beside()).toBe(7);
    });
  });
});

test("a start function that loops is not waited for either, nor goes on", async () => {
  const { definition } = misdeedHost();
  const { host, beside } = await slowHost("thread", { interfaces: [definition] });
  const activation = ["event:poke"];
  const manifest = manifestText("test/loops", { activation, limits: { activateMs: MINUTE } });
  const guest = await misdeedGuest({ start: "(loop $l (br $l))" });
  await host.install(guest, { manifest, place: "loops" });
  const report = host.dispatch("event:poke");
  while (host.plugin("test/loops").state !== "starting") await after(10);
  expect(await beside()).toBe(7);
  await after(200);
  const ended = host.disable("test/loops").then(() => "ended");
  expect(await Promise.race([ended, after(SOON_MS)])).toBe("ended");
  expect(await report).toMatchObject({ plugins: [{ error: { code: "plugin-disabled" } }] });
  await after(300);
  const { cpuMs } = host.usage("test/loops");
  await after(300);
  expect(host.usage("test/loops").cpuMs).toBe(cpuMs);
  expect(await beside()).toBe(7);
});

test("a call that waits until its plugin may run again is refused where that is disabled", async () => {
  const { host, play, call, beside } = await slowHost("thread", {
    limits: { cpu: { ms: 600, withinMs: MINUTE } },
  });
  play((plugin, what, detail) => {
    if (what !== "run") return "";
    return plugin === "test/slow" ? "@" : detail;
  });
  // They run for as long as it may in a minute: one of them waits for the next.
  const calls = Array.from({ length: 4 }, () =>
    codeOf(host.execute("slow.run", null, { deadlineMs: 400 })),
  );
  await Promise.all(calls.slice(0, 2));
  await after(100);
  await host.disable("test/slow");
  const codes = await Promise.race([Promise.all(calls), after(SOON_MS)]);
  expect(codes).toContain("plugin-disabled");
  expect(await codeOf(call())).toBe("plugin-disabled");
  expect(await beside()).toBe(7);
});
