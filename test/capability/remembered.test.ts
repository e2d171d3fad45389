import { describe, expect, test } from "vitest";
import { askingPolicy, type Consent } from "../../src/capability/asking-policy.ts";
import type { GrantStore } from "../../src/capability/remembered-decisions.ts";
import { rememberedPolicy } from "../../src/capability/remembered-policy.ts";
import { bench, plugin } from "./samples.ts";

class MemoryStore implements GrantStore {
  text: string | undefined;
  aside: string | undefined;
  writes = 0;
  broken = false;

  async read(): Promise<string | undefined> {
    return this.text;
  }

  async write(text: string): Promise<void> {
    if (this.broken) throw new Error("ENOSPC");
    this.writes += 1;
    this.text = text;
  }

  async setAside(): Promise<string> {
    this.aside = this.text;
    this.text = undefined;
    return "grants.json.damaged";
  }
}

// A host's session: what is remembered only in memory goes with it.
function session(store: GrantStore, answer: Consent | (() => Consent)) {
  const asked: string[] = [];
  const person = askingPolicy(
    ({ plugin, scope }) => {
      asked.push(`${plugin} ${JSON.stringify(scope)}`);
      return typeof answer === "function" ? answer() : answer;
    },
    { optional: "ask" },
  );
  const policy = rememberedPolicy(store, person, { now: () => 5 });
  return { ...bench(policy), policy, asked };
}

const wants = (...hosts: string[]) => plugin({ hosts: { scope: { hosts } } });

describe("what was decided", () => {
  test("for good, is known after a restart", async () => {
    const store = new MemoryStore();
    await session(store, "always").authority.enroll(wants("a.example"));
    const next = session(store, "no");
    await next.authority.enroll(wants("a.example"));
    expect(next.authority.status("acme/reader", "hosts")).toBe("granted");
    expect(next.asked).toEqual([]);
    await next.authority.enroll(
      plugin({ hosts: { scope: { hosts: ["a.example"] } } }, "acme/other"),
    );
    expect(next.asked).toHaveLength(1);
  });

  test("is read from a file that an editor began with a byte order mark", async () => {
    const store = new MemoryStore();
    await session(store, "always").authority.enroll(wants("a.example"));
    store.text = `\ufeff${store.text}`;
    const next = session(store, "no");
    await next.authority.enroll(wants("a.example"));
    expect(next.asked).toEqual([]);
    expect(store.aside).toBeUndefined();
  });

  test("for the session, is known until it ends; once, not even then", async () => {
    const store = new MemoryStore();
    const first = session(store, "session");
    await first.authority.enroll(wants("a.example"));
    await first.authority.enroll(wants("a.example"));
    expect(first.asked).toHaveLength(1);
    expect(store.writes).toBe(0);
    const second = session(store, "once");
    await second.authority.enroll(wants("a.example"));
    await second.authority.enroll(wants("a.example"));
    expect(second.asked).toHaveLength(2);
  });

  test("holds for less, and more is a new question", async () => {
    const store = new MemoryStore();
    await session(store, "always").authority.enroll(wants("a.example", "b.example"));
    const next = session(store, "no");
    await next.authority.enroll(wants("b.example"));
    expect(next.authority.status("acme/reader", "hosts")).toBe("granted");
    expect(next.asked).toEqual([]);
    await next.authority.enroll(wants("b.example", "c.example"));
    expect(next.authority.status("acme/reader", "hosts")).toBe("refused");
    expect(next.asked).toHaveLength(1);
  });

  test("a part of what was asked stays a part", async () => {
    const store = new MemoryStore();
    const part: Consent = { tag: "allow", lasts: "always", scopes: [{ hosts: ["a.example"] }] };
    await session(store, part).authority.enroll(wants("a.example", "b.example"));
    const next = session(store, "always");
    await next.authority.enroll(wants("a.example", "b.example"));
    expect(next.asked).toEqual([]);
    const may = (host: string) =>
      next.authority.may("acme/reader", "hosts", { host, method: "GET" }).allowed;
    expect([may("a.example"), may("b.example")]).toEqual([true, false]);
  });

  test("never is never, whatever scope the plugin tries, and keeps what was approved", async () => {
    const store = new MemoryStore();
    await session(store, "always").authority.enroll(wants("a.example"));
    await session(store, "never").authority.enroll(wants("a.example", "b.example"));
    const next = session(store, "always");
    await next.authority.enroll(wants("a.example", "c.example"));
    expect(next.asked).toEqual([]);
    const may = (host: string) =>
      next.authority.may("acme/reader", "hosts", { host, method: "GET" }).allowed;
    expect([may("a.example"), may("c.example")]).toEqual([true, false]);
    const fresh = new MemoryStore();
    await session(fresh, "never").authority.enroll(wants("a.example"));
    const after = session(fresh, "always");
    await after.authority.enroll(wants("c.example"));
    expect(after.asked).toEqual([]);
    expect(after.authority.status("acme/reader", "hosts")).toBe("refused");
  });

  test("taken back, it does not return after a restart", async () => {
    const store = new MemoryStore();
    const first = session(store, "always");
    await first.authority.enroll(wants("a.example"));
    await first.authority.enroll(plugin({ flat: {} }, "acme/other"));
    await first.authority.revoke("acme/reader", "hosts");
    expect((await first.policy.list()).map((one) => one.plugin)).toEqual(["acme/other"]);
    const next = session(store, "no");
    await next.authority.enroll(wants("a.example"));
    expect(next.asked).toHaveLength(1);
    await next.authority.forget("acme/other");
    expect(JSON.parse(store.text ?? "")).toEqual({ version: 1, decisions: [] });
  });

  test("two hosts that share a store do not undo each other's decisions", async () => {
    const store = new MemoryStore();
    const one = session(store, "always");
    const other = session(store, "always");
    await one.policy.list();
    await other.policy.list();
    await one.authority.enroll(plugin({ flat: {} }, "acme/one"));
    await other.authority.enroll(plugin({ flat: {} }, "acme/other"));
    const decisions = await session(store, "no").policy.list();
    expect(decisions.map((each) => each.plugin)).toEqual(["acme/one", "acme/other"]);
  });
});

