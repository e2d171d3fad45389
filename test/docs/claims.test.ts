// What the documents say of names and versions is what the package has.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DOCUMENTS } from "../../scripts/docs/examples/documents.ts";
import * as browser from "../../src/platform/browser/index.ts";
import { BROUGHT } from "../../src/cli/host-module.ts";
import * as cache from "../../src/cache/index.ts";
import * as code from "../../src/platform/node/code/index.ts";
import * as component from "../../src/component/index.ts";
import * as host from "../../src/index.ts";
import * as javascript from "../../src/javascript/index.ts";
import * as node from "../../src/platform/node/index.ts";
import { OLDEST_NODE } from "../../src/platform/node/supported-node.ts";
import * as pool from "../../src/pool/index.ts";
import * as text from "../../src/text/index.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const exported = new Set(
  [host, node, browser, code, component, javascript, text, pool, cache].flatMap((entry) =>
    Object.keys(entry),
  ),
);

// Methods, and functions of workers and guests.
const OTHERS: readonly string[] = (
  "install execute usage grow trim clear release restore invalidate snapshot bytes Worker terminate add err refused " +
  "read cancel toReadableStream URL activate deactivate save tool"
).split(" ");

it.each(DOCUMENTS)("%s: a function that it names with its parentheses is exported", (document) => {
  const called = [...read(document).matchAll(/`(?:new |await )?([a-z]\w*)\(/gi)].map(
    ([, name]) => name!,
  );
  expect(called.filter((name) => !exported.has(name) && !OTHERS.includes(name))).toEqual([]);
});

it("the Node that documents, package and code need is one", () => {
  const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
  for (const document of ["README.md", "docs/embedding.md", "CONTRIBUTING.md"]) {
    expect(read(document)).toContain(`Node ${OLDEST_NODE} or later`);
  }
});

it("docs/command.md lists the options that a module of --host leaves out", () => {
  const [, list = ""] = /brings its own: ([^.]*)\./.exec(read("docs/command.md")) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual([...BROUGHT]);
});
