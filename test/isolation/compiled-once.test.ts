import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { CompiledStore } from "../../src/component/compiled/store.ts";
import { compileSync } from "../../src/component/index.ts";
import { DEFAULT_RULES } from "../../src/component/caps/rules.ts";
import { allSteps } from "../../src/component/decode/steps.ts";
import { readSteps } from "../../src/component/outline.ts";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import { createHost, grantAll } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { componentOf as sampleOf } from "../plugins/sample-plugins.ts";
import { GuestPool } from "../../src/isolation/guest-pool.ts";
import type { GuestRequest } from "../../src/isolation/wire/messages.ts";
import { nodeThreads } from "../../src/platform/node/guest-thread/node-thread.ts";
import { systemClock, systemTimers } from "../../src/platform/node/system.ts";
import { type MemoryDerived, memoryDerived } from "../platform/memory-derived.ts";
import type { StartedThread, ThreadPort } from "../../src/platform/threads.ts";
import { API, api, failure } from "../conformance/engine-expect.ts";
import {
  arithmetic,
  asking,
  component as componentOf,
  IN_LIBC,
  LIBC,
} from "../conformance/engine-guests.ts";

type Sent = GuestRequest & { readonly thread: number };

interface Watched {
  readonly pool: GuestPool;
  readonly ports: readonly ThreadPort[];
  // Requests for a compilation from the component's bytes, and for one that another thread has done.
  readonly compiled: () => readonly Sent[];
  readonly taken: () => readonly Sent[];
  readonly sent: readonly Sent[];
}

// A pool whose requests to its threads are seen.
function watched(size: number, store: CompiledStore = new CompiledStore()): Watched {
  const threads = nodeThreads();
  const sent: Sent[] = [];
  const ports: ThreadPort[] = [];
  const start = (): StartedThread => {
    const { port, memory } = threads.start();
    const thread = ports.length;
    ports.push(port);
    const post = (posted: unknown): void => {
      const { message } = Object(posted) as { readonly message?: GuestRequest | Uint8Array };
      if (message !== undefined && "tag" in message) sent.push({ ...message, thread });
      port.post(posted);
    };
    return { memory, port: { ...port, post } };
  };
  const pool = new GuestPool({
    threads: { size, start },
    timers: systemTimers,
    clock: systemClock,
    store,
  });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const compiles = (taken: boolean) =>
    sent.filter((one) => one.tag === "compile" && (one.before.taken !== undefined) === taken);
  return { pool, ports, sent, compiled: () => compiles(false), taken: () => compiles(true) };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

describe("a component of a pool", () => {
  test("is compiled once for all that want the same, however many and when", async () => {
    const { pool, compiled, sent } = watched(1);
    const bytes = await arithmetic();
    const digest = digestOf(bytes);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => pool.compile(bytes, { digest })),
    );
    all.push(await pool.compile(bytes, { digest }));
    const instances = await Promise.all(all.slice(0, 20).map((one) => one.instantiate({})));
    for (const instance of instances) expect(await api(instance, API)["add"]!(20, 22)).toBe(42);
    expect(compiled()).toHaveLength(1);
    // Nobody's component ends with another's.
    for (const one of all.slice(1)) one[Symbol.dispose]();
    expect(await api(await all[0]!.instantiate({}), API)["add"]!(1, 2)).toBe(3);
    await failure("component-closed", () => all[1]!.instantiate({}));
    all[0]![Symbol.dispose]();
    (await pool.compile(bytes, { digest }))[Symbol.dispose]();
    expect(compiled()).toHaveLength(1);
    expect(sent.filter(({ tag }) => tag === "release")).toEqual([]);
  });

  test("is not compiled again for another thread", async () => {
    const { pool, compiled, taken } = watched(2);
    const component = await pool.compile(await arithmetic());
    const instances = [];
    for (let nth = 0; nth < 4; nth++) instances.push(await component.instantiate({}));
    for (const instance of instances) expect(await api(instance, API)["add"]!(20, 22)).toBe(42);
    expect(pool.threads).toBe(2);
    expect(compiled()).toHaveLength(1);
    expect(taken()).toHaveLength(1);
  });

  test("goes on where the thread that compiled it has died, before it was handed over or after", async () => {
    for (const after of [true, false]) {
      const { pool, ports, compiled } = watched(2);
      const component = await pool.compile(await arithmetic());
      const first = await component.instantiate({});
      if (after) await component.instantiate({});
      await ports[0]!.terminate();
      await failure("component-poisoned", () => api(first, API)["add"]!(1, 2));
      for (let nth = 0; nth < 3; nth++) {
        expect(await api(await component.instantiate({}), API)["add"]!(1, 2)).toBe(3);
      }
      expect(compiled()).toHaveLength(after ? 1 : 2);
    }
  });

  test("whose functions are very long is made anew from its bytes elsewhere, with the same modules", async () => {
    const fields = Array.from({ length: 400 }, (_, nth) => `(field "f${nth}" u8)`).join(" ");
    const functions = Array.from(
      { length: 100 },
      (_, nth) => `(func (export "first${nth}") (param "r" $record) (result u32)
        (canon lift (core func $m "first") ${IN_LIBC}))`,
    );
    const bytes = await componentOf(`(component
      ${LIBC}
      (core module $M (import "libc" "memory" (memory 1))
        (func (export "first") (param i32) (result i32) (i32.load8_u (local.get 0))))
      (core instance $m (instantiate $M (with "libc" (instance $libc))))
      (type $r (record ${fields}))
      (export $record "r" (type $r))
      ${functions.join("\n")})`);
    const { pool, taken } = watched(2);
    const component = await pool.compile(bytes);
    const record = Object.fromEntries(Array.from({ length: 400 }, (_, nth) => [`f${nth}`, 7]));
    for (let nth = 0; nth < 2; nth++) {
      const { exports } = await component.instantiate({});
      expect(await (exports["first9"] as (r: object) => Promise<number>)(record)).toBe(7);
    }
    const [{ before }] = taken() as [Extract<Sent, { tag: "compile" }>];
    expect(before.taken!.portable.plan).toBeUndefined();
    expect(before.taken!.portable.modules).toHaveLength(2);
  });

  test("is another one for other options", async () => {
    const { pool, compiled } = watched(1);
    const bytes = await asking();
    const digest = digestOf(bytes);
    const suspend = ["acme:test/host@1.0.0#ask-host"];
    const options = [
      { digest },
      { digest, restorable: true },
      { digest, suspend },
      { digest, limits: { memoryBytes: 1 << 20 } },
      { digest: digestOf(Uint8Array.of()) },
    ];
    for (const one of [...options, ...options]) await pool.compile(bytes, one);
    expect(compiled()).toHaveLength(options.length);
  });

  test("that does not compile is tried again", async () => {
    const { pool, compiled } = watched(1);
    const bytes = Uint8Array.of(1, 2, 3);
    const digest = digestOf(bytes);
    await failure("component-malformed", () => pool.compile(bytes, { digest }));
    await failure("component-malformed", () => pool.compile(bytes, { digest }));
    expect(compiled()).toHaveLength(2);
  });

  test("is kept for who may want it again, but not for ever", async () => {
    const { pool, compiled, sent } = watched(1);
    const bytes = await arithmetic();
    const named = (nth: number) => ({ digest: digestOf(Uint8Array.of(nth)) });
    for (let nth = 0; nth < 10; nth++) (await pool.compile(bytes, named(nth)))[Symbol.dispose]();
    (await pool.compile(bytes, named(9)))[Symbol.dispose]();
    expect(compiled()).toHaveLength(10);
    (await pool.compile(bytes, named(0)))[Symbol.dispose]();
    expect(compiled()).toHaveLength(11);
    const released = sent
      .filter(({ tag }) => tag === "release")
      .map((one) => "component" in one && one.component);
    expect(new Set(released).size).toBeGreaterThanOrEqual(2);
  });
});

