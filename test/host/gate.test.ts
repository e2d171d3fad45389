import { describe, expect, test } from "vitest";
import { ringAudit } from "../../src/capability/audit.ts";
import { createAuthority } from "../../src/capability/create-authority.ts";
import { grantAll } from "../../src/capability/static-policy.ts";
import { defineCapability, defineInterface, WitError } from "../../src/index.ts";
import type { HostEvent, InterfaceDefinition, Permission } from "../../src/index.ts";
import { AnswerCache } from "../../src/plugin/gate/answer-cache.ts";
import { HeldUp } from "../../src/plugin/limits/held-up.ts";
import { gateInterface, unavailableInterface } from "../../src/plugin/gate/gate.ts";
import type { GatePowers } from "../../src/plugin/gate/gate-outcome.ts";
import { HostFault } from "../../src/plugin/gate/host-fault.ts";
import { Telemetry } from "../../src/telemetry/events.ts";
import { Meter } from "../../src/telemetry/meter.ts";
import { z } from "zod";
import { testAllowance } from "./test-allowance.ts";
import { callerOf, ours } from "../identity/ours.ts";

const capability = defineCapability<object, string>({
  name: "lamp",
  scope: z.object({}),
  describe: () => "may switch the lamp",
  intersect: () => ({}),
  covers: () => true,
});

interface Switchboard {
  // What the one check answers.
  allowed: boolean;
  readonly asked: unknown[];
  readonly held: string[];
  readonly events: HostEvent[];
  readonly meter: Meter;
  readonly telemetry: Telemetry;
  readonly powers: GatePowers;
}

function switchboard(): Switchboard {
  const telemetry = new Telemetry();
  const board: Switchboard = {
    allowed: true,
    asked: [],
    held: [],
    events: [],
    meter: new Meter(),
    telemetry,
    powers: {
      caller: callerOf("test/a"),
      authority: {
        may: (plugin, name, use, operation): Permission<unknown> => {
          board.asked.push([plugin, name, use, operation]);
          return board.allowed
            ? { allowed: true, scope: {} }
            : { allowed: false, reason: "nobody granted it" };
        },
        permit: () => ({ allowed: false }),
      },
      meter: new Meter(),
      telemetry,
      clock: { monotonic: () => 0 },
      timers: { after: () => ({ [Symbol.dispose]: () => undefined }) },
      allowance: testAllowance().allowance,
      patience: {
        hold: () => void board.held.push("hold"),
        release: () => void board.held.push("release"),
      },
      answers: new AnswerCache({ entries: 10, bytes: 10_000 }, { now: () => 0 }),
      component: "sha256:a",
      own: () => () => undefined,
      heldUp: new HeldUp({ monotonic: () => 0 }),
      said: () => undefined,
    },
  };
  telemetry.on((event) => void board.events.push(event));
  return board;
}

// The same with the real check, and what it wrote down.
async function enrolled() {
  const board = switchboard();
  const audit = ringAudit();
  const authority = createAuthority({
    capabilities: [capability],
    policy: grantAll(["lamp"], "any"),
    audit,
    clock: { now: () => 0 },
  });
  const requests = [{ capability: "lamp", reason: "light", optional: false }];
  const enroll = (): Promise<unknown> =>
    authority.enroll({ name: "test/a", version: "1.0.0", identity: ours, requests });
  await enroll();
  return { board: { ...board, powers: { ...board.powers, authority } }, authority, audit, enroll };
}

type Gated = Record<string, (...args: unknown[]) => unknown>;

function gated(
  board: Switchboard,
  functions: readonly string[],
  implementation: Record<string, unknown>,
  rest: Partial<InterfaceDefinition> = {},
): Gated {
  const definition: InterfaceDefinition = defineInterface({
    name: "acme:test/lamp@1.0.0",
    capability,
    implement: () => implementation,
    ...rest,
  }) as InterfaceDefinition;
  return gateInterface(definition, functions, implementation, board.powers) as Gated;
}

test("a call is checked, counted and made, with its arguments and its answer", () => {
  const board = switchboard();
  const { switchTo } = gated(board, ["switch-to"], { switchTo: (n: number, s: string) => n + s });
  expect(switchTo!(1, "x")).toBe("1x");
  expect(board.asked).toEqual([["test/a", "lamp", undefined, "acme:test/lamp@1.0.0#switch-to"]]);
  expect(board.powers.meter).toMatchObject({ hostCalls: 1, refusals: 0 });
});

test("a refused call is answered as the definition says, counted and told", () => {
  const board = switchboard();
  let called = 0;
  const refuse = (name: string, reason: string) =>
    name === "read" ? { value: reason } : { throw: new WitError(reason) };
  const lamp = gated(
    board,
    ["read", "write"],
    { read: () => called++, write: () => called++ },
    {
      refuse,
    },
  );
  board.allowed = false;
  expect(lamp["read"]!()).toBe("nobody granted it");
  expect(() => lamp["write"]!()).toThrow(WitError);
  expect(called).toBe(0);
  expect(board.powers.meter).toMatchObject({ hostCalls: 2, refusals: 2 });
  expect(board.events.map(({ tag }) => tag)).toEqual(["refused", "refused"]);
});

