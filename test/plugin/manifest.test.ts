import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { manifestJsonSchema } from "../../src/plugin/manifest/manifest-schema.ts";
import { parseManifest } from "../../src/plugin/manifest/parse-manifest.ts";
import { known, smallManifest } from "./samples.ts";

function faultOf(changes: Record<string, unknown>): { code: string; path: unknown } {
  try {
    parseManifest(JSON.stringify(smallManifest(changes)), known);
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    // What a terminal shows is harmless, whatever the manifest holds.
    expect(error.message).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    return { code: error.code, path: error.data["path"] };
  }
  return { code: "accepted", path: undefined };
}

const command = (changes: Record<string, unknown> = {}) => ({
  id: "reader.read",
  title: "Read",
  ...changes,
});
const ask = (capability: string, changes: Record<string, unknown> = {}) => ({
  capabilities: { [capability]: { reason: "to do its work", ...changes } },
});

describe("a manifest", () => {
  test("is read with everything in it", () => {
    const manifest = parseManifest(
      JSON.stringify({
        $schema: "https://example.com/manifest.json",
        ...smallManifest(),
        license: "MIT OR Apache-2.0",
        authors: ["Zoë <zoe@example.com>"],
        capabilities: {
          hosts: {
            scope: { hosts: ["a.example"] },
            reason: "Fetches the weather.",
            optional: true,
          },
          flat: { reason: "Says what it does." },
        },
        activation: ["startup", "idle", "command:reader.read", "event:document.saved"],
        commands: [command({ description: "…", input: { type: "object" } })],
        settings: { "reader.lines": { type: "integer", minimum: 1, default: 10 } },
        dependencies: { "acme/base": "^1.2.0 || 2.x" },
        limits: { memoryMiB: 16, commandMs: 500 },
        stateless: true,
        concurrency: 4,
        eval: true,
      }),
      known,
    );
    expect(manifest).toEqual({
      name: "acme/reader",
      version: "1.0.0",
      title: "Reader",
      description: "Reads.",
      license: "MIT OR Apache-2.0",
      authors: ["Zoë <zoe@example.com>"],
      api: "^0.1.0",
      capabilities: [
        {
          capability: "hosts",
          scope: { hosts: ["a.example"], methods: ["GET"] },
          reason: "Fetches the weather.",
          optional: true,
        },
        { capability: "flat", scope: {}, reason: "Says what it does.", optional: false },
      ],
      activation: ["startup", "idle", "command:reader.read", "event:document.saved"],
      commands: [{ id: "reader.read", title: "Read", description: "…", input: { type: "object" } }],
      settings: [
        {
          key: "reader.lines",
          schema: { type: "integer", minimum: 1, default: 10 },
          default: 10,
        },
      ],
      dependencies: [{ name: "acme/base", range: "^1.2.0 || 2.x" }],
      limits: { memoryMiB: 16, activateMs: undefined, commandMs: 500, eventMs: undefined },
      stateless: true,
      concurrency: 4,
      eval: true,
    });
    expect(() => Object.assign(manifest.capabilities[0]!, { capability: "flat" })).toThrow(
      TypeError,
    );
  });

  test("needs five fields and no more", () => {
    expect(faultOf({}).code).toBe("accepted");
    for (const field of ["name", "version", "title", "description", "api"]) {
      expect(faultOf({ [field]: undefined })).toEqual({
        code: "manifest-invalid",
        path: `/${field}`,
      });
      expect(faultOf({ [field]: 7 })).toEqual({ code: "manifest-invalid", path: `/${field}` });
    }
    expect(() => parseManifest("[]", known)).toThrow(
      expect.objectContaining({ code: "manifest-invalid" }),
    );
  });

  test("has no keys that nobody knows", () => {
    expect(faultOf({ autorun: true })).toEqual({ code: "manifest-unknown-key", path: "/autorun" });
    expect(faultOf(ask("flat", { silent: true }))).toEqual({
      code: "manifest-unknown-key",
      path: "/capabilities/flat/silent",
    });
    expect(faultOf({ limits: { gpu: 1 } }).path).toBe("/limits/gpu");
  });
});

