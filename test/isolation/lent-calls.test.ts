import { describe, expect, onTestFinished, test } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  type HostEvent,
  type HostOptions,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { systemClock, systemEntropy } from "../../src/platform/node/system.ts";
import { failure } from "../conformance/engine-expect.ts";
import { type Borrower, borrower } from "./borrower.ts";
import { nearThreads } from "./near-thread.ts";
import { manifestText } from "../manifest-text.ts";
import { timeCapability } from "./time-capability.ts";

const NAME = "test/borrower";

interface Made {
  readonly host: Host;
  readonly events: readonly HostEvent[];
  readonly plugin: Borrower;
  // How often the host's own implementation of the test's clock was asked.
  readonly asked: () => number;
  // What halfway calls do from now on.
  play(step: (n: number) => void): void;
}

async function made(options: Partial<HostOptions> = {}): Promise<Made> {
  let asked = 0;
  let play: (n: number) => void = () => undefined;
  const events: HostEvent[] = [];
  const time = defineInterface<object, unknown>({
    name: "acme:test/time@1.0.0",
    capability: timeCapability,
    functions: { "monotonic-us": { local: true } },
    local: { tag: "clock", clock: options.platform?.clock ?? systemClock },
    implement: () => ({
      monotonicUs: () => {
        asked++;
        return BigInt(Math.floor((systemClock.monotonic() * 1000) / 100) * 100);
      },
    }),
  });
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: () => ({ step: (n: number) => play(n) }),
  });
  const host = createHost({
    platform: nodePlatform(),
    policy: grantAll(["test-time", "log"], "any"),
    ...options,
    interfaces: [time as never, script],
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  host.on((event) => void events.push(event));
  await host.install(await borrower(), { manifest });
  const plugin = await host.exportsOf<Borrower>(NAME);
  return { host, events, plugin, asked: () => asked, play: (step) => (play = step) };
}

const manifest = manifestText(NAME, {
  capabilities: {
    "test-time": { reason: "To see the time.", optional: true },
    log: { reason: "To say what it does.", optional: true },
  },
});

const logged = ({ events }: Made) =>
  events.flatMap((event) => (event.tag === "log" ? [event.record] : []));

const near = (): Partial<HostOptions> => ({
  platform: { ...nodePlatform(), threads: nearThreads },
});

describe.each<[string, () => Partial<HostOptions>]>([
  ["on the caller's thread", () => ({ isolation: () => "caller" })],
  ["on a thread", () => ({})],
  ["on a thread that shares no memory", near],
])("%s", (_, options) => {
  test("the clock tells the host's time, in steps of 100 µs, and never goes back", async () => {
    const { plugin, host } = await made(options());
    const before = Date.now();
    const now = Number(await plugin.now());
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    const times = [await plugin.uptime(), await plugin.uptime(), await plugin.uptime()];
    expect(times.every((us) => us % 100n === 0n)).toBe(true);
    expect(times.every((us, at) => at === 0 || us >= times[at - 1]!)).toBe(true);
    const early = BigInt(Math.floor(performance.now() * 1000));
    const us = await plugin.uptime();
    expect(us).toBeGreaterThanOrEqual(early - 100n);
    expect(us).toBeLessThanOrEqual(BigInt(Math.ceil(performance.now() * 1000)));
    // Asked for at times by the one, at times by the other: the guest traps where it goes back.
    await plugin.ticks(500);
    expect(host.usage(NAME).hostCalls).toBe(1 + 4 + 500 + 1);
  });

  test("randomness comes in as many bytes as asked for, and not in more than 64 KiB", async () => {
    const { plugin, host } = await made(options());
    for (const length of [0, 1, 8, 100, 65_536]) expect(await plugin.draw(length)).toBe(length);
    expect(await plugin.draw(65_537)).toBe(2 ** 32 - 1);
    expect(await plugin.draw(2 ** 31)).toBe(2 ** 32 - 1);
    expect(await plugin.numbers(300)).toBe(0);
    const { interfaces, hostCalls } = host.usage(NAME);
    expect(hostCalls).toBe(7 + 300);
    expect(interfaces["tenon:plugin/random@0.1.0"]!.in).toBeGreaterThanOrEqual(65_645);
  });

  test("without the grant it is refused from the first call on", async () => {
    const { plugin, asked } = await made({ ...options(), policy: grantAll([], "any") });
    await failure("call-refused", () => plugin.ticks(5));
    expect(asked()).toBe(0);
  });

  test("what is taken back in mid-call is refused by the very next call", async () => {
    const made1 = await made(options());
    const { plugin, host, play, events } = made1;
    await plugin.ticks(1_000);
    let revoked = false;
    play(() => {
      void host.revoke(NAME, "test-time");
      revoked = true;
    });
    const before = host.usage(NAME).hostCalls;
    await failure("call-refused", () => plugin.ticks(1_000));
    expect(revoked).toBe(true);
    // 501 times, the step, and the one that was refused.
    expect(host.usage(NAME).hostCalls - before).toBe(503);
    expect(events.filter(({ tag }) => tag === "refused")).toHaveLength(1);
  });

  test("no more calls a second are let through than the plugin has", async () => {
    const limits = { hostCallsPerSecond: 6_400 };
    const { plugin, host, events } = await made({ ...options(), limits });
    const started = performance.now();
    await failure("limit-host-calls", () => plugin.ticks(100_000));
    const seconds = (performance.now() - started) / 1000;
    const { hostCalls } = host.usage(NAME);
    expect(hostCalls).toBeGreaterThan(6_000);
    expect(hostCalls).toBeLessThanOrEqual(6_400 * (1 + seconds) + 64 + 100 + 2);
    expect(events).toContainEqual(expect.objectContaining({ tag: "limit", limit: "hostCalls" }));
  });

  test("who listens to host calls hears of each", async () => {
    const { plugin, host, asked } = await made(options());
    await plugin.ticks(300);
    const heard: string[] = [];
    const end = host.on((event) => void (event.tag === "host-call" && heard.push(event.function)), {
      hostCalls: true,
    });
    const before = asked();
    await plugin.ticks(300);
    expect(asked() - before).toBe(300);
    expect(heard).toHaveLength(301);
    end();
    await plugin.ticks(300);
    expect(heard).toHaveLength(301);
  });

  test("records are logged in the order of the guest's calls, all before its call ends", async () => {
    const it = await made(options());
    const seen: number[] = [];
    it.play(() => void seen.push(logged(it).length));
    await it.plugin.write(50, 1);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    await it.plugin.write(400, 0);
    expect(logged(it)).toHaveLength(450);
    expect(logged(it)[0]).toMatchObject({ plugin: NAME, level: "info", message: "ab", dropped: 0 });
  });

  test("what is logged past the limit is dropped and counted", async () => {
    const limits = { logBytesPerSecond: 66 * 100 };
    const it = await made({ ...options(), limits });
    await it.plugin.write(5_000, 0);
    const kept = logged(it).length;
    expect(kept).toBeGreaterThanOrEqual(100);
    expect(kept).toBeLessThan(5_000);
    expect(it.host.usage(NAME).hostCalls).toBe(5_000);
    expect(it.events).toContainEqual(expect.objectContaining({ tag: "limit", limit: "logBytes" }));
  });

  test("without the grant nothing is logged, and nothing fails", async () => {
    const it = await made({ ...options(), policy: grantAll([], "any") });
    await it.plugin.write(100, 0);
    expect(logged(it)).toEqual([]);
    expect(it.host.usage(NAME).refusals).toBe(100);
  });
});

test("a thread answers by itself, on calls that it was lent; each is counted", async () => {
  const { plugin, host, asked } = await made();
  await plugin.ticks(10_000);
  expect(asked()).toBeLessThan(5);
  expect(host.usage(NAME).hostCalls).toBe(10_001);
});

describe("an interface of the application's own is answered on the guest's thread", () => {
  const own = async (module: URL): Promise<{ host: Host; asked: () => number }> => {
    let asked = 0;
    const time = defineInterface({
      name: "acme:test/time@1.0.0",
      capability: timeCapability,
      functions: { "monotonic-us": { local: true } },
      local: { tag: "module", module, data: { step: 7n } },
      implement: () => ({ monotonicUs: () => BigInt(asked++) }),
    });
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      implement: () => ({ step: () => undefined }),
    });
    const host = createHost({
      platform: nodePlatform(),
      policy: grantAll(["test-time", "log"], "any"),
      interfaces: [time as never, script],
    });
    onTestFinished(() => host[Symbol.asyncDispose]());
    await host.install(await borrower(), { manifest });
    return { host, asked: () => asked };
  };

  test("by a module of the application's, on calls that are lent, counted and taken back", async () => {
    const { host, asked } = await own(new URL("local-time.ts", import.meta.url));
    const plugin = await host.exportsOf<Borrower>(NAME);
    const last = await plugin.ticks(10_000);
    // The host is asked for the first call, and for those with which a share ends.
    const local = 10_000 - asked();
    expect(asked()).toBeLessThan(5);
    expect(last).toBe(7n * BigInt(local));
    expect(host.usage(NAME).hostCalls).toBe(10_001);
    await host.revoke(NAME, "test-time");
    await failure("call-refused", () => plugin.ticks(1));
  });
});

