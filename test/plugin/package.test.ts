import { beforeAll, describe, expect, test } from "vitest";
import type { Isolation } from "../../src/catalogues/isolations.ts";
import { DEFAULT_RULES } from "../../src/component/caps/rules.ts";
import type { Steps } from "../../src/component/outline.ts";
import type { InterfaceDefinition } from "../../src/interfaces/define.ts";
import { TenonError } from "../../src/errors.ts";
import { letOthersRun } from "../../src/platform/node/system.ts";
import { Slices } from "../../src/plugin/package/slices.ts";
import {
  readPackage,
  type PackageContents,
  type ReadPackage,
  type ReadPackageOptions,
} from "../../src/plugin/package/package.ts";
import { flat, hosts } from "../capability/samples.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { component, offer, sha256, slices, smallManifest, withSection } from "./samples.ts";

const offers: readonly InterfaceDefinition[] = [
  offer("tenon:plugin/types@0.1.0"),
  offer("tenon:plugin/settings@0.1.0"),
  offer("tenon:plugin/http@0.1.0", hosts),
  offer("tenon:plugin/text@0.1.0", flat, ["[method]document.uri"]),
];
const asks = {
  capabilities: {
    hosts: { scope: { hosts: ["a.example"] }, reason: "Fetches." },
    flat: { reason: "Reads." },
  },
};

async function read(
  bytes: Uint8Array,
  options: Partial<ReadPackageOptions> = {},
  manifest: Record<string, unknown> = smallManifest(asks),
): Promise<Pick<ReadPackage, "digest" | "size" | "manifest"> & PackageContents> {
  const {
    digest,
    size,
    manifest: read,
    contained,
  } = await readPackage(bytes, {
    offers,
    sha256,
    slices,
    rules: DEFAULT_RULES,
    manifest: JSON.stringify(manifest),
    ...options,
  });
  return { digest, size, manifest: read, ...contained };
}

// A function of each of the contract's interfaces that are imported here.
const ofContract: ReadonlyMap<string, string> = new Map([
  [
    "tenon:plugin/settings@0.1.0",
    `(export "get" (func (param "key" string) (result (option string))))`,
  ],
  [
    "tenon:plugin/http@0.1.0",
    `(export "response" (type $r (sub resource)))
     (export "[method]response.status" (func (param "self" (borrow $r)) (result u16)))`,
  ],
]);

// An import of an instance with a function, `run` where it is none of the contract's.
function imported(name: string): string {
  return `(import "${name}" (instance ${ofContract.get(name) ?? `(export "run" (func))`}))`;
}

// A component that imports instances, each with a function, and nothing else.
function importing(...names: readonly string[]): Promise<Uint8Array> {
  return component(`(component ${names.map(imported).join(" ")})`);
}

let empty: Uint8Array;
beforeAll(async () => {
  empty = await component("(component)");
});

