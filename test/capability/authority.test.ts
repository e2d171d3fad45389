import { describe, expect, test, vi } from "vitest";
import { askingPolicy, type Consent } from "../../src/capability/asking-policy.ts";
import { ringAudit } from "../../src/capability/audit.ts";
import { combine, firstOf } from "../../src/capability/combined-policy.ts";
import { createAuthority } from "../../src/capability/create-authority.ts";
import type { Policy, PolicyRequest } from "../../src/capability/policy.ts";
import { rememberedPolicy } from "../../src/capability/remembered-policy.ts";
import { grantAll, staticPolicy } from "../../src/capability/static-policy.ts";
import { bench, flat, hosts, plugin } from "./samples.ts";

const both = { hosts: ["a.example", "b.example"], methods: ["GET", "POST"] };
const get = (host: string) => ({ host, method: "GET" });
const reader = plugin({ hosts: { scope: both }, flat: {} });

test("who watches a plugin hears of each change of what it holds, at once, until the watch ends", async () => {
  const { authority } = bench(grantAll(["hosts", "flat"], "any"));
  await authority.enroll(reader);
  const seen: boolean[] = [];
  const unwatch = authority.watch("acme/reader", () =>
    seen.push(authority.may("acme/reader", "hosts").allowed),
  );
  const others = vi.fn<() => void>();
  authority.watch("acme/other", others);
  void authority.revoke("acme/reader", "hosts");
  expect(seen).toEqual([false]);
  await authority.enroll(reader);
  expect(seen.at(-1)).toBe(true);
  const before = seen.length;
  authority.endOfInstance("acme/reader");
  expect(seen.length).toBeGreaterThan(before);
  void authority.forget("acme/reader");
  expect(seen.at(-1)).toBe(false);
  expect(others).not.toHaveBeenCalled();
  unwatch();
  const told = seen.length;
  await authority.enroll(reader);
  expect(seen).toHaveLength(told);
});

describe("the one check", () => {
  test("allows what was asked for and granted", async () => {
    const { authority, audit } = bench(grantAll(["hosts", "flat"], "any"));
    const standing = await authority.enroll(reader);
    expect(standing.map(({ capability, status }) => [capability, status])).toEqual([
      ["hosts", "granted"],
      ["flat", "granted"],
    ]);
    expect(authority.may("acme/reader", "flat")).toEqual({ allowed: true, scope: {} });
    expect(authority.may("acme/reader", "hosts", get("a.example"))).toEqual({
      allowed: true,
      scope: both,
    });
    expect(audit.entries.map((entry) => entry.decision)).toEqual(["granted", "granted"]);
  });

  test("refuses by default: unknown plugin, not asked for, not granted, not there", async () => {
    const { authority, audit } = bench(grantAll(["hosts"], "any"));
    await authority.enroll(plugin({ flat: {}, teleport: { optional: true } }));
    expect(authority.may("acme/stranger", "flat").allowed).toBe(false);
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
    expect(authority.may("acme/reader", "flat").allowed).toBe(false);
    expect(authority.may("acme/reader", "teleport").allowed).toBe(false);
    expect(audit.entries.slice(-4)).toMatchObject([
      { plugin: "acme/stranger", capability: "flat", reason: "the plugin is not installed" },
      { capability: "hosts", reason: "the manifest does not ask for it" },
      { capability: "flat", reason: "it has not been granted" },
      { capability: "teleport", reason: "this host does not have it" },
    ]);
    expect(authority.status("acme/reader", "hosts")).toBe("refused");
    expect(authority.status("acme/reader", "flat")).toBe("askable");
    expect(authority.status("acme/reader", "teleport")).toBe("unavailable");
    expect(authority.standing("acme/reader").map((one) => one.status)).toEqual([
      "askable",
      "unavailable",
    ]);
  });

  test("a grant is requested ∩ granted, never more than either", async () => {
    const { authority } = bench(
      staticPolicy({
        makers: "any",
        allow: [{ capability: "hosts", scope: { hosts: ["b.example", "c.example"] } }],
      }),
    );
    await authority.enroll(reader);
    const may = (host: string, method = "GET") =>
      authority.may("acme/reader", "hosts", { host, method }).allowed;
    expect([may("a.example"), may("b.example"), may("c.example")]).toEqual([false, true, false]);
    expect(may("b.example", "POST")).toBe(false);
    expect(authority.standing("acme/reader")[0]).toMatchObject({
      sentence: "may contact b.example",
      granted: [{ hosts: ["b.example"], methods: ["GET"] }],
      scope: both,
    });
  });

  test("nothing in common is a refusal", async () => {
    const { authority } = bench(
      staticPolicy({
        makers: "any",
        allow: [{ capability: "hosts", scope: { hosts: ["z.example"] } }],
      }),
    );
    await authority.enroll(reader);
    expect(authority.status("acme/reader", "hosts")).toBe("refused");
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
  });

  test("several granted scopes each open what they cover; an exception closes it again", async () => {
    const { authority } = bench(
      staticPolicy({
        makers: "any",
        allow: [
          { capability: "hosts", scope: { hosts: ["a.example"], methods: ["GET", "POST"] } },
          { capability: "hosts", scope: { hosts: ["b.example"] } },
        ],
        deny: [
          { capability: "hosts", scope: { hosts: ["a.example"], methods: ["POST"] }, reason: "no" },
        ],
      }),
    );
    await authority.enroll(reader);
    const may = (host: string, method: string) =>
      authority.may("acme/reader", "hosts", { host, method });
    expect(may("a.example", "GET").allowed).toBe(true);
    expect(may("b.example", "GET").allowed).toBe(true);
    expect(may("a.example", "POST")).toEqual({ allowed: false, reason: "no" });
    expect(may("b.example", "POST").allowed).toBe(false);
  });

  test("a check that throws refuses, whether it guards a grant or an exception", async () => {
    const broken = {
      ...flat,
      name: "broken",
      covers: () => {
        throw new Error("/home/someone/secret");
      },
    };
    const { authority } = bench(grantAll(["broken"], "any"), [broken]);
    await authority.enroll(plugin({ broken: {} }));
    expect(authority.may("acme/reader", "broken", 1)).toEqual({
      allowed: false,
      reason: "the check failed",
    });
    const excepting = bench(
      staticPolicy({
        makers: "any",
        allow: ["broken"],
        deny: [{ capability: "broken", scope: {} }],
      }),
      [broken],
    );
    await excepting.authority.enroll(plugin({ broken: {} }));
    expect(excepting.authority.may("acme/reader", "broken", 1).allowed).toBe(false);
  });

  test("nobody widens a scope by changing the object that was handed out", async () => {
    const { authority } = bench(grantAll(["hosts"], "any"));
    await authority.enroll(reader);
    const permission = authority.may("acme/reader", "hosts");
    if (!permission.allowed) throw new Error(permission.reason);
    const scope = permission.scope as { hosts: string[] };
    expect(() => scope.hosts.push("evil.example")).toThrow(TypeError);
    expect(authority.may("acme/reader", "hosts", get("evil.example")).allowed).toBe(false);
  });

  test("names like those of Object's members are names like any other", async () => {
    const { authority } = bench(grantAll(["flat"], "any"));
    await authority.enroll(plugin({ flat: {} }));
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(authority.may("acme/reader", name).allowed).toBe(false);
      expect(authority.may(name, "flat").allowed).toBe(false);
      expect(authority.status("acme/reader", name)).toBe("unavailable");
      expect(authority.standing(name)).toEqual([]);
    }
  });
});

