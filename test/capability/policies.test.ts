import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askingPolicy } from "../../src/capability/asking-policy.ts";
import { combine, firstOf } from "../../src/capability/combined-policy.ts";
import type { Decision, Policy } from "../../src/capability/policy.ts";
import { grantAll, staticPolicy } from "../../src/capability/static-policy.ts";
import { bench, plugin, type HostsScope } from "./samples.ts";

const names = ["a.example", "b.example", "c.example", "d.example"];
const methods = ["GET", "POST"];
const scope: fc.Arbitrary<HostsScope> = fc.record({
  hosts: fc.subarray(names, { minLength: 1 }),
  methods: fc.subarray(methods, { minLength: 1 }),
});
const exception = fc.record({ scope, reason: fc.constant("excepted") });
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({
    tag: fc.constant("allow" as const),
    lasts: fc.constantFrom("once", "session", "always"),
    scopes: fc.option(fc.array(scope, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    except: fc.array(exception, { maxLength: 1 }),
  }),
  fc.record({
    tag: fc.constant("deny" as const),
    reason: fc.constant("denied"),
    lasts: fc.constantFrom("once", "session", "always"),
  }),
  fc.record({ tag: fc.constant("silent" as const), except: fc.array(exception, { maxLength: 1 }) }),
);
const says = (decision: Decision): Policy => ({ decide: () => decision });
const uses = names.flatMap((host) => methods.map((method) => ({ host, method })));

// Every use that a plugin is let through with.
async function allowed(policy: Policy, requested: HostsScope): Promise<readonly string[]> {
  const { authority } = bench(policy);
  await authority.enroll(plugin({ hosts: { scope: requested } }));
  return uses
    .filter((use) => authority.may("acme/reader", "hosts", use).allowed)
    .map((use) => `${use.method} ${use.host}`);
}

function covered(scope: HostsScope): readonly string[] {
  return scope.hosts.flatMap((host) => scope.methods.map((method) => `${method} ${host}`));
}

describe("combining policies", () => {
  test("deny wins, exceptions hold, silence denies, in whatever order they are asked", async () => {
    const order = fc
      .array(decision, { maxLength: 4 })
      .chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(order, scope, async ([list, shuffled], requested) => {
        const result = await allowed(combine(...list.map(says)), requested);
        expect(new Set(await allowed(combine(...shuffled.map(says)), requested))).toEqual(
          new Set(result),
        );
        const allows = list.filter((one) => one.tag === "allow");
        if (list.some((one) => one.tag === "deny") || allows.length === 0) {
          expect(result).toEqual([]);
        }
        for (const one of result) {
          expect(covered(requested)).toContain(one);
          for (const { scopes } of allows) {
            if (scopes) expect((scopes as HostsScope[]).flatMap(covered)).toContain(one);
          }
          const except = list.flatMap((each) => (each.tag === "deny" ? [] : (each.except ?? [])));
          expect(except.flatMap((each) => covered(each.scope as HostsScope))).not.toContain(one);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("nothing less is let through than what all that allow allow", async () => {
    await fc.assert(
      fc.asyncProperty(scope, fc.array(scope, { maxLength: 3 }), async (requested, scopes) => {
        const policies = scopes.map((one) =>
          says({ tag: "allow", scopes: [one], lasts: "session" }),
        );
        const result = await allowed(combine(grantAll(["hosts"], "any"), ...policies), requested);
        const expected = covered(requested).filter((one) =>
          scopes.every((each) => covered(each).includes(one)),
        );
        expect(new Set(result)).toEqual(new Set(expected));
      }),
      { numRuns: 200 },
    );
  });

  test("the shortest time counts", async () => {
    const { authority } = bench(
      combine(
        says({ tag: "allow", lasts: "always" }),
        says({ tag: "allow", lasts: "once" }),
        says({ tag: "allow", lasts: "session" }),
      ),
    );
    await authority.enroll(plugin({ flat: {} }));
    authority.endOfInstance("acme/reader");
    expect(authority.status("acme/reader", "flat")).toBe("askable");
  });

  test("nobody is asked about what is denied or, by firstOf, already allowed", async () => {
    const asked: string[] = [];
    const person = askingPolicy(({ capability }) => {
      asked.push(capability);
      return "session";
    });
    const denied = bench(combine(staticPolicy({ deny: ["flat"] }), person));
    await denied.authority.enroll(plugin({ flat: {} }));
    expect(denied.authority.status("acme/reader", "flat")).toBe("refused");
    const allowed = bench(firstOf(grantAll(["flat"], "any"), person));
    await allowed.authority.enroll(plugin({ flat: {} }));
    expect(allowed.authority.status("acme/reader", "flat")).toBe("granted");
    expect(asked).toEqual([]);
  });

  test("firstOf keeps what an earlier policy excepts", async () => {
    const deny = [{ capability: "hosts", scope: { hosts: ["a.example"], methods } }];
    const policy = firstOf(staticPolicy({ deny }), grantAll(["hosts"], "any"));
    expect(await allowed(policy, { hosts: ["a.example", "b.example"], methods: ["GET"] })).toEqual([
      "GET b.example",
    ]);
  });

  test("takes part in forgetting and in naming", async () => {
    const forgotten: string[] = [];
    const policy: Policy = {
      names: ["flat"],
      decide: () => ({ tag: "silent" }),
      forget: async (plugin) => void forgotten.push(plugin),
    };
    const all = combine(firstOf(policy), grantAll(["hosts"], "any"));
    expect(all.names).toEqual(["flat", "hosts"]);
    await all.forget?.("acme/reader");
    expect(forgotten).toEqual(["acme/reader"]);
  });
});

describe("static rules", () => {
  test("may be for some plugins only", async () => {
    const { authority } = bench(
      staticPolicy({
        allow: [{ capability: "flat", plugins: ["acme/*", "zoo/lion"], makers: "any" }],
        deny: [{ capability: "flat", plugins: ["acme/mole"], reason: "digs" }],
      }),
    );
    const statuses = [];
    for (const name of ["acme/reader", "acme/mole", "zoo/lion", "zoo/tiger", "acm/e"]) {
      await authority.enroll(plugin({ flat: {} }, name));
      statuses.push(authority.status(name, "flat"));
    }
    expect(statuses).toEqual(["granted", "refused", "granted", "askable", "askable"]);
    expect(authority.may("acme/mole", "flat")).toEqual({ allowed: false, reason: "digs" });
  });
});

describe("asking a person", () => {
  test("puts one question at a time, across plugins", async () => {
    let open = 0;
    let most = 0;
    const { authority } = bench(
      askingPolicy(async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return "session" as const;
      }),
    );
    const crowd = Array.from({ length: 10 }, (_, index) => plugin({ flat: {} }, `acme/p${index}`));
    await Promise.all(crowd.map((one) => authority.enroll(one)));
    expect(most).toBe(1);
  });

  test("a prompt that fails does not block the next", async () => {
    let time = 0;
    const { authority } = bench(
      askingPolicy(() => {
        time += 1;
        if (time === 1) throw new Error("no terminal");
        return "session";
      }),
    );
    await expect(authority.enroll(plugin({ flat: {} }))).rejects.toThrow("no terminal");
    await authority.enroll(plugin({ flat: {} }));
    expect(authority.status("acme/reader", "flat")).toBe("granted");
  });

  test("what a plugin works without is left until it asks, unless told otherwise", async () => {
    const request = plugin({ flat: { optional: true } });
    const leave = bench(askingPolicy(() => "session"));
    await leave.authority.enroll(request);
    expect(leave.authority.status("acme/reader", "flat")).toBe("askable");
    const ask = bench(askingPolicy(() => "session", { optional: "ask" }));
    await ask.authority.enroll(request);
    expect(ask.authority.status("acme/reader", "flat")).toBe("granted");
  });
});

test("rules with a condition that is misspelt are refused, and grant nothing", () => {
  const usage = expect.objectContaining({ code: "usage" });
  for (const rules of [
    { allow: [{ capability: "kv", plugin: ["acme/*"] }] },
    { allow: [{ capability: "kv", plugins: "acme/*" }] },
    ...["acme", "*", "acme/", "/notes", "acme/notes/x", "acme/no*", "", 7, null].map((name) => ({
      deny: [{ capability: "kv", plugins: ["acme/*", name] }],
    })),
    { allowed: ["kv"] },
    "kv",
  ]) {
    expect(() => staticPolicy(rules as never)).toThrow(usage);
  }
  expect(() => grantAll("kv" as never, "any")).toThrow(usage);
});

test("what grants by a name says whose plugin it means, or any in so many words", () => {
  const usage = expect.objectContaining({
    code: "usage",
    message: expect.stringMatching(/makers/u),
  });
  const known = `key:${"0".repeat(64)}`;
  for (const makers of ["anyone", "", known, ["any"], ["acme"], [`${known}0`], [1]]) {
    expect(() => grantAll(["flat"], makers as never), String(makers)).toThrow(usage);
    expect(() => staticPolicy({ allow: ["flat"], makers: makers as never })).toThrow(usage);
  }
  // The name of a rule is never for whom another rule is.
  const named = { capability: "flat", plugins: ["acme/reader"] };
  expect(() => staticPolicy({ allow: [named] })).toThrow(usage);
  expect(() => staticPolicy({ allow: [named], makers: "any" })).toThrow(usage);
  expect(() => staticPolicy({ allow: [{ ...named, makers: "any" }] })).not.toThrow();
});

test("a policy that names nobody means everybody", async () => {
  for (const policy of [grantAll(["flat"]), staticPolicy({ allow: ["flat"] })]) {
    const { authority } = bench(policy);
    await authority.enroll(plugin({ flat: {} }, "acme/reader"));
    expect(authority.status("acme/reader", "flat")).toBe("granted");
  }
});

test.each([
  ["any", ["granted", "granted"]],
  [["place:test"], ["granted", "askable"]],
  [["place:elsewhere"], ["askable", "granted"]],
  [[], ["askable", "askable"]],
] as const)("makers %j are those who are granted", async (makers, expected) => {
  const ones = ["test", "elsewhere"].map((place) => ({
    ...plugin({ flat: {} }, `acme/${place}`),
    identity: { tag: "place", place } as const,
  }));
  for (const policy of [
    grantAll(["flat"], makers),
    staticPolicy({ allow: ["flat"], makers }),
    staticPolicy({ allow: [{ capability: "flat", makers }] }),
    // What a rule says itself goes before what the policy says.
    staticPolicy({ allow: [{ capability: "flat", makers }], makers: "any" }),
  ]) {
    const { authority } = bench(policy);
    for (const one of ones) await authority.enroll(one);
    expect(ones.map(({ name }) => authority.status(name, "flat"))).toEqual(expected);
  }
});

test("a rule that grants by a plugin's name says whose plugin it means", async () => {
  const rule = { capability: "flat", plugins: ["acme/reader"] };
  expect(() => staticPolicy({ allow: [rule] })).toThrow(/makers/u);
  for (const [makers, status] of [
    ["any", "granted"],
    [["place:test"], "granted"],
    [["place:elsewhere", `key:${"0".repeat(64)}`], "askable"],
  ] as const) {
    const { authority } = bench(staticPolicy({ allow: [{ ...rule, makers }] }));
    await authority.enroll(plugin({ flat: {} }));
    expect(authority.status("acme/reader", "flat"), String(makers)).toBe(status);
  }
  // A denial by name needs no maker: it holds for whoever takes the name.
  expect(() => staticPolicy({ deny: [rule] })).not.toThrow();
});