describe("a package", () => {
  test("is its bytes, their digest, the manifest, and how each import is served", async () => {
    const bytes = withSection(
      await importing("tenon:plugin/settings@0.1.0", "tenon:plugin/http@0.1.0"),
      "tenon:manifest",
      JSON.stringify(smallManifest(asks)),
    );
    const found = await read(bytes, { manifest: undefined });
    expect(found.size).toBe(bytes.length);
    expect(found.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(found.manifest.name).toBe("acme/reader");
    expect(found.links.map((link) => [link.import.name, link.tag])).toEqual([
      ["tenon:plugin/settings@0.1.0", "served"],
      ["tenon:plugin/http@0.1.0", "served"],
    ]);
    expect(found.links[0]).toMatchObject({ request: undefined });
    expect(found.links[1]).toMatchObject({
      request: { capability: "hosts" },
      definition: offers[2],
    });
    expect((await read(bytes, { digest: found.digest, manifest: undefined })).size).toBe(
      found.size,
    );
  });

  test("keeps its own copy: what was checked is what runs", async () => {
    const bytes = empty.slice();
    const reading = read(bytes);
    bytes.fill(0);
    expect((await reading).bytes).toEqual(empty);
    const buffer = Buffer.from(empty);
    const found = await read(buffer);
    buffer.fill(0);
    expect(found.bytes).toEqual(empty);
  });
});

describe("refused before anything is parsed", () => {
  test("too large", async () => {
    const hashed: Uint8Array[] = [];
    const counting = (bytes: Uint8Array) => {
      hashed.push(bytes);
      return sha256(bytes);
    };
    await expect(
      read(new Uint8Array(101), { maxSize: 100, sha256: counting }),
    ).rejects.toMatchObject({
      code: "package-too-large",
      data: { size: 101, limit: 100 },
    });
    await expect(read(new Uint8Array(64 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: "package-too-large",
    });
    expect(hashed).toEqual([]);
  });

  test("right bytes under another digest", async () => {
    for (const digest of [`sha256:${"0".repeat(64)}`, "sha256:", "md5:1234", ""]) {
      await expect(read(new Uint8Array([1, 2, 3]), { digest })).rejects.toMatchObject({
        code: "package-digest-mismatch",
      });
    }
  });
});

describe("a component that is over a cap on code is read once", () => {
  class CountedSlices extends Slices {
    runs = 0;
    override run<Value>(steps: Steps<Value>): Promise<Value> {
      this.runs++;
      return super.run(steps);
    }
  }

  const rules = { ...DEFAULT_RULES, caps: { ...DEFAULT_RULES.caps, moduleFunctions: 1 } };
  const functions = (count: number): Promise<Uint8Array> =>
    component(`(component (core module ${"(func)".repeat(count)}))`);

  async function under(says: () => Isolation, bytes: Uint8Array) {
    const counted = new CountedSlices(letOthersRun);
    let asked = 0;
    const [settled] = await Promise.allSettled([
      readPackage(bytes, {
        offers,
        sha256,
        slices: counted,
        rules,
        processRules: DEFAULT_RULES,
        manifest: JSON.stringify(smallManifest(asks)),
        isolation: () => {
          asked++;
          return says();
        },
      }),
    ]);
    return { settled, runs: counted.runs, asked };
  }
  test("under the rules for where it runs", async () => {
    const usual = await under(() => "thread", await functions(1));
    expect(usual.settled).toMatchObject({ value: { contained: { rules } } });
    const over = await under(() => "process", await functions(2));
    expect(over.settled).toMatchObject({ value: { contained: { rules: DEFAULT_RULES } } });
    const refused = await under(() => "thread", await functions(2));
    const data = { limit: "moduleFunctions" };
    expect(refused.settled).toMatchObject({ reason: { code: "component-limit", data } });
    for (const { runs, asked } of [usual, over, refused]) {
      expect(runs).toBe(usual.runs);
      expect(asked).toBe(1);
    }
  });

  test("and what it breaks comes before a policy that fails, which is asked once", async () => {
    const says = (): never => {
      throw new TenonError("policy-failed", "no say");
    };
    const sound = await under(says, await functions(1));
    expect(sound).toMatchObject({ asked: 1, settled: { reason: { code: "policy-failed" } } });
    const broken = (await functions(1)).subarray(0, -1);
    expect((await under(says, broken)).settled).toMatchObject({
      reason: { code: "package-malformed" },
    });
  });
});

describe("the manifest", () => {
  const text = JSON.stringify(smallManifest());

  test("has to be somewhere", async () => {
    await expect(read(empty, { manifest: undefined })).rejects.toMatchObject({
      code: "manifest-missing",
    });
  });

  test("is there once", async () => {
    const twice = withSection(withSection(empty, "tenon:manifest", text), "tenon:manifest", text);
    await expect(read(twice, { manifest: undefined })).rejects.toMatchObject({
      code: "manifest-invalid",
    });
  });

  test("beside the component may repeat the one inside, and may not contradict it", async () => {
    const inside = withSection(empty, "tenon:manifest", text);
    const spaced = JSON.stringify(JSON.parse(text), undefined, 2);
    expect((await read(inside, { manifest: spaced })).manifest.name).toBe("acme/reader");
    await expect(
      read(inside, { manifest: JSON.stringify(smallManifest({ version: "1.0.1" })) }),
    ).rejects.toMatchObject({ code: "manifest-invalid" });
  });

  test("as hostile bytes inside a component is refused as it is beside it", async () => {
    const sections: [string | Uint8Array, string][] = [
      [Uint8Array.of(0xff), "manifest-syntax"],
      ["", "manifest-syntax"],
      [" ".repeat(65_537), "manifest-too-large"],
      ['{"__proto__":1}', "manifest-forbidden-key"],
      ["[".repeat(100), "manifest-too-deep"],
    ];
    for (const [content, code] of sections) {
      const bytes = withSection(empty, "tenon:manifest", content);
      await expect(read(bytes, { manifest: undefined })).rejects.toMatchObject({ code });
    }
  });

  test("asks for a version of the contract that this host serves", async () => {
    await expect(read(empty, {}, smallManifest({ api: "^0.2.0" }))).rejects.toMatchObject({
      code: "manifest-api",
      data: { path: "/api", served: ["0.1.0"] },
    });
    const own = [offer("acme:calendar/days@3.0.0")];
    expect((await read(empty, { offers: own }, smallManifest({ api: "^0.2.0" }))).size).toBe(8);
  });

  test("promises no more than the component exports", async () => {
    const commands = [{ id: "reader.read", title: "Read" }];
    const promising = smallManifest({ commands, activation: ["event:saved"] });
    await expect(read(empty, {}, promising)).rejects.toMatchObject({
      code: "package-exports",
      plugin: "acme/reader",
      data: { missing: ["tenon:plugin/commands", "tenon:plugin/events"] },
    });
    const script = offer("acme:test/script@1.0.0");
    const exporting = await scriptedGuest("commands", "events");
    const found = await read(exporting, { offers: [...offers, script] }, promising);
    expect(found.manifest.commands).toHaveLength(1);
  });
});

describe("imports", () => {
  async function missingOf(bytes: Uint8Array, manifest = smallManifest(asks)) {
    const error: unknown = await read(bytes, {}, manifest).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "package-imports", plugin: "acme/reader" });
    return error as { message: string; data: { missing: { import: string; reason: string }[] } };
  }

  test("everything that is missing is said at once, with what would help", async () => {
    const bytes = await component(`(component
      (import "acme:calendar/days@1.0.0" (instance (export "run" (func))))
      (import "wasi:filesystem/preopens@0.2.3" (instance (export "run" (func))))
      (import "tenon:plugin/http@0.2.0" (instance (export "run" (func))))
      ${imported("tenon:plugin/http@0.1.0")}
      ${imported("tenon:plugin/settings@0.1.0")}
      (import "loose" (func)))`);
    const { data, message } = await missingOf(bytes, smallManifest());
    expect(data.missing).toMatchObject([
      { import: "acme:calendar/days@1.0.0", reason: "unknown" },
      { import: "wasi:filesystem/preopens@0.2.3", reason: "wasi" },
      {
        import: "tenon:plugin/http@0.2.0",
        reason: "version",
        offered: ["tenon:plugin/http@0.1.0"],
      },
      { import: "tenon:plugin/http@0.1.0", reason: "capability", capability: "hosts" },
      { import: "loose", reason: "kind" },
    ]);
    expect(message).toContain('add the capability "hosts"');
    expect(message).toContain("WASI");
  });

  test("an instance that carries only types needs no capability, offered or not", async () => {
    const bytes = await component(`(component
      (import "tenon:plugin/http@0.1.0" (instance (export "t" (type (sub resource)))))
      (import "acme:calendar/types@1.0.0" (instance (export "u" (type (sub resource))))))`);
    const { links } = await read(bytes, {}, smallManifest());
    expect(links).toMatchObject([
      { tag: "types", definition: offers[2], import: { resources: ["t"] } },
      { tag: "types", definition: undefined },
    ]);
  });

  test("functions that work on what the plugin was handed need none either", async () => {
    const text = (name: string) => `(component
      (import "tenon:plugin/text@0.1.0" (instance
        (export "document" (type $d (sub resource)))
        (export "${name}" (func (param "self" (borrow $d)) (result string))))))`;
    const { links } = await read(
      await component(text("[method]document.uri")),
      {},
      smallManifest(),
    );
    expect(links).toMatchObject([{ tag: "served", request: undefined }]);
    const { data } = await missingOf(
      await component(text("[method]document.language")),
      smallManifest(),
    );
    expect(data.missing).toMatchObject([{ reason: "capability", capability: "flat" }]);
  });

  test("what the plugin works without may be missing here", async () => {
    const optional = (name: string) =>
      smallManifest({ capabilities: { [name]: { reason: "Looks up.", optional: true } } });
    const unknown = await importing("acme:calendar/days@1.0.0");
    expect((await read(unknown, {}, optional("days"))).links).toMatchObject([
      { tag: "unavailable", capability: "days" },
    ]);
    await missingOf(unknown, optional("other"));
    const newer = await importing("tenon:plugin/http@0.2.0");
    const manifest = smallManifest({
      capabilities: { hosts: { ...asks.capabilities.hosts, optional: true } },
    });
    expect((await read(newer, {}, manifest)).links).toMatchObject([
      { tag: "unavailable", capability: "hosts" },
    ]);
  });

  test.each([
    ["1.2.3", ["1.2.3"], "1.2.3"],
    ["1.2.3", ["1.2.4", "1.9.0", "1.4.0"], "1.9.0"],
    ["1.2.3", ["1.2.3", "1.9.0"], "1.2.3"],
    ["1.2.3", ["1.2.2"], undefined],
    ["1.2.3", ["2.0.0"], undefined],
    ["0.1.0", ["0.1.1"], "0.1.1"],
    ["0.1.0", ["0.2.0"], undefined],
    ["0.0.1", ["0.0.2"], undefined],
    ["0.0.1", ["0.0.1"], "0.0.1"],
    ["1.0.0-rc.1", ["1.0.0"], undefined],
    ["1.0.0-rc.1", ["1.0.0-rc.1"], "1.0.0-rc.1"],
    ["1.0.0", ["1.1.0-rc.1"], undefined],
  ])("version %s is served by one of %j: %s", async (wanted, offered, expected) => {
    const bytes = await importing(`acme:calendar/days@${wanted}`);
    const definitions = offered.map((version) => offer(`acme:calendar/days@${version}`));
    const reading = read(bytes, { offers: definitions }, smallManifest());
    if (expected === undefined) {
      await expect(reading).rejects.toMatchObject({ data: { missing: [{ reason: "version" }] } });
    } else {
      const name = `acme:calendar/days@${expected}`;
      expect((await reading).links).toMatchObject([{ tag: "served", definition: { name } }]);
    }
  });

  test("a name without a version is served by one without", async () => {
    const bytes = await importing("acme:calendar/days");
    const definitions = [offer("acme:calendar/days")];
    expect((await read(bytes, { offers: definitions }, smallManifest())).links).toHaveLength(1);
    await missingOf(await importing("acme:calendar/days@1.0.0"), smallManifest());
  });
});

test("a bystander is read right after each refusal", async () => {
  const good = await importing("tenon:plugin/settings@0.1.0");
  const bad = [new Uint8Array(), empty.slice(0, 4), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)];
  for (const bytes of bad) {
    await expect(read(bytes)).rejects.toMatchObject({ code: "package-not-a-component" });
    expect((await read(good)).links).toHaveLength(1);
  }
});