test("a clock and an entropy of the application's own are the ones that plugins get", async () => {
  const clock = { now: () => 1_234, monotonic: () => systemClock.monotonic() + 1e9 };
  const entropy = { bytes: (length: number) => new Uint8Array(length) };
  const { plugin, asked } = await made({ platform: { ...nodePlatform(), clock, entropy } });
  expect(await plugin.now()).toBe(1_234n);
  expect(await plugin.now()).toBe(1_234n);
  expect(await plugin.uptime()).toBeGreaterThan(1_000_000_000_000n);
  // All numbers but the first are the one before.
  expect(await plugin.numbers(300)).toBe(300);
  await plugin.ticks(300);
  expect(asked()).toBe(300);
});

test("a clock that is the platform's in part is not taken for it", async () => {
  const clock = { ...systemClock, now: () => 77 };
  const { plugin } = await made({ platform: { ...nodePlatform(), clock, entropy: systemEntropy } });
  expect(await plugin.now()).toBe(77n);
  expect(await plugin.now()).toBe(77n);
});

test("a flood of records holds up no bystander, and is dropped past the limit", async () => {
  const limits = { commandMs: 1_000 };
  const it = await made({ limits });
  const bystander = manifest.replaceAll("borrower", "bystander");
  await it.host.install(await borrower(), { manifest: bystander });
  const other = await it.host.exportsOf<Borrower>("test/bystander");
  await other.now();
  let over = false;
  const started = performance.now();
  const flood = failure("plugin-deadline", () => it.plugin.write(2 ** 32 - 1, 0)).then(
    () => (over = true),
  );
  let answers = 0;
  while (!over) {
    expect(await other.draw(8)).toBe(8);
    answers++;
  }
  await flood;
  expect(answers).toBeGreaterThan(3);
  const bytes = logged(it).reduce((sum, { message }) => sum + 64 + message.length, 0);
  const seconds = Math.ceil((performance.now() - started) / 1000);
  expect(bytes).toBeLessThanOrEqual(256 * 1024 * (seconds + 1));
  expect(await other.draw(8)).toBe(8);
});