describe("a store that fails", () => {
  const damaged = [
    "",
    "{",
    "null",
    '{"version":2,"decisions":[]}',
    '{"version":1,"decisions":[{"decision":"allow","plugin":"acme/reader"}]}',
    '{"version":1,"decisions":[],"more":1}',
    "\u0000".repeat(64),
  ];
  test.each(damaged)("grants nothing, says so and keeps the text: %j", async (text) => {
    const store = new MemoryStore();
    store.text = text;
    const { authority, asked } = session(store, "always");
    await expect(authority.enroll(wants("a.example"))).rejects.toMatchObject({
      code: "grants-unreadable",
      data: { keptAs: "grants.json.damaged" },
    });
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
    expect(store.aside).toBe(text);
    expect(asked).toEqual([]);
    await authority.enroll(wants("a.example"));
    expect(asked).toHaveLength(1);
    expect(authority.status("acme/reader", "hosts")).toBe("granted");
  });

  test("a store that cannot be read is left alone", async () => {
    const store = new MemoryStore();
    store.read = () => Promise.reject(new Error("EACCES"));
    const { authority } = session(store, "always");
    await expect(authority.enroll(wants("a.example"))).rejects.toMatchObject({
      code: "grants-unreadable",
    });
    expect(store.aside).toBeUndefined();
  });

  test("a decision that cannot be stored holds for the session, and the trail says so", async () => {
    const store = new MemoryStore();
    store.broken = true;
    const { authority, asked, audit } = session(store, "always");
    await authority.enroll(wants("a.example"));
    await authority.enroll(wants("a.example"));
    expect(authority.status("acme/reader", "hosts")).toBe("granted");
    expect(asked).toHaveLength(1);
    expect(audit.entries[0]?.reason).toContain("could not be stored");
  });

  test("taking back fails loudly where the store does, and is in force all the same", async () => {
    const store = new MemoryStore();
    const { authority } = session(store, "always");
    await authority.enroll(wants("a.example"));
    store.broken = true;
    await expect(authority.revoke("acme/reader", "hosts")).rejects.toMatchObject({
      code: "storage-failed",
    });
    expect(authority.may("acme/reader", "hosts").allowed).toBe(false);
  });
});
