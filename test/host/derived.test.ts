import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHost, grantAll, type Host, type Platform } from "../../src/index.ts";
import { packedDerived } from "../../src/platform/node/packed-derived.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { type MemoryDerived, memoryDerived } from "../platform/memory-derived.ts";
import { componentOf } from "../plugins/sample-plugins.ts";

const text = { text: "one two three" };

// A host whose engine has compiled nothing yet.
async function hostOn(derived: NonNullable<Platform["derived"]>): Promise<Host> {
  const platform: Platform = { ...nodePlatform(), derived };
  const host = createHost({
    platform,
    isolation: () => "caller",
    policy: grantAll(["log", "text"], "any"),
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  await host.install(await componentOf("word-count"));
  return host;
}

async function words(host: Host): Promise<unknown> {
  return ((await host.execute("word-count.count", text)) as { words: number }).words;
}

function kinds(derived: MemoryDerived): string[] {
  return derived.made().map((name) => name.split(" ")[0]!);
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "tenon-derived-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe("what an earlier host found out about a plugin", () => {
  it("is used by the next one, which answers the same", async () => {
    const derived = memoryDerived();
    expect(await words(await hostOn(derived))).toBe(3);
    expect(kinds(derived)).toEqual(["outline", "plan"]);
    expect(derived.found).toBe(0);
    expect(await words(await hostOn(derived))).toBe(3);
    expect(kinds(derived)).toEqual([]);
    expect(derived.found).toBe(2);
  });

  it("is under the digest of its bytes", async () => {
    const derived = memoryDerived();
    const host = await hostOn(derived);
    await words(host);
    const { digest } = host.plugin("tenon/word-count");
    expect(derived.entries.size).toBe(2);
    for (const name of derived.entries.keys()) expect(name).toContain(digest);
  });

  it.for([
    ["another component's", (entry: string) => entry.replace(/sha256:../, "sha256:zz")],
    [
      "one that suspends elsewhere",
      (entry: string) => entry.replace('"suspend":[', '"suspend":["x",'),
    ],
    ["cut short", (entry: string) => entry.slice(0, entry.length / 2)],
    ["nothing", () => ""],
    ["of another shape", () => '{"digest":1,"plan":null}'],
  ] as const)("isn't used where it is %s, and is made again", async ([, alter]) => {
    const derived = memoryDerived();
    await words(await hostOn(derived));
    derived.made();
    for (const [name, entry] of derived.entries) {
      if (!name.startsWith("plan")) continue;
      const altered = alter(new TextDecoder().decode(entry));
      derived.entries.set(name, new TextEncoder().encode(altered));
    }
    expect(await words(await hostOn(derived))).toBe(3);
    expect(kinds(derived)).toEqual(["plan"]);
  });

  it("isn't used for other bytes, however few differ", async () => {
    const derived = memoryDerived();
    await words(await hostOn(derived));
    const host = createHost({
      platform: { ...nodePlatform(), derived },
      policy: grantAll([], "any"),
    });
    onTestFinished(() => host[Symbol.asyncDispose]());
    const bytes = Uint8Array.from(await componentOf("word-count"));
    bytes[bytes.length >> 1]! ^= 1;
    const found = derived.found;
    await host.install(bytes).catch(() => undefined);
    expect(derived.found).toBe(found);
  });
});

describe("the folder of what is derived", () => {
  it("serves two platforms at a time, and the next process", async () => {
    const state = folder();
    const hosts: Host[] = [];
    for (let i = 0; i < 2; i++) {
      const platform = nodePlatform({ state });
      hosts.push(
        createHost({
          platform,
          isolation: () => "caller",
          policy: grantAll(["log", "text"], "any"),
        }),
      );
      await hosts[i]!.install(await componentOf("word-count"));
    }
    expect(await Promise.all(hosts.map(words))).toEqual([3, 3]);
    await Promise.all(hosts.map((host) => host[Symbol.asyncDispose]()));
    await using next = packedDerived(join(state, "derived"));
    await using host = await hostOn(next);
    let kept = 0;
    const { keep } = next;
    next.keep = (name, make) => {
      kept += 1;
      keep(name, make);
    };
    expect(await words(host)).toBe(3);
    expect(kept).toBe(0);
  });

  it("gives nothing back that was altered: the host goes on, and it is kept anew", async () => {
    const state = folder();
    const place = join(state, "derived");
    const fill = async (): Promise<void> => {
      await using derived = packedDerived(place);
      await using host = await hostOn(derived);
      expect(await words(host)).toBe(3);
    };
    await fill();
    for (const name of readdirSync(place)) {
      const file = join(place, name);
      const bytes = readFileSync(file);
      for (let at = 400; at < bytes.length; at += 997) bytes[at]! ^= 0x10;
      writeFileSync(file, bytes);
    }
    await using damaged = packedDerived(place);
    const names: string[] = [];
    const watched = {
      get: (name: string) => damaged.get(name),
      keep(name: string, make: () => Uint8Array) {
        names.push(name.split(" ")[0]!);
        damaged.keep(name, make);
      },
    };
    expect(await words(await hostOn(watched))).toBe(3);
    expect(names).toContain("plan");
  });

  it("that others may write to isn't used", async () => {
    const place = join(folder(), "derived");
    mkdirSync(place);
    chmodSync(place, 0o777);
    {
      await using derived = packedDerived(place);
      await using host = await hostOn(derived);
      expect(await words(host)).toBe(3);
    }
    expect(readdirSync(place)).toEqual([]);
  });

  it("that can't be used is done without", async () => {
    const state = folder();
    writeFileSync(join(state, "derived"), "a file");
    await using host = await hostOn(packedDerived(join(state, "derived")));
    expect(await words(host)).toBe(3);
  });
});