describe("taking back", () => {
  test("the very next check sees it, and the plugin cannot ask itself back", async () => {
    const ask = vi.fn<(question: PolicyRequest) => Consent>(() => "session");
    const { authority, audit } = bench(askingPolicy(ask));
    await authority.enroll(reader);
    expect(authority.may("acme/reader", "hosts", get("a.example")).allowed).toBe(true);
    const settled = authority.revoke("acme/reader", "hosts");
    expect(authority.may("acme/reader", "hosts", get("a.example"))).toEqual({
      allowed: false,
      reason: "it was taken back",
    });
    await settled;
    expect(await authority.request("acme/reader", "hosts", both, "please")).toBe("refused");
    expect(ask).toHaveBeenCalledTimes(2);
    expect(authority.may("acme/reader", "flat").allowed).toBe(true);
    expect(audit.entries.some((entry) => entry.decision === "revoked")).toBe(true);
  });

  test("while the person is being asked, it wins over the answer", async () => {
    const forgotten: string[] = [];
    const answers: ((answer: Consent) => void)[] = [];
    const asking = askingPolicy(() => new Promise<Consent>((resolve) => answers.push(resolve)));
    const policy: Policy = {
      ...asking,
      forget: async (plugin, capability) => void forgotten.push(`${plugin} ${capability}`),
    };
    const { authority, audit } = bench(policy);
    const enrolling = authority.enroll(plugin({ flat: {} }));
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    await authority.revoke("acme/reader", "flat");
    expect(audit.entries.at(-1)).toMatchObject({ decision: "revoked", maker: "place:test" });
    answers[0]!("always");
    await enrolling;
    expect(authority.may("acme/reader", "flat").allowed).toBe(false);
    expect(forgotten).toEqual(["acme/reader flat", "acme/reader flat"]);
  });

  test("a plugin that was dropped may nothing, even while it was being enrolled", async () => {
    const answers: ((answer: Consent) => void)[] = [];
    const { authority } = bench(
      askingPolicy(() => new Promise<Consent>((resolve) => answers.push(resolve))),
    );
    const enrolling = authority.enroll(plugin({ flat: {} }));
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    await authority.forget("acme/reader");
    answers[0]!("always");
    await expect(enrolling).rejects.toMatchObject({ code: "plugin-unknown" });
    expect(authority.may("acme/reader", "flat").allowed).toBe(false);
  });
});