test("a refusal that the type can't say is a fault", () => {
  const board = switchboard();
  const lamp = gated(board, ["read"], { read: () => 1 });
  board.allowed = false;
  expect(() => lamp["read"]!()).toThrow(HostFault);
});

test("each call is checked anew", () => {
  const board = switchboard();
  const lamp = gated(board, ["read"], { read: () => 1 }, { refuse: () => ({ value: 0 }) });
  expect(lamp["read"]!()).toBe(1);
  board.allowed = false;
  expect(lamp["read"]!()).toBe(0);
  board.allowed = true;
  expect(lamp["read"]!()).toBe(1);
});

describe("a permit that the gate holds", () => {
  test("does not outlive a revocation, even one in mid-call", async () => {
    const { board, authority, audit } = await enrolled();
    let revoking: Promise<void> | undefined;
    const lamp = gated(
      board,
      ["read", "revoke"],
      {
        read: () => 1,
        revoke: () => {
          revoking = authority.revoke("test/a", "lamp");
          return lamp["read"]!();
        },
      },
      { refuse: () => ({ value: "refused" }) },
    );
    for (let n = 0; n < 200; n++) expect(lamp["read"]!()).toBe(1);
    expect(lamp["revoke"]!()).toBe("refused");
    expect(lamp["read"]!()).toBe("refused");
    await revoking;
    expect(board.powers.meter).toMatchObject({ hostCalls: 203, refusals: 2 });
    const refused = audit.entries.filter(({ decision }) => decision === "refused");
    expect(refused).toMatchObject([
      { operation: "acme:test/lamp@1.0.0#read", reason: "it was taken back" },
      { operation: "acme:test/lamp@1.0.0#read", reason: "it was taken back" },
    ]);
  });

  test("follows removal and a new grant", async () => {
    const { board, authority, enroll } = await enrolled();
    const lamp = gated(board, ["read"], { read: () => 1 }, { refuse: () => ({ value: 0 }) });
    for (let n = 0; n < 10; n++) expect(lamp["read"]!()).toBe(1);
    await authority.revoke("test/a", "lamp");
    expect(lamp["read"]!()).toBe(0);
    await enroll();
    expect(lamp["read"]!()).toBe(1);
    await authority.forget("test/a");
    expect(lamp["read"]!()).toBe(0);
  });
});

test("a call is counted and passed on the same whether it is looked at closely or not", async () => {
  const { board, authority } = await enrolled();
  const self = { on: true };
  const made: unknown[][] = [];
  const lamp = gated(board, ["none", "one", "two", "three", "four", "five", "many"], {
    none(this: unknown) {
      made.push([this]);
    },
    one(this: unknown, a: unknown) {
      made.push([this, a]);
    },
    two(this: unknown, a: unknown, b: unknown) {
      made.push([this, a, b]);
    },
    three(this: unknown, a: unknown, b: unknown, c: unknown) {
      made.push([this, a, b, c]);
    },
    four(this: unknown, a: unknown, b: unknown, c: unknown, d: unknown) {
      made.push([this, a, b, c, d]);
    },
    five(this: unknown, a: unknown, b: unknown, c: unknown, d: unknown, e: unknown) {
      made.push([this, a, b, c, d, e]);
    },
    many(this: unknown, ...all: unknown[]) {
      made.push([this, ...all]);
    },
  });
  const args = ["x", 2, new Uint8Array(3), true, "yy"];
  const account = board.powers.allowance.account("acme:test/lamp@1.0.0");
  const run = (): unknown[][] => {
    made.length = 0;
    Object.values(lamp).forEach((one, index) => one.apply(self, args.slice(0, index)));
    // Not as many as it declares.
    lamp["two"]!.apply(self, args);
    return [...made];
  };
  const before = account.out;
  const first = run();
  const out = account.out - before;
  expect(account.quick).toBeGreaterThan(0);
  expect(run()).toEqual(first);
  expect(account.out - before).toBe(2 * out);
  expect(first.map((one) => one[0])).toEqual(Array.from({ length: 8 }, () => self));
  expect(first[4]).toEqual([self, ...args.slice(0, 4)]);
  expect(first[6]).toEqual([self, ...args]);
  expect(board.powers.meter.hostCalls).toBe(16);
  await authority.revoke("test/a", "lamp");
  for (const one of Object.values(lamp)) expect(() => one.apply(self, [])).toThrow(HostFault);
});

test("ungated functions never ask", () => {
  const board = switchboard();
  const lamp = gated(
    board,
    ["read"],
    { read: () => 1 },
    { functions: { read: { ungated: true } } },
  );
  board.allowed = false;
  expect(lamp["read"]!()).toBe(1);
  expect(board.asked).toEqual([]);
});

