import { describe, expect, it } from "vitest";
import {
  rememberedPolicy,
  staticPolicy,
  describeIdentity,
  type GrantStore,
  type PolicyRequest,
} from "../../src/index.ts";
import { ours } from "../identity/ours.ts";

/**
 * Where one store's text lies. `open` gives another store of the same text, as the next run has it.
 */
export interface GrantPlace {
  open(): GrantStore;
}

/** A plugin that asks for a capability. */
export const request = (capability: string, plugin: string = "acme/asker"): PolicyRequest => ({
  plugin,
  version: "1.0.0",
  identity: ours,
  maker: describeIdentity(ours),
  capability,
  scope: { hosts: ["example.com"] },
  sentence: "may contact example.com",
  reason: "to fetch",
  optional: false,
  during: "install",
  within: () => true,
  intersect: (one) => one,
});

/** What every GrantStore promises. `make` gives an empty place. */
export function grantStoreConformance(name: string, make: () => GrantPlace): void {
  describe(`where grants are kept: ${name}`, () => {
    it("has nothing before the first write, then what was written last, whole", async () => {
      const place = make();
      expect(await place.open().read()).toBeUndefined();
      await place.open().write("one");
      expect(await place.open().read()).toBe("one");
      const long = "é\u{1f600}\n".repeat(100_000);
      await place.open().write(long);
      expect(await place.open().read()).toBe(long);
      await place.open().write("");
      expect(await place.open().read()).toBe("");
    });

    it("keeps one of two texts that are written at once, whole", async () => {
      const place = make();
      const texts = ["a".repeat(50_000), "b".repeat(50_000)];
      await Promise.all(texts.map((text) => place.open().write(text)));
      expect(texts).toContain(await place.open().read());
    });

    it("moves a text aside, says where, and has nothing then", async () => {
      const place = make();
      const store = place.open();
      await store.write("not what we write");
      expect(await store.setAside()).toMatch(/unreadable/);
      expect(await store.read()).toBeUndefined();
      await store.write("new");
      expect(await place.open().read()).toBe("new");
    });

    it("is another's than a store of another name", async () => {
      const [one, other] = [make(), make()];
      await one.open().write("one");
      expect(await other.open().read()).toBeUndefined();
    });

    it("lets a decision for good outlive the run, until it is taken back", async () => {
      const place = make();
      const clock = { now: () => 1_000 };
      const always = {
        decide: () => ({ tag: "allow", lasts: "always" }) as const,
      };
      const first = rememberedPolicy(place.open(), always, clock);
      expect(await first.decide(request("http"))).toMatchObject({ tag: "allow" });
      const second = rememberedPolicy(place.open(), staticPolicy({}), clock);
      expect(await second.list()).toMatchObject([{ plugin: "acme/asker", capability: "http" }]);
      expect(await second.decide(request("http"))).toMatchObject({ tag: "allow" });
      await second.forget("acme/asker");
      const third = rememberedPolicy(place.open(), staticPolicy({}), clock);
      expect(await third.list()).toEqual([]);
    });

    it("keeps what each of several hosts was told, that remember in it at the same time", async () => {
      const place = make();
      const clock = { now: () => 1_000 };
      const always = { decide: () => ({ tag: "allow", lasts: "always" }) as const };
      const host = () => rememberedPolicy(place.open(), always, clock);
      await host().decide(request("http", "acme/gone"));
      const plugins = Array.from({ length: 12 }, (_, i) => `acme/p${i}`);
      await Promise.all([
        host().forget("acme/gone"),
        ...plugins.map((plugin) => host().decide(request("http", plugin))),
      ]);
      const kept = await host().list();
      expect(kept.map(({ plugin }) => plugin).toSorted()).toEqual(plugins.toSorted());
    });

    it("keeps a text that is damaged aside, and starts anew", async () => {
      const place = make();
      await place.open().write("{ damaged");
      const policy = rememberedPolicy(place.open(), staticPolicy({}), { now: () => 1_000 });
      await expect(policy.list()).rejects.toMatchObject({ code: "grants-unreadable" });
      expect(await place.open().read()).toBeUndefined();
      expect(await policy.list()).toEqual([]);
    });
  });
}