describe("names and texts that deceive", () => {
  test.each([
    "reader",
    "acme/",
    "/reader",
    "acme/reader/more",
    "Acme/reader",
    "acme/rеader",
    "acme/read\u202eer",
    "acme/\u001b[31mreader",
    "acme/reader\n",
    "acme/-reader",
    "acme/reader-",
    "acme/read--er",
    "acme/1reader",
    "../reader",
    "acme/..",
    "acme\\reader",
    "acme/con.",
    "acme/con",
    "nul/reader",
    "acme/lpt1",
    `acme/${"a".repeat(64)}`,
    "",
  ])("the name %j", (name) => {
    expect(faultOf({ name })).toEqual({ code: "manifest-name", path: "/name" });
  });

  const deceptive = {
    "a bidirectional override": "Reader\u202egnp.exe",
    "an isolate": "Reader\u2066",
    "an ANSI sequence": "\u001b[2J\u001b[1;1HReader",
    "a C1 control": "Reader\u009b31m",
    "a line break": "Reader\nGranted: everything",
    "an invisible space": "Rea\u200bder",
    "a soft hyphen": "Rea\u00adder",
    "a tag character": "Reader\u{e0041}",
    "a Hangul filler": "\u3164",
    "a Cyrillic е among Latin letters": "Rеader",
    "a Greek ο among Latin letters": "Gοοgle",
    "mathematical letters": "𝐑𝐞𝐚𝐝𝐞𝐫",
    "a tower of marks": "R\u0301\u0301\u0301\u0301\u0301\u0301\u0301eader",
    "a space in front": " Reader",
  };
  test.each(Object.entries(deceptive))("%s", (_, text) => {
    const fault = (path: string) => ({ code: "manifest-text", path });
    expect(faultOf({ title: text })).toEqual(fault("/title"));
    expect(faultOf({ description: text })).toEqual(fault("/description"));
    expect(faultOf({ authors: ["Zoë", text] })).toEqual(fault("/authors/1"));
    expect(faultOf(ask("flat", { reason: text }))).toEqual(fault("/capabilities/flat/reason"));
    expect(faultOf({ commands: [command({ title: text })] })).toEqual(fault("/commands/0/title"));
    const settings = { lines: { type: "integer", default: 1, title: text } };
    expect(faultOf({ settings })).toEqual(fault("/settings/lines/title"));
  });

  test.each([
    "Читатель",
    "Αναγνώστης",
    "읽기 도구",
    "読む Reader",
    "مقروء",
    "Naïve café",
    "R 2.0 — β",
  ])("leave honest texts alone: %s", (title) => {
    expect(faultOf({ title }).code).toBe("accepted");
  });
});

describe("versions", () => {
  test.each([
    "1.0",
    "v1.0.0",
    " 1.0.0",
    "01.0.0",
    "1.0.0+build",
    "1.0.0-",
    "99999999999999999999.0.0",
    "latest",
    "",
    `1.0.0-${"a".repeat(300)}`,
  ])("%j is not one", (version) => {
    expect(faultOf({ version })).toEqual({ code: "manifest-version", path: "/version" });
  });

  test.each(["1.0.0", "0.0.1", "1.0.0-rc.1"])("%j is", (version) => {
    expect(faultOf({ version }).code).toBe("accepted");
  });

  const odd = [
    "",
    "latest",
    "v1.0.0",
    ">=2.0.0 <1.0.0",
    " ^1.0.0",
    "^1.0.0+build",
    "^01.0.0",
    "1 || ".repeat(40) + "1",
    ">".repeat(50_000),
    "https://example.com/x.tgz",
    "file:../x",
  ];
  test.each(odd)("the range %j is refused", (range) => {
    expect(faultOf({ api: range })).toEqual({ code: "manifest-api", path: "/api" });
    expect(faultOf({ dependencies: { "acme/base": range } })).toEqual({
      code: "manifest-dependency",
      path: "/dependencies/acme~1base",
    });
  });

  test("a plugin was made for some version, not for any", () => {
    expect(faultOf({ api: "*" })).toEqual({ code: "manifest-api", path: "/api" });
    expect(faultOf({ api: ">=0.0.0" }).code).toBe("manifest-api");
    expect(faultOf({ dependencies: { "acme/base": "*" } }).code).toBe("accepted");
  });
});

