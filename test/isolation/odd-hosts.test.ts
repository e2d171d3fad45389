import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineInterface, grantAll, type Host, TenonError } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

// Throws itself, whatever it is asked.
function untouchable(target: object = {}): unknown {
  const handler = new Proxy({} as ProxyHandler<object>, {
    get: () => () => {
      throw touched;
    },
  });
  const touched: unknown = new Proxy(target, handler);
  return touched;
}

function throwing(key: string): unknown {
  return Object.defineProperty(new Error("odd"), key, {
    get() {
      throw untouchable();
    },
  });
}

// What no host function should throw, answer with, or answer with a promise of.
const oddities: readonly (readonly [what: string, make: () => unknown])[] = [
  ["null", () => null],
  ["nothing", () => undefined],
  ["a number", () => 7],
  ["a symbol", () => Symbol("odd")],
  ["a function", () => () => {}],
  ["an object without a prototype", () => Object.create(null)],
  ["a revoked proxy", revoked],
  ["a proxy whose every trap throws", () => untouchable()],
  ["a proxy of a function whose every trap throws", () => untouchable(() => {})],
  ["an error whose message throws", () => throwing("message")],
  ["an error whose cause throws", () => throwing("cause")],
  ["an error whose payload throws", () => throwing("payload")],
  ["an error whose stack throws", () => throwing("stack")],
  [
    "an error that is its own cause",
    () =>
      Object.assign(new Error("odd"), {
        get cause() {
          return this;
        },
      }),
  ],
  [
    "an error whose message is none",
    () => Object.assign(new Error("odd"), { message: Symbol("odd") }),
  ],
  [
    "a thing whose then throws",
    () => ({
      get then() {
        throw untouchable();
      },
    }),
  ],
  [
    "another plugin's error",
    () => new TenonError("plugin-deadline", "Another's.", { plugin: "test/other" }),
  ],
  [
    "another plugin's limit",
    () =>
      new TenonError("limit-handles", "Another's.", {
        plugin: "test/other",
        data: { limit: "handles" },
      }),
  ],
  ["too deep a recursion", () => new RangeError("Maximum call stack size exceeded")],
  ["what can't be cloned", () => new DOMException("odd", "DataCloneError")],
];

const ways = {
  "throws it": (make: () => unknown): unknown => {
    throw make();
  },
  "answers with it": (make: () => unknown): unknown => make(),
  "rejects with it": (make: () => unknown): unknown => Promise.reject(make()),
  "promises it": (make: () => unknown): unknown => Promise.resolve(0).then(make),
} as const;

describe.each([
  ["caller", true],
  ["caller", false],
  ["thread", true],
  ["thread", false],
] as const)("a host function for plugins (%s), which may wait: %s,", (level, suspends) => {
  let host: Host;
  let play: (detail: string) => unknown = (detail) => detail;
  beforeAll(async () => {
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      functions: { step: { waits: suspends } },
      implement: ({ caller }) => ({
        step: (_: string, detail: string) => (caller.plugin === "test/odd" ? play(detail) : detail),
      }),
    });
    host = createHost({
      platform: nodePlatform(),
      policy: grantAll([], "any"),
      interfaces: [script],
      isolation: () => level,
      limits: {
        crashes: { crashes: 100_000, withinMs: 1_000 },
        breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      },
    });
    const guest = await scriptedGuest("commands");
    for (const name of ["odd", "bystander"]) {
      await host.install(guest, { manifest: manifestOf(name) });
    }
    expect(await host.execute("bystander.run", 1)).toBe(1);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  describe.each(Object.entries(ways))("that %s", (_, way) => {
    test.each(oddities)("where it is %s: the caller hears of it", async (_, make) => {
      play = () => way(make);
      const { crashes } = host.plugin("test/odd");
      let caught: unknown;
      try {
        await host.execute("odd.run", 1);
      } catch (error) {
        caught = error;
      }
      expect(Object.getPrototypeOf(caught)).toBe(TenonError.prototype);
      const { code, message, plugin } = caught as TenonError;
      expect([code, plugin]).toEqual(["interface-failed", "test/odd"]);
      expect(typeof message).toBe("string");
      expect((caught as TenonError).data["interface"]).toBe("acme:test/script@1.0.0");
      expect(host.plugin("test/odd").crashes).toBe(crashes);
      expect(host.plugin("test/odd").state).not.toBe("starting");
      expect(await host.execute("bystander.run", 2)).toBe(2);
      play = (detail) => detail;
      expect(await host.execute("odd.run", 3)).toBe(3);
    });
  });
});

function manifestOf(name: string): string {
  return manifestText(`test/${name}`, { commands: [{ id: `${name}.run`, title: "Run" }] });
}
