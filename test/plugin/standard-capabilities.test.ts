import fc from "fast-check";
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEFAULT_RULES } from "../../src/component/caps/rules.ts";
import type { Capability } from "../../src/capability/capability.ts";
import { readScope, sameJson } from "../../src/capability/scope.ts";
import { TenonError } from "../../src/errors.ts";
import { busCapability } from "../../src/interfaces/bus.ts";
import { cacheCapability } from "../../src/interfaces/cache.ts";
import { clipboardCapability } from "../../src/interfaces/clipboard.ts";
import { httpCapability, httpMethods } from "../../src/interfaces/http/http-scope.ts";
import { kvCapability } from "../../src/interfaces/kv.ts";
import { logCapability } from "../../src/interfaces/log.ts";
import { standardInterfaces, type StandardPowers } from "../../src/interfaces/standard.ts";
import { textCapability } from "../../src/interfaces/text/text.ts";
import { uiCapability } from "../../src/interfaces/ui.ts";
import { workspaceCapability } from "../../src/interfaces/workspace/workspace.ts";
import { parseManifest } from "../../src/plugin/manifest/parse-manifest.ts";
import { readPackage } from "../../src/plugin/package/package.ts";
import { rustComponent, sha256, slices, smallManifest } from "./samples.ts";

// Uses are spelt out by type here; the manifest and the authority know scopes and uses as unknown.
interface Sample<Scope, Use> {
  readonly capability: Capability<Scope, Use>;
  readonly scope: fc.Arbitrary<unknown>;
  readonly use: fc.Arbitrary<Use>;
}

function sample<Scope, Use>(
  capability: Capability<Scope, Use>,
  scope: fc.Arbitrary<unknown>,
  use: fc.Arbitrary<Use>,
): Sample<unknown, unknown> {
  return { capability, scope, use } as Sample<unknown, unknown>;
}

const some = <Item>(items: readonly Item[]) => fc.subarray([...items], { minLength: 1 });
const domains = ["example.com", "a.example.com", "b.a.example.com", "example.com:8080"];
const paths = ["", "src", "src/lib", "src/library", "docs", "docs/a/b"];
const uris = ["", "file:///a/", "file:///a/b", "untitled:1"];
const levels = ["trace", "debug", "info", "warn", "error"] as const;
const words = ["added", "removed", "list.cleared"];

const samples: readonly Sample<unknown, unknown>[] = [
  sample(
    httpCapability,
    fc.record({
      hosts: some([...domains, "*.example.com", "*.a.example.com", "127.0.0.1", "[::1]"]),
      methods: some(httpMethods),
      private: fc.boolean(),
    }),
    fc.record({
      host: fc.constantFrom(...domains, "127.0.0.1", "[::1]", "evilexample.com"),
      method: fc.constantFrom(...httpMethods),
    }),
  ),
  sample(
    workspaceCapability,
    fc.record({ folders: some(paths) }),
    fc.record({ path: fc.constantFrom(...paths, "src/lib/x.ts", "srclib") }),
  ),
  sample(
    textCapability,
    fc.record({ access: fc.constantFrom("read", "edit"), uris: some(uris) }),
    fc.record({
      access: fc.constantFrom("read", "edit"),
      uri: fc.constantFrom(...uris, "file:///a/c"),
    }),
  ),
  sample(
    kvCapability,
    fc.record({ quotaBytes: fc.integer({ min: 1, max: 2 ** 30 }) }),
    fc.record({ bytes: fc.integer({ min: 0, max: 2 ** 31 }) }),
  ),
  sample(
    cacheCapability,
    fc.record({ quotaBytes: fc.integer({ min: 1, max: 2 ** 30 }), persistent: fc.boolean() }),
    fc.record({ bytes: fc.integer({ min: 0, max: 2 ** 31 }) }),
  ),
  sample(
    logCapability,
    fc.record({ level: fc.constantFrom(...levels) }),
    fc.record({ level: fc.constantFrom(...levels) }),
  ),
  sample(
    busCapability,
    fc.record({ events: some(words) }),
    fc.record({ event: fc.constantFrom(...words, "other") }),
  ),
  sample(
    clipboardCapability,
    fc.record({ access: some(["read", "write"]) }),
    fc.record({ access: fc.constantFrom("read", "write") }),
  ),
  sample(uiCapability, fc.constant({}), fc.constant(undefined)),
];

