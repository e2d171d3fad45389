// Code that lies in the state folder runs only where somebody who can read the key has put it there.
import { createHmac } from "node:crypto";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  bytesCodec,
  type Cache,
  createCache,
  memoryLevel,
  packLevel,
} from "../../src/cache/index.ts";
import { createHost, grantAll, type Host } from "../../src/index.ts";
import { nodePackFiles, nodePlatform } from "../../src/platform/node/index.ts";
import { packedDerived } from "../../src/platform/node/packed-derived.ts";
import { secretOf } from "../../src/platform/node/secret-file.ts";
import { sourcesDigest } from "../../src/platform/node/sources-digest.ts";
import { componentOf } from "../plugins/sample-plugins.ts";

const SEAL = 32;
const marked = globalThis as { storedTextRan?: boolean };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tenon-sealed-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A plugin and its bystander, in a process of their own as far as the folder can tell. */
async function run(state: string, level: "caller" | "thread" = "caller"): Promise<void> {
  await using host: Host = createHost({
    platform: nodePlatform({ state }),
    isolation: () => level,
    policy: grantAll(["log", "text"], "any"),
  });
  await host.install(await componentOf("word-count"));
  await host.install(await componentOf("diff"));
  const words = await host.execute("word-count.count", { text: "one two three" });
  expect(words).toMatchObject({ words: 3 });
  const texts = { before: "one\ntwo\n", after: "one\n2\n" };
  expect(await host.execute("diff.unified", texts)).toMatchObject({ added: 1, removed: 1 });
}

/** The folder as somebody has it who may write to it. */
async function intrude(
  state: string,
  change: (cache: Cache<Uint8Array>, names: readonly string[]) => void,
): Promise<void> {
  await using cache = createCache<Uint8Array>({
    levels: [
      memoryLevel({ entries: 1 }),
      packLevel({ files: nodePackFiles(join(state, "derived")), random: Math.random }),
    ],
    codec: bytesCodec,
  });
  const names = new Set<string>();
  await cache.invalidateWhere((name) => {
    names.add(name);
    return false;
  });
  change(cache, [...names]);
}

/** Code that tells of itself, in all functions of all components. */
function withMark(sealed: Uint8Array): Uint8Array {
  const text = Buffer.from(sealed.subarray(SEAL)).toString();
  const first = String.raw`\"use strict\";`;
  const altered = text.replaceAll(first, `${first}globalThis.storedTextRan=true;`);
  return Buffer.concat([sealed.subarray(0, SEAL), Buffer.from(altered)]);
}

function sealedWith(key: Uint8Array, name: string, sealed: Uint8Array): Uint8Array {
  const bytes = sealed.subarray(SEAL);
  const seal = createHmac("sha256", key).update(`${sourcesDigest()}\0${name}\0`).update(bytes);
  return Buffer.concat([seal.digest(), bytes]);
}

const keyFile = (state: string): string => join(state, "derived.key");

