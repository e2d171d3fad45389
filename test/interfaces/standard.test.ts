import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Capability } from "../../src/capability/capability.ts";
import { MAY_WAIT } from "../../src/interfaces/contract/may-wait.ts";
import { namesWhere, rulesOf } from "../../src/interfaces/functions.ts";
import type { InterfaceDefinition } from "../../src/interfaces/define.ts";
import { createDocuments } from "../../src/interfaces/text/documents.ts";
import { RetainedTexts } from "../../src/interfaces/text/text-retained.ts";
import type { CacheStore } from "../../src/platform/cache-store.ts";
import { PluginCaches } from "../../src/interfaces/plugin-caches.ts";
import { type StandardPowers, standardInterfaces } from "../../src/interfaces/standard.ts";
import { memoryKeyValue } from "../../src/platform/memory-key-value.ts";
import { systemClock, systemEntropy, systemTimers } from "../../src/platform/node/system.ts";
import { scopeOf, testCaller } from "./caller.ts";

const root = join(import.meta.dirname, "../..");
const powers: StandardPowers = {
  clock: systemClock,
  timers: systemTimers,
  entropy: systemEntropy,
  log: { write: () => undefined },
  keyValue: memoryKeyValue(),
  caches: new PluginCaches({
    clock: systemClock,
    store: undefined,
    watch: { failed() {}, works() {} },
  }),
  settings: { of: () => new Map() },
  capabilities: { status: () => "refused", request: () => "refused" },
  bus: { emit: () => true },
  documents: createDocuments(),
  texts: new RetainedTexts(),
  http: undefined,
  files: undefined,
  ui: undefined,
  clipboard: undefined,
};
const definitions = standardInterfaces(powers);

// Functions of an interface in wit/, by WIT name.
function functionsOf(name: string): readonly string[] {
  const text = readFileSync(join(root, "wit", `${name}.wit`), "utf8").replaceAll(/\/\/.*$/gm, "");
  const names: string[] = [];
  let resource: string | undefined;
  for (const line of text.split("\n")) {
    resource = /^\s*resource ([\w-]+) \{/.exec(line)?.[1] ?? resource;
    const found = /^\s*([\w-]+): (static )?func\(/.exec(line);
    if (found !== null) {
      const [, own, isStatic] = found;
      const kind = isStatic === undefined ? "method" : "static";
      names.push(resource === undefined ? `${own}` : `[${kind}]${resource}.${own}`);
    }
    if (/^ {2}\}/.test(line)) resource = undefined;
  }
  return names;
}

const imported = [
  ...readFileSync(join(root, "wit/worlds.wit"), "utf8").matchAll(/^ {2}import ([\w-]+);/gm),
].map(([, name]) => name!);

const camel = (name: string): string =>
  name.replaceAll(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);

// The function that serves a WIT name.
function served(implementation: Readonly<Record<string, unknown>>, name: string): unknown {
  const [, kind, resource, own] = /^\[(\w+)\]([\w-]+)\.([\w-]+)$/.exec(name) ?? [];
  if (resource === undefined || own === undefined) return implementation[camel(name)];
  const owner = implementation[pascal(resource)] as { prototype: object };
  return Reflect.get(kind === "static" ? owner : owner.prototype, camel(own)) as unknown;
}

const shortName = (definition: InterfaceDefinition): string =>
  /^tenon:plugin\/([\w-]+)@0\.1\.0$/.exec(definition.name)?.[1] ?? definition.name;

describe("the standard interfaces", () => {
  it("are those of the world that plugins import", () => {
    expect(definitions.map(shortName).sort()).toEqual([...imported].sort());
    expect(functionsOf("kv")).toContain("[static]bucket.open");
    expect(functionsOf("text")).toHaveLength(18);
  });

  it.each(definitions.map((each) => [shortName(each), each] as const))(
    "%s serves every function of its contract and names no other",
    (name, definition) => {
      const functions = functionsOf(name);
      const implementation = definition.implement(testCaller().context(definition));
      for (const each of functions)
        expect(served(implementation, each), each).toBeTypeOf("function");
      for (const each of Object.keys(definition.functions ?? {})) expect(functions).toContain(each);
      if (definition.capability === undefined) return;
      for (const each of functions.filter((name) => !rulesOf(definition, name).ungated)) {
        expect(definition.refuse?.(each, "because"), each).toBeDefined();
      }
    },
  );

  it("have the types that were generated from wit/ as it is now", () => {
    const script = join(root, "scripts/generate-types.ts");
    expect(() =>
      execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" }),
    ).not.toThrow();
    expect(readdirSync(join(root, "src/interfaces/generated/host"))).toContain("text.ts");
  });
});

const host = fc.constantFrom("a.example.com", "*.example.com", "b.example.com:81", "127.0.0.1");
const list = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 3 });
const optional = { requiredKeys: [] };
const scopes: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  log: fc.record({ level: fc.constantFrom("trace", "debug", "info", "warn", "error") }, optional),
  kv: fc.record({ quotaBytes: fc.integer({ min: 1, max: 5000 }) }, optional),
  cache: fc.record(
    { quotaBytes: fc.integer({ min: 1, max: 5000 }), persistent: fc.boolean() },
    optional,
  ),
  bus: fc.record({ events: list(fc.constantFrom("a", "b", "c")) }),
  clipboard: fc.record({ access: fc.subarray(["read", "write"], { minLength: 1 }) }, optional),
  ui: fc.constant({}),
  text: fc.record(
    {
      access: fc.constantFrom("read", "edit"),
      uris: list(fc.constantFrom("", "a:", "a:b", "a:bc", "x")),
    },
    optional,
  ),
  workspace: fc.record({ folders: list(fc.constantFrom("", "a", "a/b", "ab", "c")) }, optional),
  http: fc.record(
    {
      hosts: list(host),
      methods: list(fc.constantFrom("GET", "POST", "PUT")),
      private: fc.boolean(),
    },
    { requiredKeys: ["hosts"] },
  ),
};
const uses: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  log: fc.record({ level: fc.constantFrom("trace", "debug", "info", "warn", "error") }),
  kv: fc.record({ bytes: fc.nat(5000) }),
  cache: fc.record({ bytes: fc.nat(5000) }),
  bus: fc.record({ event: fc.constantFrom("a", "b", "c", "d") }),
  clipboard: fc.record({ access: fc.constantFrom("read", "write") }),
  ui: fc.constant(undefined),
  text: fc.record({
    access: fc.constantFrom("read", "edit"),
    uri: fc.constantFrom("a:", "a:b", "a:bcd", "x", "y"),
  }),
  workspace: fc.record({ path: fc.constantFrom("", "a", "a/b", "a/b/c", "ab", "c/d", "d") }),
  http: fc.record({
    method: fc.constantFrom("GET", "POST", "DELETE"),
    host: fc.constantFrom("a.example.com", "b.example.com", "b.example.com:81", "127.0.0.1"),
  }),
};

