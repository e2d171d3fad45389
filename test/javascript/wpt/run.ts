// Pieces of web-platform-tests over the runtime of JavaScript:
//
//     node test/javascript/wpt/run.ts FOLDER [--failures] [path…]
//
// FOLDER is a checkout of web-platform-tests (not part of this repository). Paths are those of files
// `*.any.js`, or of folders of them; without any they are those of PIECES.
import { globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { GuestError } from "../../../src/javascript/realm/targets.ts";
import { World } from "../runtime/realms.ts";

/** What the prelude implements, by the folders that test it. */
const PIECES = [
  "console",
  "dom/abort",
  "dom/events",
  "encoding",
  "fetch/api/headers",
  "fetch/api/request",
  "fetch/api/response",
  "html/webappapis/atob",
  "html/webappapis/microtask-queuing",
  "html/webappapis/structured-clone",
  "html/webappapis/timers",
  "url",
];

/** What they test is not offered: other encodings, streams that transform, files, documents. */
const NOT_OFFERED =
  /idlharness|encoding\/(?:legacy|streams|iso-2022|replacement|textdecoder-fatal-single|sharedarraybuffer)|formdata|javascript-urls|\/(?:blob|multi-globals)|destroyed|request-cache|bad-port|priority/;

interface Outcome {
  readonly name: string;
  readonly status: number;
  readonly message: string | null;
}

const { values, positionals } = parseArgs({
  options: { failures: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [folder, ...paths] = positionals;
if (folder === undefined) throw new Error("The folder of web-platform-tests is wanted.");

const harness = readFileSync(join(folder, "resources/testharness.js"), "utf8");
const before = `globalThis.self = globalThis;
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false };
globalThis.location = { search: "", href: "https://example.org/" };`;
const after = `
;await new Promise((done) => add_completion_callback((tests) => done(tests.map(
  ({ name, status, message }) => ({ name, status, message: message === null ? null : String(message) })))))`;

// The scripts that a test names, and the test.
function sourceOf(file: string): string {
  const text = readFileSync(join(folder!, file), "utf8");
  const scripts = [...text.matchAll(/^\/\/ META: script=(.*)$/gm)].map(([, name]) => {
    const path = name!.startsWith("/") ? name!.slice(1) : join(dirname(file), name!);
    return readFileSync(join(folder!, path), "utf8");
  });
  const fetching = `globalThis.fetch = async (path) => new Response(call(16, [path]));`;
  return [before, fetching, harness, ...scripts, text, after].join("\n");
}

async function run(file: string): Promise<readonly Outcome[]> {
  const read = (path: unknown): string => {
    const name = String(path);
    const place = name.startsWith("/") ? join(folder!, name) : join(folder!, dirname(file), name);
    try {
      return readFileSync(place, "utf8");
    } catch {
      throw new GuestError(new TypeError(`There is no ${name}.`));
    }
  };
  const world = new World(read);
  using realm = await world.start();
  const globals = 'import { call } from "tenon:internal"; globalThis.call = call;';
  await realm.load([{ name: "tenon:globals", source: globals }], "tenon:globals");
  return (await realm.evaluate(file, sourceOf(file))) as readonly Outcome[];
}

const wanted = (paths.length > 0 ? paths : PIECES).flatMap((path) =>
  statSync(join(folder, path)).isFile() ? [path] : globSync(`${path}/**/*.any.js`, { cwd: folder }),
);
const counts = new Map<string, { passed: number; all: number }>();
let crashed = 0;
for (const file of wanted.sort()) {
  if (NOT_OFFERED.test(file)) continue;
  const piece = PIECES.find((one) => file.startsWith(`${one}/`)) ?? dirname(file);
  const count = counts.get(piece) ?? { passed: 0, all: 0 };
  counts.set(piece, count);
  try {
    for (const { name, status, message } of await run(file)) {
      count.all += 1;
      if (status === 0) count.passed += 1;
      else if (values.failures) console.log(`${file}: ${name}: ${message}`);
    }
  } catch (error) {
    const { code, data } = error as { code?: string; data?: { kind?: string } };
    if (code === "component-trap" && data?.kind !== "interrupted") crashed += 1;
    count.all += 1;
    const { value } = error as { value?: unknown };
    console.log(`${file}: ${String(value ?? error)}`);
  }
}
for (const [piece, { passed, all }] of counts) console.log(`${piece}: ${passed} of ${all}`);
console.log(`${crashed} crashed`);
process.exitCode = crashed > 0 ? 1 : 0;
