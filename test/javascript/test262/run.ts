// Test262 over the runtime of JavaScript:
//
//     node test/javascript/test262/run.ts FOLDER [--part N/M] [--failures] [path…]
//
// FOLDER is a checkout of tc39/test262 (not part of this repository). Paths are folders below `test/`;
// without any it is `language`. Says how many pass, and which crash. With `--part`, every Mth test from
// the Nth on.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { parseArgs } from "node:util";

import type { Realm } from "../../../src/javascript/realm/realm.ts";
import { GuestThrown } from "../../../src/javascript/realm/targets.ts";
import { World } from "../runtime/realms.ts";

/** Of these features no test is counted: they are no part of the standard of 2025, or need threads. */
const NOT_COUNTED = new Set([
  "Atomics",
  "Atomics.pause",
  "Atomics.waitAsync",
  "SharedArrayBuffer",
  "ShadowRealm",
  "Temporal",
  "decorators",
  "import-defer",
  "import-text",
  "import-bytes",
  "source-phase-imports",
  "source-phase-imports-module-source",
  "tail-call-optimization",
  "cross-realm",
  "host-gc-required",
  "IsHTMLDDA",
  "caller",
  "await-dictionary",
]);

interface Test {
  readonly path: string;
  readonly source: string;
  readonly includes: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly features: readonly string[];
  /** The error that it must end with, and whether before any of it runs. */
  readonly negative: { readonly type: string; readonly isEarly: boolean } | undefined;
}

const { values, positionals } = parseArgs({
  options: {
    failures: { type: "boolean", default: false },
    part: { type: "string", default: "1/1" },
  },
  allowPositionals: true,
});
const [folder, ...paths] = positionals;
if (folder === undefined) throw new Error("The folder of test262 is wanted.");
const [part, parts] = values.part.split("/").map(Number) as [number, number];

const includes = new Map<string, string>();
function include(name: string): string {
  const known = includes.get(name) ?? readFileSync(join(folder!, "harness", name), "utf8");
  includes.set(name, known);
  return known;
}

function readTest(path: string): Test {
  const source = readFileSync(join(folder!, path), "utf8");
  const header = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? "";
  const list = (name: string): string[] => {
    const inline = new RegExp(`^${name}:\\s*\\[([^\\]]*)\\]`, "m").exec(header)?.[1];
    const block = new RegExp(`^${name}:\\s*\\n((?:\\s+- .*\\n?)+)`, "m").exec(header)?.[1];
    const items =
      inline?.split(",") ?? block?.split("\n").map((line) => line.replace(/^\s*- /, ""));
    return (items ?? []).map((item) => item.trim()).filter((item) => item !== "");
  };
  const negative = /negative:\s*\n((?:\s+.*\n?)+)/.exec(header)?.[1];
  return {
    path,
    source,
    includes: list("includes"),
    flags: new Set(list("flags")),
    features: list("features"),
    negative:
      negative === undefined
        ? undefined
        : {
            type: /type:\s*(\w+)/.exec(negative)![1]!,
            isEarly: /phase:\s*(?:parse|early|resolution)/.test(negative),
          },
  };
}

// What a test is run with. A script is an indirect `eval`, which is global code.
const setup = `
globalThis.print = (text) => { globalThis.printed = String(text) };
globalThis.$262 = { global: globalThis, evalScript: (0, eval), gc() {}, agent: {},
  detachArrayBuffer: (buffer) => { buffer.transfer() } };`;