test("a WitError passes; whatever else is thrown, at once or later, becomes a fault", async () => {
  const board = switchboard();
  const answer = new WitError("no");
  const bug = new TypeError("a bug with /a/host/path");
  const lamp = gated(
    board,
    ["a", "b", "c", "d"],
    {
      a: () => {
        throw answer;
      },
      b: () => {
        throw bug;
      },
      c: () => Promise.reject(answer),
      d: () => Promise.reject(bug),
    },
    { functions: { c: { waits: true }, d: { waits: true } } },
  );
  expect(() => lamp["a"]!()).toThrow(answer);
  expect(() => lamp["b"]!()).toThrow(expect.objectContaining({ name: "HostFault", cause: bug }));
  await expect(lamp["c"]!()).rejects.toBe(answer);
  await expect(lamp["d"]!()).rejects.toMatchObject({ name: "HostFault", cause: bug });
});

test("the deadline stands still only while a person is asked", async () => {
  const board = switchboard();
  const lamp = gated(
    board,
    ["fetch", "ask"],
    { fetch: async () => 1, ask: async () => 2 },
    { functions: { fetch: { waits: true }, ask: { waits: true, asksPerson: true } } },
  );
  expect(await lamp["fetch"]!()).toBe(1);
  expect(board.held).toEqual([]);
  const answer = lamp["ask"]!();
  expect(board.held).toEqual(["hold"]);
  expect(await answer).toBe(2);
  expect(board.held).toEqual(["hold", "release"]);
});

test("calls are traced for those who ask", async () => {
  const board = switchboard();
  const lamp = gated(
    board,
    ["read", "wait", "fail"],
    {
      read: () => 1,
      wait: async () => 2,
      fail: () => {
        throw new WitError("no");
      },
    },
    { functions: { wait: { waits: true } } },
  );
  lamp["read"]!();
  expect(board.events).toEqual([]);
  const calls: HostEvent[] = [];
  const stop = board.telemetry.on((event) => void calls.push(event), { hostCalls: true });
  lamp["read"]!();
  await lamp["wait"]!();
  expect(() => lamp["fail"]!()).toThrow(WitError);
  stop();
  lamp["read"]!();
  expect(calls).toMatchObject([
    { tag: "host-call", function: "acme:test/lamp@1.0.0#read", outcome: "ok" },
    { tag: "host-call", function: "acme:test/lamp@1.0.0#wait", outcome: "ok" },
    { tag: "host-call", function: "acme:test/lamp@1.0.0#fail", outcome: "err" },
  ]);
  expect(board.events).toEqual([]);
});

test("resource classes are gated too, and take the implementation's objects for their own", () => {
  const board = switchboard();
  class Bulb {
    readonly #watts: number;
    constructor(watts: number) {
      this.#watts = watts;
    }
    static find(watts: number): Bulb {
      return new Bulb(watts * 10);
    }
    watts(): number {
      return this.#watts;
    }
    secret(): string {
      return "not imported";
    }
  }
  const lamp = gated(
    board,
    ["[constructor]bulb", "[static]bulb.find", "[method]bulb.watts"],
    { Bulb },
    { refuse: () => ({ throw: new WitError("refused") }) },
  );
  const Gated = lamp["Bulb"] as unknown as typeof Bulb & { readonly prototype: Bulb };
  const bulb = new Gated(40);
  expect(bulb).toBeInstanceOf(Bulb);
  expect(bulb).toBeInstanceOf(Gated);
  expect({}).not.toBeInstanceOf(Gated);
  expect(Gated.prototype.watts.call(bulb)).toBe(40);
  expect(Gated.prototype.watts.call(Gated.find(6))).toBe(60);
  expect("secret" in Gated.prototype).toBe(false);
  expect(board.powers.meter.hostCalls).toBe(4);
  board.allowed = false;
  expect(() => new Gated(1)).toThrow(WitError);
  expect(() => Gated.prototype.watts.call(bulb)).toThrow(WitError);
  expect(() => Gated.prototype.watts.call({} as Bulb)).toThrow(WitError);
  board.allowed = true;
  expect(() => Gated.prototype.watts.call({} as Bulb)).toThrow(HostFault);
});

test("what every object and function has is no implementation of anything", () => {
  const board = switchboard();
  class Bulb {}
  for (const name of [
    "to-string",
    "constructor",
    "value-of",
    "has-own-property",
    "[method]bulb.constructor",
    "[method]bulb.to-string",
    "[static]bulb.call",
    "[static]bulb.prototype",
    "[static]bulb.name",
    "[method]object.keys",
  ]) {
    expect(() => gated(board, [name], { Bulb }), name).toThrow(
      expect.objectContaining({ code: "component-unlinkable" }),
    );
  }
});

test("an interface that is not there traps in every function", () => {
  const stubs = unavailableInterface("acme:test/lamp@1.0.0", [
    "read",
    "[constructor]bulb",
    "[static]bulb.find",
    "[method]bulb.watts",
  ]) as Gated;
  const Bulb = stubs["Bulb"] as unknown as {
    new (): object;
    find(): unknown;
    prototype: { watts(): unknown };
  };
  expect(() => stubs["read"]!()).toThrow(HostFault);
  expect(() => new Bulb()).toThrow(HostFault);
  expect(() => Bulb.find()).toThrow(HostFault);
  expect(() => Bulb.prototype.watts()).toThrow(HostFault);
});