describe("capabilities", () => {
  test("one that nobody knows is refused, not ignored", () => {
    expect(faultOf(ask("teleport"))).toEqual({
      code: "manifest-unknown-capability",
      path: "/capabilities/teleport",
    });
    expect(faultOf(ask("Http!", { optional: true }))).toEqual({
      code: "manifest-unknown-capability",
      path: "/capabilities/Http!",
    });
    expect(faultOf(ask("toString")).code).toBe("manifest-unknown-capability");
  });

  test("one that the plugin works without may be unknown here", () => {
    expect(faultOf(ask("teleport", { optional: true })).code).toBe("accepted");
  });

  test("needs a reason", () => {
    expect(faultOf({ capabilities: { flat: {} } })).toEqual({
      code: "manifest-invalid",
      path: "/capabilities/flat/reason",
    });
    expect(faultOf(ask("flat", { reason: "" })).path).toBe("/capabilities/flat/reason");
    expect(faultOf(ask("flat", { reason: "a".repeat(201) })).path).toBe(
      "/capabilities/flat/reason",
    );
  });

  test("a scope is what the capability's schema says", () => {
    expect(faultOf(ask("hosts"))).toEqual({
      code: "manifest-scope",
      path: "/capabilities/hosts/scope/hosts",
    });
    expect(faultOf(ask("hosts", { scope: { hosts: ["a.example", 7] } })).path).toBe(
      "/capabilities/hosts/scope/hosts/1",
    );
    expect(faultOf(ask("flat", { scope: { more: 1 } })).code).toBe("manifest-scope");
    expect(faultOf(ask("flat", { scope: null })).code).toBe("manifest-scope");
  });
});

describe("what starts it", () => {
  const commands = [command()];
  test.each([
    "startup",
    "idle",
    "command:reader.read",
    "event:saved",
    "event:acme/todo:added",
    "language:c++",
  ])("%s", (event) => {
    expect(faultOf({ commands, activation: [event] }).code).toBe("accepted");
  });

  test.each([
    "",
    "*",
    "Startup",
    "command:other.read",
    "command:",
    "event:",
    "event:a b",
    "event:acme:added",
    "event:__proto__",
    "language:",
    "language:Rust",
    "event:\u202e",
    "timer:1s",
    `event:${"a".repeat(161)}`,
  ])("not %j", (event) => {
    expect(faultOf({ commands, activation: ["startup", event] })).toEqual({
      code: "manifest-activation",
      path: "/activation/1",
    });
  });

  const { capabilities } = ask("text", { optional: true });
  const changed = "event:document-changed";
  test.each(["", "?language=c++", "?glob=**/*.md"])(`${changed}%s`, (filter) => {
    expect(faultOf({ capabilities, activation: [changed + filter] }).code).toBe("accepted");
    // It would never be told.
    expect(faultOf({ activation: [changed + filter] })).toEqual({
      code: "manifest-activation",
      path: "/activation/0",
    });
  });

  test.each(["?", "?language=C", "?glob=", "?glob=a b", "?uri=x", "?language=c&glob=*.c"])(
    `not ${changed}%s`,
    (filter) => {
      expect(faultOf({ capabilities, activation: [changed + filter] }).code).toBe(
        "manifest-activation",
      );
    },
  );

  test("no more documents' filters than are quickly compared", () => {
    const globs = Array.from({ length: 17 }, (_, at) => `${changed}?glob=${at}`);
    expect(faultOf({ capabilities, activation: globs.slice(1) }).code).toBe("accepted");
    expect(faultOf({ capabilities, activation: globs })).toEqual({
      code: "manifest-activation",
      path: "/activation/16",
    });
  });

  test("nothing twice", () => {
    expect(faultOf({ activation: ["idle", "idle"] }).path).toBe("/activation/1");
  });
});

