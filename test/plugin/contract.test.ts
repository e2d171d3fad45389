import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TenonError } from "../../src/errors.ts";
import { contractExports, contractImports } from "../../src/interfaces/generated/contract-types.ts";
import type { ContractFault } from "../../src/plugin/package/contract-faults.ts";
import { builtAgainst, contractText } from "./contract-world.ts";
import { manifestText } from "../manifest-text.ts";
import { bystanderAnswers, rig } from "../host/rig.ts";
import { component, outlineComponent, rustComponent } from "./samples.ts";

const plugins = [
  "diff",
  "find-replace",
  "highlight",
  "hostile",
  "json-tools",
  "markdown",
  "notes",
  "upper",
  "web-fetch",
  "word-count",
  "workspace-stats",
];
const scopes = new Map<string, object>([
  ["http", { hosts: ["a.example"] }],
  ["bus", { events: ["done"] }],
]);
const capabilities = Object.fromEntries(
  ["kv", "cache", "text", "ui", "clipboard", "workspace", "http", "log", "bus"].map((name) => {
    const scope = scopes.get(name);
    return [name, { reason: "To see what fits.", ...(scope && { scope }) }];
  }),
);
const manifest = manifestText("test/built", {
  capabilities,
  commands: [{ id: "built.run", title: "Run" }],
});

function faultsOf(bytes: Uint8Array): readonly ContractFault[] {
  return outlineComponent(bytes, "tenon:manifest").outline.faults;
}

async function install(bytes: Uint8Array): Promise<void> {
  const { host } = await rig({ bystander: false });
  await host.install(bytes, { manifest });
}

async function refusal(bytes: Uint8Array): Promise<TenonError> {
  return (await install(bytes).catch((error: unknown) => error)) as TenonError;
}

// The contract with one place changed; a place that is not there fails the test.
function changed(from: string | RegExp, to: string): string {
  const text = contractText.replace(from, to);
  expect(text).not.toBe(contractText);
  return text;
}

describe("a component that follows the contract", () => {
  test("is installed, whatever world of it was built", async () => {
    for (const world of ["command-plugin", "plugin", "stateful-plugin"]) {
      await install(await builtAgainst(contractText, world));
    }
  });

  test.each(plugins)("%s does", (name) => {
    expect(faultsOf(rustComponent(name))).toEqual([]);
  });

  test("may call its types otherwise, and export functions besides", async () => {
    const text = changed("record problem {", "record trouble {")
      .replace("list<problem>", "list<trouble>")
      .replace("deactivate: func();", "deactivate: func(); more: func() -> u32;");
    await install(await builtAgainst(text));
  });
});