describe("stored text", () => {
  /** What an intruder does with each entry that holds text, and with the key's file. */
  async function after(
    alter: (sealed: Uint8Array, name: string, key: Uint8Array) => Uint8Array,
    spoil: (file: string) => void = () => {},
    level: "caller" | "thread" = "caller",
  ): Promise<{ readonly ran: boolean; readonly plans: number; readonly state: string }> {
    const state = folder();
    await run(state, level);
    let plans = 0;
    const key = readFileSync(keyFile(state));
    await intrude(state, (cache, names) => {
      for (const name of names) {
        const sealed = cache.get(name);
        if (sealed === undefined || !Buffer.from(sealed).includes('"pauses":')) continue;
        plans += 1;
        cache.set(name, alter(sealed, name, key));
      }
    });
    spoil(keyFile(state));
    marked.storedTextRan = false;
    await run(state, level);
    return { ran: marked.storedTextRan, plans, state };
  }

  test("runs as it is where the key is known: what the tests below alter would run", async () => {
    const { ran, plans } = await after((sealed, name, key) =>
      sealedWith(key, name, withMark(sealed)),
    );
    expect([ran, plans]).toEqual([true, 2]);
  });

  const cases: Record<string, (sealed: Uint8Array, name: string) => Uint8Array> = {
    "was altered": withMark,
    "was sealed with another key": (sealed, name) =>
      sealedWith(new Uint8Array(SEAL).fill(7), name, withMark(sealed)),
    "has no seal": (sealed) => withMark(sealed).subarray(SEAL),
    "was cut off": (sealed) => withMark(sealed).subarray(0, sealed.length / 2),
    "was cut off within the seal": (sealed) => sealed.subarray(0, 9),
    "is nothing": () => new Uint8Array(),
  };
  test.for(Object.entries(cases))(
    "that %s is not run, and the plugins start",
    async ([, alter]) => {
      for (const level of ["caller", "thread"] as const) {
        const { ran, plans } = await after(alter, () => {}, level);
        expect([ran, plans]).toEqual([false, 2]);
      }
    },
  );

  test("of which one byte differs is given to nobody, whichever it is", async () => {
    const place = join(folder(), "derived");
    const bytes = Uint8Array.from({ length: 40 }, (_, nth) => nth);
    for (let at = 0; at < SEAL + bytes.length; at += 5) {
      await using store = packedDerived(place);
      store.keep("plan a", () => bytes);
      await store[Symbol.asyncDispose]();
      await intrude(join(place, ".."), (cache) => {
        const sealed = Uint8Array.from(cache.get("plan a")!);
        sealed[at]! ^= 1;
        cache.set("plan a", sealed);
      });
      await using next = packedDerived(place);
      expect(await next.get("plan a")).toBeUndefined();
    }
  });

  test("of another component's is given to nobody, and neither is another engine's", async () => {
    const place = join(folder(), "derived");
    const kept = async (name: string, engine = sourcesDigest): Promise<string | undefined> => {
      await using store = packedDerived(place, engine);
      const bytes = await store.get(name);
      return bytes && Buffer.from(bytes).toString();
    };
    {
      await using store = packedDerived(place);
      store.keep("plan a", () => Buffer.from("of a"));
      store.keep("plan b", () => Buffer.from("of b"));
    }
    expect([await kept("plan a"), await kept("plan b")]).toEqual(["of a", "of b"]);
    await intrude(join(place, ".."), (cache) => cache.set("plan a", cache.get("plan b")!));
    expect([await kept("plan a"), await kept("plan b")]).toEqual([undefined, "of b"]);
    expect(await kept("plan b", () => "of other sources")).toBeUndefined();
    expect(await kept("plan b", () => undefined)).toBeUndefined();
  });

  test.for([
    ["is missing", (file: string) => rmSync(file)],
    ["was cut off", (file: string) => truncateSync(file, 31)],
    ["is empty", (file: string) => truncateSync(file, 0)],
    ["can be read by others", (file: string) => chmodSync(file, 0o640)],
    ["can be written by others", (file: string) => chmodSync(file, 0o602)],
    [
      "is a link",
      (file: string) => {
        renameSync(file, `${file}.away`);
        symlinkSync(`${file}.away`, file);
      },
    ],
  ] as const)("is not run where its key %s, and there is another one", async ([, spoil]) => {
    let key: Uint8Array = new Uint8Array();
    const { ran, plans, state } = await after((sealed, name, known) => {
      key = known;
      // Whoever could read it seals what they like.
      return sealedWith(known, name, withMark(sealed));
    }, spoil);
    expect([ran, plans]).toEqual([false, 2]);
    expect(readFileSync(keyFile(state)).equals(key)).toBe(false);
    expect(statSync(keyFile(state)).mode & 0o777).toBe(0o600);
    expect(statSync(keyFile(state)).size).toBe(SEAL);
  });
});

describe("a secret in a file", () => {
  test("is the same for all who ask, and random", () => {
    const place = folder();
    const file = join(place, "deeper/one.key");
    const secret = secretOf(file);
    expect(secretOf(file)).toEqual(secret);
    expect(secretOf(join(place, "other.key"))).not.toEqual(secret);
    expect(new Set(secret).size).toBeGreaterThan(8);
  });

  test("that can't be made is not made up", () => {
    const place = folder();
    writeFileSync(join(place, "a file"), "");
    expect(() => secretOf(join(place, "a file/one.key"))).toThrow("ENOTDIR");
  });
});