describe("commands, settings and limits", () => {
  test("a command belongs to its plugin and is there once", () => {
    const id = { code: "manifest-command", path: "/commands/0/id" };
    for (const other of [
      "read",
      "other.read",
      "reader.",
      "reader.Read",
      "reader.re ad",
      "reader..x",
    ]) {
      expect(faultOf({ commands: [command({ id: other })] })).toEqual(id);
    }
    expect(faultOf({ commands: [command(), command()] })).toEqual({
      ...id,
      path: "/commands/1/id",
    });
  });

  test("an input schema has no patterns, no references and nothing unknown", () => {
    const input = (schema: unknown) => faultOf({ commands: [command({ input: schema })] });
    expect(input({ type: "string", pattern: "^(a+)+$" })).toEqual({
      code: "manifest-unknown-key",
      path: "/commands/0/input/pattern",
    });
    expect(input({ properties: { a: { patternProperties: {} } } }).path).toBe(
      "/commands/0/input/properties/a/patternProperties",
    );
    for (const schema of [{ $ref: "#" }, { $dynamicRef: "#" }, { not: {} }, { if: {} }]) {
      expect(input(schema).code).toBe("manifest-unknown-key");
    }
    for (const schema of [
      { type: "text" },
      { minLength: -1 },
      { multipleOf: 0 },
      { enum: [] },
      7,
    ]) {
      expect(input(schema).code).toBe("manifest-command");
    }
  });

  test("a setting has a default that its own schema accepts", () => {
    const setting = (schema: unknown) => faultOf({ settings: { lines: schema } });
    const fault = { code: "manifest-settings", path: "/settings/lines/default" };
    expect(setting({ type: "integer" })).toEqual(fault);
    expect(setting({ type: "integer", default: "ten" })).toEqual(fault);
    expect(setting({ type: "integer", minimum: 5, default: 1 })).toEqual(fault);
    expect(setting({ type: "integer", minimum: 5, default: 5 }).code).toBe("accepted");
    expect(faultOf({ settings: { "a b": { default: 1 } } })).toEqual({
      code: "manifest-settings",
      path: "/settings/a b",
    });
  });

  test("limits are whole numbers within bounds", () => {
    const limits = [
      { memoryMiB: 0 },
      { memoryMiB: 4_097 },
      { memoryMiB: 1.5 },
      { activateMs: -1 },
      { commandMs: 600_001 },
      { eventMs: "1" },
    ];
    for (const one of limits) {
      expect(faultOf({ limits: one })).toEqual({
        code: "manifest-limits",
        path: `/limits/${Object.keys(one)[0]}`,
      });
    }
  });

  test("a dependency is a plugin, and another one", () => {
    expect(faultOf({ dependencies: { "../x": "^1.0.0" } })).toEqual({
      code: "manifest-dependency",
      path: "/dependencies/..~1x",
    });
    expect(faultOf({ dependencies: { "acme/reader": "^1.0.0" } })).toEqual({
      code: "dependency-cycle",
      path: "/dependencies/acme~1reader",
    });
  });
});

test("whatever its fields hold, a manifest is read or refused with a code and a path", () => {
  const full = smallManifest({
    ...ask("hosts", { scope: { hosts: ["a.example"] } }),
    activation: ["startup"],
    commands: [command({ input: { type: "object", properties: { a: { type: "string" } } } })],
    settings: { lines: { type: "integer", default: 1 } },
    dependencies: { "acme/base": "^1.0.0" },
    limits: { memoryMiB: 1 },
  });
  const text = JSON.stringify(full);
  const places: string[] = [];
  JSON.parse(text, (key, value: unknown) => {
    if (key !== "") places.push(key);
    return value;
  });
  expect(faultOf(full).code).toBe("accepted");
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom("", "*", "\u202e", -1, 1e300, {}, []),
      ),
      (place, value) => {
        const changed: unknown = JSON.parse(text, (key, item: unknown) =>
          key === place ? value : item,
        );
        const { code, path } = faultOf(changed as Record<string, unknown>);
        seen.add(code);
        expect(code).toMatch(/^(?:accepted|manifest-[a-z-]+|dependency-cycle)$/);
        if (code !== "accepted") expect(path).toBeTypeOf("string");
      },
    ),
    { numRuns: 3_000 },
  );
  expect(seen.size).toBeGreaterThan(8);
});

test("the JSON Schema for editors knows every field", () => {
  const schema = manifestJsonSchema() as { properties: object; required: string[] };
  expect(Object.keys(schema.properties)).toEqual([
    "$schema",
    "name",
    "version",
    "title",
    "description",
    "license",
    "authors",
    "api",
    "capabilities",
    "activation",
    "commands",
    "settings",
    "dependencies",
    "limits",
    "stateless",
    "concurrency",
    "eval",
  ]);
  expect(schema.required).toEqual(["name", "version", "title", "description", "api"]);
  expect(JSON.stringify(schema)).toContain('"JsonSchema"');
});