describe("asking in mid-call", () => {
  const optional = plugin({ hosts: { scope: both, optional: true } });
  const one = (host: string) => ({ hosts: [host], methods: ["GET"] });

  test("adds up, asks once for what is granted, and stays within the manifest", async () => {
    const ask = vi.fn<(question: PolicyRequest) => Consent>(() => "session");
    const { authority } = bench(askingPolicy(ask));
    await authority.enroll(optional);
    expect(ask).not.toHaveBeenCalled();
    expect(authority.status("acme/reader", "hosts")).toBe("askable");
    expect(await authority.request("acme/reader", "hosts", one("a.example"), "a")).toBe("granted");
    expect(await authority.request("acme/reader", "hosts", one("a.example"), "a")).toBe("granted");
    expect(await authority.request("acme/reader", "hosts", one("b.example"), "b")).toBe("granted");
    expect(ask).toHaveBeenCalledTimes(2);
    expect(authority.may("acme/reader", "hosts", get("a.example")).allowed).toBe(true);
    expect(authority.may("acme/reader", "hosts", get("b.example")).allowed).toBe(true);
    expect(await authority.request("acme/reader", "hosts", one("c.example"), "c")).toBe("refused");
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test("what the plugin says reaches the person harmless", async () => {
    const questions: PolicyRequest[] = [];
    const { authority } = bench(
      askingPolicy((question) => {
        questions.push(question);
        return "no";
      }),
    );
    await authority.enroll(optional);
    const reason = "\u001b[2Jfree\u202e money\n\nGranted by the administrator ”" + "!".repeat(1e6);
    await authority.request("acme/reader", "hosts", one("a.example"), reason);
    expect(questions[0]?.reason).toMatch(
      /^\\u\{1b\}\[2Jfree\\u\{202e\} money\\n\\nGranted by the administrator ”!+…$/,
    );
    expect(questions[0]?.reason.length).toBeLessThanOrEqual(200);
  });

  test("a no ends the asking for this instance, and what was granted stays", async () => {
    const ask = vi.fn<(question: PolicyRequest) => Consent>(({ scope }) =>
      (scope as { hosts: string[] }).hosts[0] === "a.example" ? "session" : "no",
    );
    const { authority } = bench(askingPolicy(ask));
    await authority.enroll(optional);
    const request = (host: string) =>
      authority.request("acme/reader", "hosts", one(host), "because");
    expect(await request("a.example")).toBe("granted");
    expect(await request("b.example")).toBe("refused");
    expect(await request("b.example")).toBe("refused");
    expect(ask).toHaveBeenCalledTimes(2);
    expect(await request("a.example")).toBe("granted");
    authority.endOfInstance("acme/reader");
    expect(await request("b.example")).toBe("refused");
    expect(ask).toHaveBeenCalledTimes(3);
    expect(authority.may("acme/reader", "hosts", get("a.example")).allowed).toBe(true);
  });

  test("a person who waves it away three times is left alone", async () => {
    const ask = vi.fn<(question: PolicyRequest) => Consent>(() => "later");
    const { authority } = bench(askingPolicy(ask));
    await authority.enroll(optional);
    const statuses = [];
    for (let time = 0; time < 20; time++) {
      statuses.push(await authority.request("acme/reader", "hosts", both, "pretty please"));
    }
    expect(statuses.slice(0, 4)).toEqual(["askable", "askable", "refused", "refused"]);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  test("odd scopes and unknown capabilities are refused, not thrown", async () => {
    const { authority } = bench(grantAll(["hosts"], "any"));
    await authority.enroll(optional);
    let deep: unknown = {};
    for (let level = 0; level < 50_000; level++) deep = { hosts: deep };
    const odd = [null, 7, "x", [], {}, { hosts: [] }, { hosts: [1] }, deep, { ...both, more: 1 }];
    for (const scope of odd) {
      expect(await authority.request("acme/reader", "hosts", scope, "")).toBe("refused");
    }
    expect(await authority.request("acme/reader", "flat", {}, "")).toBe("refused");
    expect(await authority.request("acme/reader", "no\nsuch", {}, "")).toBe("unavailable");
    expect(await authority.request("acme/stranger", "hosts", both, "")).toBe("refused");
  });

  test("a policy that fails grants nothing and says so", async () => {
    const policy: Policy = {
      decide: ({ during }) => {
        if (during === "install") return { tag: "silent" };
        throw new Error("the dialog is gone");
      },
    };
    const { authority, audit } = bench(policy);
    await authority.enroll(optional);
    await expect(authority.request("acme/reader", "hosts", both, "")).rejects.toThrow("dialog");
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
    expect(audit.entries.some((entry) => entry.reason === "the policy failed")).toBe(true);
  });
});

describe("once", () => {
  test("ends with the instance and is asked again before the next", async () => {
    const answers: Consent[] = ["once", "session", "no"];
    const asked: string[] = [];
    const { authority } = bench(
      askingPolicy(({ capability }) => {
        asked.push(capability);
        return answers.shift() ?? "no";
      }),
    );
    await authority.enroll(reader);
    expect(authority.may("acme/reader", "hosts").allowed).toBe(true);
    authority.endOfInstance("acme/reader");
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
    expect(authority.may("acme/reader", "flat").allowed).toBe(true);
    const standing = await authority.renew("acme/reader");
    expect(asked).toEqual(["hosts", "flat", "hosts"]);
    expect(standing.map((one) => one.status)).toEqual(["refused", "granted"]);
    await authority.renew("acme/reader");
    expect(asked).toHaveLength(3);
  });
});

describe("faults of the host's user", () => {
  test("a policy that names what there is not is refused at once, a misspelt deny above all", () => {
    expect(() => bench(staticPolicy({ makers: "any", allow: ["flat"], deny: ["hots"] }))).toThrow(
      expect.objectContaining({
        code: "grant-unknown",
        data: { unknown: ["hots"], offered: ["hosts", "flat"] },
      }),
    );
  });

  test("a rule's scope that is not one is refused at once, asked for or not", () => {
    const rule = { capability: "hosts", scope: { host: "a.example" } };
    const stated = [staticPolicy({ allow: [rule] }), staticPolicy({ deny: [rule] })];
    const store = { read: async () => undefined, write: async () => {}, setAside: async () => "" };
    for (const policy of stated) {
      const kept = rememberedPolicy(store, policy, { now: () => 0 });
      const joined = [combine(grantAll([]), policy), firstOf(grantAll([]), policy)];
      for (const one of [policy, kept, ...joined]) {
        expect(() => bench(one)).toThrow(
          expect.objectContaining({
            code: "grant-scope",
            data: { capability: "hosts", issues: expect.any(Array) },
          }),
        );
      }
    }
  });

  test("a scope that is not one, of a policy's answer, fails the enrolment and grants nothing", async () => {
    const scopes = [{ host: "a.example" }];
    const { authority } = bench({ decide: () => ({ tag: "allow", scopes, lasts: "session" }) });
    await expect(authority.enroll(reader)).rejects.toMatchObject({
      code: "grant-scope",
      data: { capability: "hosts" },
    });
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
  });

  test("two capabilities of one name are refused, one twice is not", () => {
    const options = { policy: grantAll([], "any"), audit: ringAudit(), clock: { now: () => 0 } };
    expect(() => createAuthority({ ...options, capabilities: [flat, { ...flat }] })).toThrow(
      expect.objectContaining({ code: "interface-duplicate" }),
    );
    expect(() => createAuthority({ ...options, capabilities: [flat, hosts, flat] })).not.toThrow();
  });
});

describe("the trail of refusals", () => {
  test("says who, what, how far, why and when, with the plugin's words made harmless", async () => {
    const { authority, audit } = bench(grantAll(["hosts"], "any"));
    await authority.enroll(reader);
    authority.may("acme/reader", "hosts", get("evil\u001b[31m.example"), "hosts.fetch");
    expect(audit.entries.at(-1)).toEqual({
      at: 1_000,
      plugin: "acme/reader",
      maker: "place:test",
      capability: "hosts",
      operation: "hosts.fetch",
      use: '{ host: "evil\\u001b[31m.example", method: "GET" }',
      decision: "refused",
      reason: "evil\\u{1b}[31m.example is not among the hosts",
    });
  });

  test("a plugin refused a million times takes few lines, and every refusal counts", async () => {
    const { authority, audit, clock } = bench(grantAll(["hosts"], "any"));
    await authority.enroll(reader);
    await authority.enroll(plugin({}, "acme/bystander"));
    authority.may("acme/bystander", "flat");
    const before = audit.entries.length;
    for (let call = 0; call < 100_000; call++) {
      authority.may("acme/reader", "hosts", get("evil.example"));
    }
    clock.time += 5_000;
    authority.endOfInstance("acme/reader");
    const written = audit.entries.slice(before);
    expect(written.length).toBeLessThan(150);
    expect(written.reduce((sum, entry) => sum + (entry.count ?? 1), 0)).toBe(100_000);
    expect(audit.entries.some((entry) => entry.plugin === "acme/bystander")).toBe(true);
  });
});