describe.each(samples.map((one) => [one.capability.name, one] as const))(
  "scopes of %s",
  (_, { capability, scope, use }) => {
    const read = scope.map((written) => {
      const reading = readScope(capability, written);
      if (!reading.ok) throw new Error(JSON.stringify(reading.issues));
      return reading.scope;
    });
    const covers = (scope: unknown, use: unknown) => capability.covers(scope, use) === true;

    test("an intersection covers what both sides cover and nothing else", () => {
      fc.assert(
        fc.property(read, read, use, (one, other, use) => {
          const both = covers(one, use) && covers(other, use);
          for (const common of [
            capability.intersect(one, other),
            capability.intersect(other, one),
          ]) {
            expect(common !== undefined && covers(common, use)).toBe(both);
          }
        }),
        { numRuns: 1_000 },
      );
    });

    test("a scope within another stays itself, and what comes out is a scope", () => {
      fc.assert(
        fc.property(read, read, (one, other) => {
          expect(sameJson(capability.intersect(one, one), one)).toBe(true);
          const common = capability.intersect(one, other);
          if (common === undefined) return;
          expect(readScope(capability, common)).toEqual({ ok: true, scope: common });
          expect(sameJson(capability.intersect(common, one), common)).toBe(true);
          expect(sameJson(capability.intersect(common, other), common)).toBe(true);
        }),
        { numRuns: 1_000 },
      );
    });

    test("are told in a sentence without a subject", () => {
      fc.assert(
        fc.property(read, (one) => {
          expect(capability.describe(one)).toMatch(/^may /);
        }),
        { numRuns: 50 },
      );
    });
  },
);

const capabilities = samples.map((one) => one.capability);

function faultOf(capability: string, scope: unknown): { code: string; path: unknown } {
  const asked = { capabilities: { [capability]: { scope, reason: "to do its work" } } };
  try {
    parseManifest(JSON.stringify(smallManifest(asked)), capabilities);
  } catch (error) {
    if (error instanceof TenonError) return { code: error.code, path: error.data["path"] };
    throw error;
  }
  return { code: "accepted", path: undefined };
}

describe("scopes that a manifest may not ask for", () => {
  test.each([
    "*",
    "*.com",
    "*.localhost",
    "*example.com",
    "api.*.com",
    "**.example.com",
    "*.example.*",
    "https://example.com",
    "example.com/path",
    "user@example.com",
    "EXAMPLE.com",
    "exämple.com",
    "example。com",
    "example.com.",
    ".example.com",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "[::ffff:127.0.0.1]:0",
    "exa mple.com",
    "example.com\u0000",
    "example.com:99999",
    "^(a+)+$",
    "",
    `${"a.".repeat(200)}com`,
  ])("the host %j", (host) => {
    expect(faultOf("http", { hosts: ["api.example.com", host] })).toEqual({
      code: "manifest-scope",
      path: "/capabilities/http/scope/hosts/1",
    });
  });

  test.each(["api.example.com", "*.example.com", "127.0.0.1", "[::1]", "localhost:8080"])(
    "but the host %j is fine",
    (host) => {
      expect(faultOf("http", { hosts: [host] }).code).toBe("accepted");
    },
  );

  test.each([
    "/",
    "/etc",
    "..",
    "../x",
    "a/../..",
    "a/./b",
    "a//b",
    "a/",
    "\\\\server\\share",
    "//server/share",
    "C:\\",
    "C:",
    "c:/x",
    "a\\b",
    "a\u0000b",
    "NUL",
    "nul.txt",
    "src/CON",
    "com1",
    "COM¹",
    "LPT9.log",
    "CONIN$",
    "a.",
    "a ",
    "file:x",
    "x:stream",
    "**/(a+)+$",
    "*".repeat(200),
    "a/".repeat(5_000) + "a",
  ])("the folder %j", (folder) => {
    expect(faultOf("workspace", { folders: ["src", folder] })).toEqual({
      code: "manifest-scope",
      path: "/capabilities/workspace/scope/folders/1",
    });
  });

  test.each([
    ["kv", { quotaBytes: -1 }],
    ["kv", { quotaBytes: 1e30 }],
    ["kv", { quotaBytes: 0.5 }],
    ["cache", { quotaBytes: 2 ** 31 }],
    ["cache", { persistent: 1 }],
    ["log", { level: "all" }],
    ["bus", { events: ["*"] }],
    ["bus", { events: [] }],
    ["clipboard", { access: ["peek"] }],
    ["ui", { always: true }],
    ["http", { hosts: ["a.example"], methods: ["CONNECT"] }],
    ["http", {}],
  ])("of %s: %j", (capability, scope) => {
    expect(faultOf(capability, scope).code).toBe("manifest-scope");
  });
});

describe("the sample plugins", () => {
  const offers = standardInterfaces({
    keyValue: { waits: false },
    caches: { waits: false },
  } as unknown as StandardPowers);
  const names = readdirSync(new URL("../../plugins-rs/", import.meta.url), { withFileTypes: true })
    // What several of them share is no plugin.
    .filter(({ name }) =>
      existsSync(new URL(`../../plugins-rs/${name}/manifest.json`, import.meta.url)),
    )
    .map((entry) => entry.name);

  test.each(names)(
    "%s can be installed: its imports are what its manifest asks for",
    async (name) => {
      const read = await readPackage(rustComponent(name), {
        offers,
        sha256,
        slices,
        rules: DEFAULT_RULES,
      });
      const { manifest, contained } = read;
      const { links } = contained;
      expect(manifest.name).toBe(`tenon/${name}`);
      expect(links.filter((link) => link.tag === "unavailable")).toEqual([]);
      for (const { capability } of manifest.capabilities) {
        expect(
          links.some((link) => link.tag === "served" && link.request?.capability === capability),
        ).toBe(true);
      }
    },
  );
});
