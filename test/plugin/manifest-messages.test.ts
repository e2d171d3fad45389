// What the author of a manifest reads: what is wrong, what it should be, and what it is.
import { expect, it, test } from "vitest";
import { readScope } from "../../src/capability/scope.ts";
import { defineCapability } from "../../src/capability/capability.ts";
import { TenonError } from "../../src/errors.ts";
import { httpCapability } from "../../src/interfaces/http/http.ts";
import { kvCapability } from "../../src/interfaces/kv.ts";
import { textCapability } from "../../src/interfaces/text/text.ts";
import { parseManifest } from "../../src/plugin/manifest/parse-manifest.ts";
import { z } from "zod";
import { manifestText } from "../manifest-text.ts";

function said(more: object): string {
  try {
    parseManifest(manifestText("test/a", more), [kvCapability, textCapability, httpCapability]);
  } catch (error) {
    if (error instanceof TenonError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong with it");
}

const scoped = (name: string, scope: unknown): object => ({
  capabilities: { [name]: { reason: "Why not.", scope } },
});

it.each<[object, string]>([
  [{ title: undefined }, "/title: it is missing; it should be a text"],
  [{ title: 5 }, "/title: it should be a text, and is 5"],
  [{ title: null }, "/title: it should be a text, and is null"],
  [{ title: "" }, "/title: it should have at least 1 character"],
  [{ title: "x".repeat(81) }, "/title: it should have at most 80 characters"],
  [{ commands: {} }, "/commands: it should be an array, and is an object"],
  [{ authors: Array(33).fill("x") }, "/authors: it should have at most 32 items"],
  [{ stateless: "yes" }, "/stateless: it should be true or false, and is a text"],
  [{ concurrency: 1.5 }, "/concurrency: it should be a whole number, and is 1.5"],
  [{ concurrency: 17 }, "/concurrency: it should be at most 16"],
  [{ limits: { storedMiB: 0 } }, "/limits/storedMiB: it should be at least 1"],
  [{ settings: { a: { multipleOf: 0 } } }, "/settings/a/multipleOf: it should be more than 0"],
  [
    { settings: { a: { type: "strng" } } },
    "/settings/a/type: it should be one of null, boolean, integer, number, string, array, object, or a list of these",
  ],
  [
    { settings: { a: { additionalProperties: 5 } } },
    "/settings/a/additionalProperties: it should be true, false or a schema",
  ],
  [
    { settings: { a: { type: "integer", default: "x" } } },
    "/settings/a/default: it should be of type integer",
  ],
  [
    { settings: { a: { properties: { b: { type: "null" } }, default: { b: 1 } } } },
    "/settings/a/default: /b: it should be of type null",
  ],
  [
    scoped("kv", { quota: 1 }),
    '/capabilities/kv/scope: there is no key "quota" here; there are quotaBytes',
  ],
  [scoped("text", { access: "all" }), '/scope/access: it should be one of "read", "edit"'],
  [scoped("http", {}), "/scope/hosts: it is missing; it should be an array"],
  [scoped("http", { hosts: [] }), "/scope/hosts: it should have at least 1 item"],
])("%j", (more, message) => {
  expect(said(more)).toContain(message);
});

test("a key that there is not is told with those that there are, shown as text, and bounded", () => {
  expect(said({ licence: "MIT" })).toMatch(
    /^manifest\/licence: there is no key "licence" here; there are .*, license, /,
  );
  const long = said({ ["\u202ek".repeat(2_000)]: 1 });
  expect(long).toContain("\\u{202e}");
  expect(long.length).toBeLessThan(1_000);
});

test("a schema of an application's own says the same, of zod or without it", () => {
  const define = (scope: Parameters<typeof defineCapability<object, unknown>>[0]["scope"]) =>
    defineCapability<object, unknown>({
      name: "acme.own",
      scope,
      describe: () => "may",
      intersect: () => undefined,
      covers: () => true,
    });
  const issue = (scope: Parameters<typeof define>[0]): string | undefined => {
    const read = readScope(define(scope) as never, { most: "x" });
    return read.ok ? undefined : read.issues[0]?.message;
  };
  expect(issue(z.object({ most: z.number() }))).toBe("it should be a number, and is a text");
  expect(issue(z.object({ most: z.number({ error: "how many?" }) }))).toBe("how many?");
  const error = { issues: [{ path: ["most"], message: "as many as you like" }] };
  expect(issue({ safeParse: () => ({ success: false, error }) })).toBe("as many as you like");
  expect(issue({ safeParse: (data) => ({ success: true, data: data as object }) })).toBeUndefined();
});