test("no thread that has guests compiles what it can get from another", async () => {
  const { pool, sent } = watched(2);
  const [one, other] = [await arithmetic(), await asking()];
  const imports = {
    "acme:test/host@1.0.0": { askHost: (n: number) => n, tryHost: () => 0, dropped: () => {} },
  };
  const instances = [];
  for (let nth = 0; nth < 6; nth++) {
    const component = await pool.compile(nth % 2 === 0 ? one : other);
    instances.push(await component.instantiate(imports));
  }
  const inhabited = new Set<number>();
  for (const request of sent) {
    if (request.tag === "instantiate") inhabited.add(request.thread);
    if (request.tag === "compile" && request.before.taken === undefined) {
      expect(inhabited).not.toContain(request.thread);
    }
  }
  expect(inhabited.size).toBe(2);
  expect(pool.threads).toBe(2);
});

describe("what a pool has found out about a component", () => {
  const kept = async (derived: MemoryDerived): Promise<void> => {
    while (derived.entries.size === 0) await new Promise((resolve) => void setTimeout(resolve, 5));
  };

  // `until`: what is to have happened before the pool is given up.
  async function run(
    derived: MemoryDerived,
    suspend: readonly string[] = [],
    until: () => void = () => {},
  ): Promise<void> {
    const { pool } = watched(1, new CompiledStore(derived));
    const bytes = await asking();
    const component = await pool.compile(bytes, { digest: digestOf(bytes), suspend });
    const instance = await component.instantiate({
      "acme:test/host@1.0.0": { askHost: (n: number) => n * 2, tryHost: () => 0, dropped() {} },
    });
    expect(await (instance.exports["ask"] as (n: number) => Promise<number>)(21)).toBe(42);
    await kept(derived);
    await vi.waitFor(until, { timeout: 10_000 });
    await pool[Symbol.asyncDispose]();
  }

  test("is used by the next one, which answers the same", async () => {
    const derived = memoryDerived();
    await run(derived);
    expect(derived.made()).toHaveLength(1);
    expect(derived.found).toBe(0);
    await run(derived);
    expect(derived.found).toBe(1);
    expect(derived.made()).toEqual([]);
  });

  test("is found out again where it is for other options, or can't be read", async () => {
    const derived = memoryDerived();
    await run(derived);
    derived.made();
    const whole = [...derived.entries];
    const anew = (): void => expect(derived.made()).toHaveLength(1);
    await run(derived, ["acme:test/host@1.0.0#ask-host"], anew);
    for (const spoil of [
      (entry: Uint8Array) => entry.subarray(0, entry.length / 2),
      (entry: Uint8Array) => entry.map((byte) => byte ^ 1),
      () => new Uint8Array(0),
      (entry: Uint8Array) =>
        new TextEncoder().encode(new TextDecoder().decode(entry).replaceAll("sha256:", "sha255:")),
    ]) {
      for (const [name, entry] of whole) derived.entries.set(name, spoil(entry));
      await run(derived, [], anew);
    }
  });
});