describe("an export of another type is refused at installation", () => {
  test.each([
    ["activate, asynchronous", "activate: func(", "activate: async func("],
    ["deactivate, asynchronous", "deactivate: func(", "deactivate: async func("],
    ["run, asynchronous", "run: func(", "run: async func("],
    ["run with another parameter", "run: func(call: call)", "run: func(call: call, more: u32)"],
    ["run without its parameter", "run: func(call: call)", "run: func()"],
    ["run that takes it under another name", "run: func(call: call)", "run: func(what: call)"],
    ["run without a result", / -> result<json, failure>;/, ";"],
    ["run with another result", "result<json, failure>", "result<list<u8>, failure>"],
    ["run whose err carries nothing", "result<json, failure>", "result<json>"],
    ["a call without its document", "document: option<document>,", ""],
    ["a call that borrows its document", "option<document>,", "list<document>,"],
    [
      "a call with a document of another kind",
      "use text.{document};",
      "use text.{snapshot as document};",
    ],
    [
      "a call whose fields are in another order",
      /id: string,\s*input: json,/,
      "input: json, id: string,",
    ],
    ["a call with a field more", "input: json,", "input: json, more: bool,"],
    ["a failure with a case less", "    cancelled,\n    failed(string)", "    failed(string)"],
    [
      "a failure with cases in another order",
      "    cancelled,\n    failed(string)",
      "    failed(string),\n    cancelled",
    ],
    ["an event with a number for its payload", "payload: json,\n  }", "payload: u64,\n  }"],
    ["a context with a field less", "locale: string,", ""],
    ["state that is saved as text", "save: func() -> list<u8>", "save: func() -> string"],
    ["state of a fixed length", "save: func() -> list<u8>", "save: func() -> list<s8>"],
  ])("%s", async (_, from, to) => {
    const error = await refusal(await builtAgainst(changed(from, to)));
    expect(error.code).toBe("package-exports");
    const wrong = error.data["wrong"] as readonly ContractFault[];
    expect(wrong).toHaveLength(1);
    const [fault] = wrong;
    expect(fault!.interface).toMatch(/^tenon:plugin\/\w+@0\.1\.0$/);
    expect(fault!.expected).not.toBe(fault!.found);
    expect(error.message).toContain(fault!.function);
  });

  test("one that is not there", async () => {
    const error = await refusal(await builtAgainst(changed(/  deactivate: func.*\n/, "")));
    expect(error).toMatchObject({
      code: "package-exports",
      data: { wrong: [{ function: "deactivate", expected: "func()", found: undefined }] },
    });
  });

  test("the message names the export, what the contract has and what it has", async () => {
    const error = await refusal(
      await builtAgainst(changed("activate: func(", "activate: async func(")),
    );
    expect(error.message).toMatch(
      /lifecycle@0\.1\.0 activate: it has `async func\(context: .*`, and the contract has `func\(context: /,
    );
  });

  test("while a bystander answers", async () => {
    const made = await rig();
    const bytes = await builtAgainst(changed("run: func(call: call)", "run: func()"));
    await expect(made.host.install(bytes, { manifest })).rejects.toMatchObject({
      code: "package-exports",
    });
    expect(await bystanderAnswers(made)).toBe(true);
  });

  test("an interface that is something else", async () => {
    const bytes = await component(`(component
      (import "tenon:plugin/types@0.1.0" (instance $types))
      (export "tenon:plugin/state@0.1.0" (instance $types)))`);
    expect(faultsOf(bytes).map((fault) => [fault.function, fault.found])).toEqual([
      ["save", undefined],
      ["restore", undefined],
    ]);
  });

  test("a document that only looks like one", async () => {
    // An import of the same resource by another name, and a resource of the guest's own.
    const other = changed("use text.{document};", "resource document;").replace(
      "run: func(",
      "run: func(",
    );
    const error = await refusal(await builtAgainst(other));
    expect(error.code).toBe("package-exports");
  });
});

describe("an import of another type is refused at installation", () => {
  test.each([
    ["emit with a number for its payload", "payload: json) ->", "payload: u64) ->", "bus"],
    ["fetch, asynchronous", "fetch: func(", "fetch: async func(", "http"],
    [
      "a request with a field more",
      "timeout-ms: option<u32>,",
      "timeout-ms: option<u32>, proxy: string,",
      "http",
    ],
    ["a refusal with another case", "    quota(string),", "    quota(u64),", undefined],
    [
      "a function that nobody has",
      "  now-ms: func() -> u64;",
      "  now-ms: func() -> u64; sleep: func();",
      "clock",
    ],
    [
      "a method that takes its object away",
      /get: func\(key: string\) -> result<option<entry>, error>;/,
      "get: static func(self: bucket, key: string) -> result<option<entry>, error>;",
      "kv",
    ],
  ])("%s", async (_, from, to, local) => {
    const error = await refusal(await builtAgainst(changed(from, to)));
    expect(error.code).toBe("package-imports");
    const missing = error.data["missing"] as readonly { import: string; reason: string }[];
    expect(new Set(missing.map(({ reason }) => reason))).toEqual(new Set(["type"]));
    if (local !== undefined) {
      expect(missing.map((one) => one.import)).toEqual([`tenon:plugin/${local}@0.1.0`]);
    }
    expect(error.message).toMatch(/and the contract|no such function/);
  });
});

test("no two functions of the contract that differ pass for each other", async () => {
  const places = [
    ...contractText.matchAll(/\b(string|u8|u16|u32|u64|bool|json|option|list)\b/g),
  ].filter(
    ({ index }) =>
      !/^\s*(use|type) /m.test(contractText.slice(contractText.lastIndexOf("\n", index), index)),
  );
  const wrong = (found: string): string =>
    found === "option" || found === "list" ? "result" : "f32";
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), async ({ index, 0: found }) => {
      const text =
        contractText.slice(0, index) + wrong(found) + contractText.slice(index + found.length);
      expect(faultsOf(await builtAgainst(text)).length).toBeGreaterThan(0);
    }),
    { numRuns: 40 },
  );
});

test("what components are compared with is what wit/ says", async () => {
  const bytes = await builtAgainst(contractText);
  const { imports } = outlineComponent(bytes, "tenon:manifest").outline;
  for (const { name, functions } of imports) {
    const local = name.replaceAll(/^.*\/|@.*$/g, "");
    expect(Object.keys(contractImports[local] ?? {})).toEqual(functions);
  }
  expect(Object.keys(contractExports).toSorted()).toEqual([
    "commands",
    "events",
    "lifecycle",
    "state",
  ]);
});