async function outcome(test: Test, isStrict: boolean): Promise<string | undefined> {
  const world = new World();
  world.deadline = performance.now() + 10_000;
  using realm = await world.start({ limits: { eval: true, stack: 64 * 1024 } });
  const isRaw = test.flags.has("raw");
  const isAsync = test.flags.has("async");
  const names = isRaw ? [] : ["assert.js", "sta.js", ...(isAsync ? ["doneprintHandle.js"] : [])];
  const harness = [...names, ...test.includes].map(include).join("\n");
  const isModule = test.flags.has("module");
  const first = isModule ? setup + harness : setup;
  await realm.evaluate("harness.js", `(0, eval)(${JSON.stringify(first)}); void 0`);
  try {
    const source = `${isStrict ? '"use strict";\n' : ""}${harness}\n${test.source}`;
    if (isModule) await loadModule(realm, test.path, test.source);
    else if (!/\bimport\b/.test(test.source)) {
      await realm.evaluate("test.js", `globalThis.eval(${JSON.stringify(source)}); void 0`);
    } else {
      // Code from strings has no place that it could import from.
      await loadModule(realm, join(dirname(test.path), "none.js"), imported(test.source));
      await realm.evaluate(
        test.path,
        isStrict ? `(() => {${source}})(); void 0` : `${source}; void 0`,
      );
    }
  } catch (error) {
    if (!(error instanceof GuestThrown)) throw error;
    const name = (error.value as Error | undefined)?.name ?? String(error.value);
    if (test.negative !== undefined)
      return name === test.negative.type ? undefined : `threw ${name}`;
    return `threw ${String(error.value)}`;
  }
  if (test.negative !== undefined) return `did not throw ${test.negative.type}`;
  if (!isAsync) return undefined;
  const waiting = `for (let i = 0; i < 200 && globalThis.printed === undefined; i++) await null;
    for (let i = 0; i < 20 && globalThis.printed === undefined; i++) await new Promise((done) => setTimeout(done, 5));
    return globalThis.printed`;
  const printed = await realm.evaluate("wait.js", waiting);
  return printed === "Test262:AsyncTestComplete" ? undefined : String(printed);
}

// A module that only has the files at hand which a script may import: it imports none of them.
function imported(source: string): string {
  return `export const names = [${[...source.matchAll(/['"](\.{1,2}\/[^'"\n]+)['"]/g)]
    .map(([name]) => name)
    .join(", ")}];`;
}

// The module, with all that it imports from beside it.
async function loadModule(realm: Realm, path: string, source: string): Promise<void> {
  const files = new Map([[path, source]]);
  const waiting = [path];
  for (let at = 0; at < waiting.length; at += 1) {
    const file = waiting[at]!;
    for (const [, name] of files.get(file)!.matchAll(/['"](\.{1,2}\/[^'"\n]+)['"]/g)) {
      const other = posix.join(dirname(file), name!);
      if (files.has(other)) continue;
      try {
        files.set(other, readFileSync(join(folder!, other), "utf8"));
        waiting.push(other);
      } catch {
        // A test of what is not there.
      }
    }
  }
  await realm.load(
    [...files].map(([name, text]) => ({ name, source: text })),
    path,
  );
}

const counts = { passed: 0, failed: 0, notCounted: 0, crashed: 0 };

async function run(path: string): Promise<void> {
  const test = readTest(path);
  if (test.features.some((feature) => NOT_COUNTED.has(feature))) {
    counts.notCounted += 1;
    return;
  }
  const isModule = test.flags.has("module") || test.flags.has("raw");
  const modes = isModule || test.flags.has("noStrict") ? [false] : [false, true];
  for (const isStrict of test.flags.has("onlyStrict") ? [true] : modes) {
    let fault: string | undefined;
    try {
      fault = await outcome(test, isStrict);
    } catch (error) {
      const { code, data } = error as { code?: string; data?: { kind?: string } };
      fault = String(error);
      if (code === "component-trap" && data?.kind !== "interrupted") {
        counts.crashed += 1;
        console.log(`CRASH ${path}: ${fault}`);
      }
    }
    if (fault === undefined) counts.passed += 1;
    else {
      counts.failed += 1;
      if (values.failures) console.log(`${path}${isStrict ? " (strict)" : ""}: ${fault}`);
    }
  }
}

const wanted = (paths.length > 0 ? paths : ["language"])
  .flatMap((path) => globSync(`test/${path}/**/*.js`, { cwd: folder }))
  .filter((path) => !path.includes("_FIXTURE"))
  .sort();
for (let at = part - 1; at < wanted.length; at += parts) await run(wanted[at]!);
const all = counts.passed + counts.failed;
console.log(
  `${counts.passed} of ${all} passed (${((100 * counts.passed) / all).toFixed(2)} %), ` +
    `${counts.crashed} crashed, ${counts.notCounted} files not counted`,
);
process.exitCode = counts.crashed > 0 ? 1 : 0;