describe("a component that was read when it was installed", () => {
  /** With bytes that say nothing any more but for their core modules. */
  async function forgotten(): Promise<{
    readonly bytes: Uint8Array;
    readonly store: CompiledStore;
    readonly digest: string;
  }> {
    const bytes = Uint8Array.from(await arithmetic());
    const digest = digestOf(bytes);
    const store = new CompiledStore();
    const { read } = allSteps(readSteps(bytes, DEFAULT_RULES));
    store.remember({ kind: "read", digest, rules: DEFAULT_RULES }, read);
    const modules = compileSync(Uint8Array.from(bytes)).coreModules;
    bytes.forEach((_, at) => {
      const isCode = modules.some(({ offset, length }) => at >= offset && at < offset + length);
      if (!isCode) bytes[at] = 0xff;
    });
    return { bytes, store, digest };
  }

  test("is not read again by a guests' thread, nor by a second one", async () => {
    const { bytes, store, digest } = await forgotten();
    const { pool, compiled } = watched(2, store);
    const component = await pool.compile(bytes, { digest });
    for (let nth = 0; nth < 3; nth++) {
      expect(await api(await component.instantiate({}), API)["add"]!(20, 22)).toBe(42);
    }
    expect(compiled()).toHaveLength(1);
    const other = { digest, rules: { caps: { componentTypes: 1000 } } };
    await failure("component-malformed", () => pool.compile(bytes, other));
    await failure("component-malformed", () => pool.compile(bytes, { digest: digestOf(bytes) }));
  });

  test("is not read again on the caller's thread", async () => {
    const { bytes, store, digest } = await forgotten();
    const engine = componentEngine({ store });
    for (let nth = 0; nth < 2; nth++) {
      const component = await engine.compile(bytes, { digest });
      expect(api(await component.instantiate({}), API)["add"]!(20, 22)).toBe(42);
    }
    await failure("component-malformed", () => engine.compile(bytes, {}));
  });

  test.each(["caller", "thread"] as const)("starts as a plugin (%s)", async (level) => {
    const threads = nodeThreads();
    const posted: GuestRequest[] = [];
    const start = (): StartedThread => {
      const { port, memory } = threads.start();
      const post = (one: unknown, gives?: readonly ArrayBuffer[]): void => {
        const { message } = Object(one) as { readonly message?: GuestRequest | Uint8Array };
        if (message !== undefined && "tag" in message) posted.push(message);
        port.post(one, gives);
      };
      return { memory, port: { ...port, post } };
    };
    const platform = { ...nodePlatform(), threads: { ...threads, start } };
    await using host = createHost({
      platform,
      isolation: () => level,
      policy: grantAll(["log", "text"], "any"),
    });
    await host.install(await sampleOf("word-count"));
    await host.install(await sampleOf("diff"));
    expect(await host.execute("word-count.count", { text: "a b" })).toMatchObject({ words: 2 });
    const texts = { before: "one", after: "two" };
    expect(await host.execute("diff.unified", texts)).toMatchObject({ added: 1 });
    const compiles = posted.flatMap((one) => (one.tag === "compile" ? [one.before] : []));
    const first = compiles.filter(({ taken }) => taken === undefined);
    expect(first).toHaveLength(level === "caller" ? 0 : 2);
    for (const { read } of first) expect(read).toBeDefined();
  });
});
