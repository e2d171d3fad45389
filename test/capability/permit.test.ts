import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Authority, Permit } from "../../src/capability/authority.ts";
import { authorityOf } from "../../src/capability/maker-authority.ts";
import type { Decision, Policy } from "../../src/capability/policy.ts";
import { bench, plugin } from "./samples.ts";

const reader = "acme/reader";
const both = plugin({ hosts: { scope: { hosts: ["a.example"] } }, flat: { optional: true } });
const fewer = plugin({ flat: {} });

type Step = (authority: Authority, say: (decision: Decision) => void) => unknown;

const lasts = ["once", "session", "always"] as const;
const steps: Readonly<Record<string, Step>> = {
  "everything is granted once": (_, say) => say({ tag: "allow", lasts: "once" }),
  "everything is granted": (_, say) => say({ tag: "allow", lasts: "session" }),
  "everything is denied": (_, say) => say({ tag: "deny", reason: "no", lasts: "once" }),
  "nobody decides": (_, say) => say({ tag: "silent" }),
  "it is enrolled": (authority) => authority.enroll(both),
  "it is enrolled with less": (authority) => authority.enroll(fewer),
  "it asks": (authority) => authority.request(reader, "flat", {}, "please"),
  "its instance ends": (authority) => authority.endOfInstance(reader),
  "it starts again": (authority) => authority.renew(reader),
  "it is taken back": (authority) => authority.revoke(reader, "flat"),
  "it is dropped": (authority) => authority.forget(reader),
};

const script = fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 30 });

describe("a permit", () => {
  test("says what the check says, whatever happens; one from before never says more", async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.constantFrom(...lasts), async (names, first) => {
        let decision: Decision = { tag: "allow", lasts: first };
        const policy: Policy = { decide: () => decision };
        const { authority } = bench(policy);
        const bystander = { ...both, name: "acme/bystander" };
        await authority.enroll(bystander);
        const untouched = authority.permit("acme/bystander", "flat");
        const held: Permit[] = [];
        for (const name of names) {
          held.push(authority.permit(reader, "flat"));
          await steps[name]!(authority, (next) => (decision = next));
          const { allowed } = authority.may(reader, "flat");
          expect(authority.permit(reader, "flat").allowed, name).toBe(allowed);
          for (const permit of held) expect(permit.allowed && !allowed, name).toBe(false);
          expect(untouched.allowed).toBe(true);
        }
      }),
    );
  });

  test("stays good over an update that asks for the same", async () => {
    const { authority } = bench({ decide: () => ({ tag: "allow", lasts: "session" }) });
    await authority.enroll(both);
    const permit = authority.permit(reader, "flat");
    await authority.enroll({ ...both, version: "2.0.0" });
    expect(permit.allowed).toBe(true);
    await authority.revoke(reader, "flat");
    expect(permit.allowed).toBe(false);
  });

  test("follows the one enrolment that counts, not one that has been replaced meanwhile", async () => {
    const answers: ((decision: Decision) => void)[] = [];
    const policy: Policy = {
      decide: ({ during }) =>
        during === "install"
          ? { tag: "silent" }
          : new Promise<Decision>((resolve) => answers.push(resolve)),
    };
    const { authority } = bench(policy);
    await authority.enroll(both);
    const permit = authority.permit(reader, "flat");
    const asking = authority.request(reader, "flat", {}, "please");
    await authority.enroll(both);
    answers[0]!({ tag: "allow", lasts: "session" });
    await asking;
    expect(authority.may(reader, "flat").allowed).toBe(false);
    expect(permit.allowed).toBe(false);
  });

  test("of what there is not is never given", () => {
    const { authority } = bench({ decide: () => ({ tag: "allow", lasts: "session" }) });
    expect(authority.permit("acme/stranger", "flat").allowed).toBe(false);
    expect(authority.permit(reader, "__proto__").allowed).toBe(false);
  });
});

describe("two makers under one name", () => {
  const stranger = { tag: "digest", digest: `sha256:${"5".repeat(64)}` } as const;
  const makers = [both.identity, stranger] as const;
  const change = fc.record({ maker: fc.constantFrom(0, 1), grants: fc.boolean() });

  test("each holds what it was granted while the name is its own, and never the other's", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        let grants = true;
        const { authority } = bench({
          decide: () =>
            grants ? { tag: "allow", lasts: "once" } : { tag: "deny", reason: "no", lasts: "once" },
        });
        const held = [
          authorityOf(authority, makers[0]),
          authorityOf(authority, makers[1]),
        ] as const;
        const permits: (readonly [number, Permit])[] = [];
        for (const { maker, grants: next } of changes) {
          grants = next;
          const before = held.map((one) => one.may(reader, "flat").allowed);
          using decided = await authority.decide({ ...both, identity: makers[maker]! });
          // Nothing is in force yet.
          expect(held.map((one) => one.may(reader, "flat").allowed)).toEqual(before);
          decided.enforce();
          const other = 1 - maker;
          expect(held[other as 0 | 1].may(reader, "flat").allowed).toBe(false);
          expect(held[other as 0 | 1].status(reader, "flat")).toBe("refused");
          expect(await held[other as 0 | 1].request(reader, "flat", {}, "")).toBe("refused");
          held[other as 0 | 1].endOfInstance(reader);
          expect(held[maker as 0 | 1].may(reader, "flat").allowed).toBe(next);
          for (const [of, permit] of permits) if (of === other) expect(permit.allowed).toBe(false);
          permits.push([maker, held[maker as 0 | 1].permit(reader, "flat")]);
        }
      }),
    );
  });

  test("what was decided and is not put into force changes nothing; nor does it once overtaken", async () => {
    const { authority } = bench({ decide: () => ({ tag: "allow", lasts: "session" }) });
    {
      using dropped = await authority.decide(both);
      expect(dropped).toBeDefined();
    }
    expect(authority.may(reader, "flat").allowed).toBe(false);
    const first = await authority.decide(both);
    const second = await authority.decide({ ...both, identity: stranger });
    expect(() => first.enforce()).toThrow(expect.objectContaining({ code: "plugin-unknown" }));
    second.enforce();
    expect(authorityOf(authority, stranger).may(reader, "flat").allowed).toBe(true);
    expect(authorityOf(authority, both.identity).may(reader, "flat").allowed).toBe(false);
    const third = await authority.decide(both);
    await authority.forget(reader);
    expect(() => third.enforce()).toThrow(expect.objectContaining({ code: "plugin-unknown" }));
  });
});
