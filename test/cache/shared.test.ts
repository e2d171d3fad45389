import { describe, expect, it } from "vitest";
import {
  type Cache,
  type CachePort,
  createCache,
  memoryLevel,
  portLevel,
  serialisedLevel,
  sharedLevel,
} from "../../src/cache/index.ts";
import { cacheLevelSuite } from "../conformance/cache-level.ts";
import { RemoteLevel, metadata } from "./world.ts";

function channel(): readonly [CachePort, CachePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2] as unknown as readonly [CachePort, CachePort];
}

cacheLevelSuite("shared, in its own thread", async () => ({
  level: sharedLevel(serialisedLevel({ bytes: 2_000_000 })),
}));
cacheLevelSuite("shared, over a port", async () => {
  const shared = sharedLevel(serialisedLevel({ bytes: 2_000_000 }));
  const [here, there] = channel();
  shared.share(here);
  const level = portLevel(there);
  return { level, dispose: async () => level.close() };
});

// Two threads' caches on one level, and a bystander's on the same.
function threads(): {
  caches: [Cache<string>, Cache<string>, Cache<string>];
  close(): Promise<void>;
} {
  const shared = sharedLevel(serialisedLevel({ entries: 1000 }));
  const remote = (): Cache<string> => {
    const [here, there] = channel();
    shared.share(here);
    return createCache<string>({ levels: [memoryLevel({ entries: 100 }), portLevel(there)] });
  };
  const own = createCache<string>({ levels: [memoryLevel({ entries: 100 }), shared] });
  const caches: [Cache<string>, Cache<string>, Cache<string>] = [own, remote(), remote()];
  const close = async (): Promise<void> => {
    await Promise.all(caches.slice(1).map((cache) => cache.close()));
    await own.close();
  };
  return { caches, close };
}

// Until everybody was told: a message there and one back.
async function settled(caches: readonly Cache<string>[]): Promise<void> {
  for (let i = 0; i < 3; i++) {
    for (const cache of caches) {
      await cache.flush();
      await cache.read("nothing");
    }
  }
}

describe("caches of several threads on one level", () => {
  it("read what any of them wrote", async () => {
    const { caches, close } = threads();
    for (const [i, cache] of caches.entries()) cache.set(`k${i}`, `by ${i}`);
    await settled(caches);
    for (const cache of caches) {
      for (const i of [0, 1, 2]) expect(await cache.read(`k${i}`)).toBe(`by ${i}`);
    }
    await close();
  });

  it("drop their copies of what another one replaced, deleted or invalidated, and what was derived", async () => {
    const { caches, close } = threads();
    const [own, one, two] = caches;
    own.set("bystander", "fine");
    for (const act of ["replace", "invalidate", "delete"] as const) {
      for (const writer of caches) {
        own.set("source", "old");
        await settled(caches);
        for (const cache of caches) expect(await cache.read("source")).toBe("old");
        two.set("derived", "from old", { dependsOn: ["source"] });
        await settled(caches);
        if (act === "replace") writer.set("source", "new");
        else if (act === "delete") writer.delete("source");
        else writer.invalidate("source");
        await settled(caches);
        for (const cache of caches) {
          expect(await cache.read("source")).toBe(act === "replace" ? "new" : undefined);
          expect(await cache.read("bystander")).toBe("fine");
          if (act === "invalidate") expect(await cache.read("derived")).toBeUndefined();
        }
      }
    }
    expect(one.get("bystander")).toBe("fine");
    await close();
  });

  it("are all cleared by one, each in its own part", async () => {
    const { caches, close } = threads();
    const [own, one, two] = caches;
    const memory = { entries: 10 };
    one.namespace("a", { memory }).set("k", "gone");
    own.set("k", "stays");
    await settled(caches);
    expect(await two.namespace("a", { memory }).read("k")).toBe("gone");
    one.namespace("a", { memory }).clear();
    await settled(caches);
    expect(await two.namespace("a", { memory }).read("k")).toBeUndefined();
    expect(await two.read("k")).toBe("stays");
    await close();
  });
});

describe("a shared level", () => {
  it("does nothing for a message that makes no sense", async () => {
    const shared = sharedLevel(serialisedLevel({ entries: 10 }));
    shared.set("kept", { payload: Uint8Array.of(1), metadata: metadata() });
    const [here, there] = channel();
    shared.share(here);
    const level = portLevel(there);
    for (const message of [
      undefined,
      "delete",
      { ask: "delete", keys: ["kept"] },
      { id: 1, ask: "delete", keys: "kept" },
      { id: 2, ask: "set", key: "kept", entry: { payload: [1], metadata: {} } },
      { id: 3, ask: "set", key: 7, entry: { payload: new Uint8Array(1), metadata: metadata() } },
      { id: 4, ask: "close" },
    ]) {
      there.postMessage(message);
    }
    expect((await level.get("kept"))?.payload).toEqual(Uint8Array.of(1));
    level.close();
  });

  it("isn't made of one that can't tell what is in it", () => {
    expect(() => sharedLevel(new RemoteLevel())).toThrow(
      expect.objectContaining({ code: "cache-options" }),
    );
  });

  it("that is closed fails for the others, whose caches go on without it", async () => {
    const { caches, close } = threads();
    const [own, one] = caches;
    await own.close();
    expect(await one.getOrLoad("k", async () => "loaded")).toBe("loaded");
    one.set("mine", "kept");
    expect(one.get("mine")).toBe("kept");
    await close();
  });
});
