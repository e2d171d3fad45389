import { describe, expect, it } from "vitest";
import { capabilitiesInterface } from "../../src/interfaces/capabilities.ts";
import { clockInterface } from "../../src/interfaces/clock.ts";
import type * as Capabilities from "../../src/interfaces/generated/host/capabilities.ts";
import type * as Clock from "../../src/interfaces/generated/host/clock.ts";
import type * as Random from "../../src/interfaces/generated/host/random.ts";
import type * as Settings from "../../src/interfaces/generated/host/settings.ts";
import { randomInterface } from "../../src/interfaces/random.ts";
import { settingsInterface } from "../../src/interfaces/settings.ts";
import { systemEntropy } from "../../src/platform/node/system.ts";
import { answerOf, given, testCaller } from "./caller.ts";

describe("clock", () => {
  const at = { now: 0, monotonic: 0 };
  const clock = given<typeof Clock>(
    clockInterface({ now: () => at.now, monotonic: () => at.monotonic }),
    testCaller(),
  );

  it("tells milliseconds, and microseconds in steps of 100", () => {
    at.now = 1_700_000_000_000.9;
    at.monotonic = 12.3456;
    expect(clock.nowMs()).toBe(1_700_000_000_000n);
    expect(clock.monotonicUs()).toBe(12_300n);
  });

  it("never goes back", () => {
    at.monotonic = 5;
    expect(clock.monotonicUs()).toBe(12_300n);
    at.monotonic = 12.4;
    expect(clock.monotonicUs()).toBe(12_400n);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("reads a clock of %s as 0", (now) => {
    at.now = now;
    expect(clock.nowMs()).toBe(0n);
  });
});

describe("random", () => {
  const random = given<typeof Random>(randomInterface(systemEntropy), testCaller());

  it("gives as many bytes as asked for, up to 64 KiB", () => {
    expect(random.bytes(0)).toHaveLength(0);
    expect(random.bytes(65_536)).toHaveLength(65_536);
    expect(random.bytes(32)).not.toEqual(random.bytes(32));
    expect(random.number()).not.toBe(random.number());
  });

  it.each([65_537, 2 ** 31 - 1, 2 ** 32 - 1])(
    "refuses %i bytes and allocates nothing",
    (length) => {
      expect(answerOf(() => random.bytes(length))).toMatchObject({ err: { tag: "quota" } });
      expect(random.bytes(8)).toHaveLength(8);
    },
  );
});

describe("settings", () => {
  it("gives a plugin its own settings as JSON and knows no other key", () => {
    const all = new Map([
      ["acme/tester", new Map<string, unknown>([["theme", { dark: true }]])],
      ["acme/other", new Map<string, unknown>([["secret", 1]])],
    ]);
    const { get } = given<typeof Settings>(
      settingsInterface({ of: (plugin) => all.get(plugin) ?? new Map() }),
      testCaller(),
    );
    expect(get("theme")).toBe('{"dark":true}');
    for (const key of ["secret", "constructor", "__proto__", "then", "toString", ""]) {
      expect(get(key)).toBeUndefined();
    }
  });
});

describe("capabilities", () => {
  const asked: unknown[] = [];
  const { query, request } = given<typeof Capabilities>(
    capabilitiesInterface({
      status: ({ plugin }, capability) => {
        asked.push([plugin, capability]);
        return "askable";
      },
      request: ({ plugin }, capability, scope, reason) => {
        asked.push([plugin, capability, scope, reason]);
        return Promise.resolve("granted" as const);
      },
    }),
    testCaller(),
  );

  it("asks the authority about the caller, never about another", async () => {
    expect(query("http")).toBe("askable");
    expect(await request("http", '{"hosts":["a.example"]}', "to fetch")).toBe("granted");
    expect(asked).toEqual([
      ["acme/tester", "http"],
      ["acme/tester", "http", { hosts: ["a.example"] }, "to fetch"],
    ]);
  });

  it("refuses a scope that is not JSON, too large or too deep, without asking anyone", async () => {
    const before = asked.length;
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const scope of ["{", "", deep, `"${"x".repeat(2 << 20)}"`]) {
      expect(await request("http", scope, "why")).toBe("refused");
    }
    expect(query("x".repeat(10_000))).toBe("unavailable");
    expect(asked).toHaveLength(before);
  });

  it("hands on at most 200 characters of the reason, and no prototype", async () => {
    await request("kv", '{"__proto__":{"admin":true},"a":1}', "y".repeat(10_000));
    expect(asked.at(-1)).toEqual(["acme/tester", "kv", { a: 1 }, "y".repeat(200)]);
    expect((asked.at(-1) as [string, string, object])[2]).not.toHaveProperty("admin");
  });
});