const capabilities = definitions.flatMap(({ capability }) =>
  capability === undefined ? [] : [capability as Capability<unknown, unknown>],
);

describe.each(capabilities.map((each) => [each.name, each] as const))(
  "the scope of %s",
  (name, capability) => {
    const scope = scopes[name]!.map((each) => scopeOf(capability, each));
    const use = uses[name]!;

    it("intersects to what both sides cover, whichever comes first, and with itself to itself", () => {
      fc.assert(
        fc.property(scope, scope, use, (one, other, use) => {
          const both = capability.intersect(one, other);
          expect(capability.intersect(other, one)).toEqual(both);
          expect(capability.intersect(one, one)).toEqual(one);
          const covered = (scope: unknown): boolean => capability.covers(scope, use) === true;
          expect(both !== undefined && covered(both)).toBe(covered(one) && covered(other));
          if (both !== undefined) expect(scopeOf(capability, both)).toEqual(both);
        }),
        { seed: 21, numRuns: 300 },
      );
    });

    it("refuses what it does not know, and says in one sentence what it allows", () => {
      fc.assert(
        fc.property(scope, (scope) => {
          expect(capability.describe(scope)).toMatch(/^may [^\n]+[^.]$/);
          expect(capability.scope.safeParse({ ...(scope as object), extra: 1 }).success).toBe(
            false,
          );
        }),
        { seed: 22, numRuns: 20 },
      );
      for (const odd of [null, 1, "x", [], { constructor: 1 }]) {
        expect(capability.scope.safeParse(odd).success).toBe(false);
      }
    });
  },
);

describe("a plugin in JavaScript", () => {
  it("is given a promise by each function that waits on some platform, and by no other", () => {
    const watch = { failed() {}, works() {} };
    // A page's storage, which waits.
    const keyValue = { ...memoryKeyValue(), waits: true };
    const unused = (): never => {
      throw new Error("nothing is stored here");
    };
    const store: CacheStore = { waits: true, level: unused, erase: unused };
    const caches = new PluginCaches({ clock: systemClock, store, watch });
    const waiting = standardInterfaces({ ...powers, keyValue, caches }).flatMap((one) => {
      const name = one.name.replaceAll(/^.*\/|@.*$/gu, "");
      return namesWhere(one, ({ waits = false }) => waits).map((own) => `${name}#${own}`);
    });
    expect(waiting.toSorted()).toEqual([...MAY_WAIT].toSorted());
  });
});
