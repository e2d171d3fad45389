// npm run generate-places: src/component/abi/generated/. With --check: fails when it is stale.
//
// JavaScript engines keep what they learn about `object[key]`, and about what a call calls, with the place in
// the source. A place that has met a second name, or several functions, is many times slower than one that has
// met one. So the code below is there several times over, and each field or function gets a place of its own
// until there are more of them than places.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const target = join(root, "src/component/abi/generated");

/** Functions that components have, and fields of their records, are mostly fewer than this. */
const FUNCTIONS = 16;
const FIELDS = 48;

/** Most parameters of a function that gets a place, of a method, and most core arguments. */
const MOST_PARAMS = 3;
const MOST_OF_METHOD = 2;
const MOST_CORE = 8;

const names = ["a", "b", "c"];
const first = (list: readonly string[], count: number): string => list.slice(0, count).join(", ");
const upTo = (most: number, make: (count: number) => string): string =>
  Array.from({ length: most + 1 }, (_, count) => make(count)).join(", ");
/** The rows of an array literal: the same text so many times. */
const rows = (count: number, row: string): string => `[\n${`  ${row},\n`.repeat(count)}]`;

const functionStubs = upTo(MOST_PARAMS, (count) => {
  const given = first(names, count);
  return `(m) => { let f: F; return (${given}) => (f ??= m())(${given}); }`;
});

const methodStubs = upTo(MOST_OF_METHOD, (count) => {
  const given = names.slice(0, count);
  const passed = ["this", ...given].join(", ");
  const taken = ["this: unknown", ...given].join(", ");
  return `(m) => { let f: F; return function (${taken}) { return (f ??= m()).call(${passed}); }; }`;
});

const stubs = `${heading("of functions whose code is made when they are first called: see stub.ts")}
import type { CoreFunction } from "../call-site.ts";
import type { Stub } from "../stub.ts";

type F = CoreFunction | undefined;

/** By place, then by the number of parameters. */
export const FUNCTIONS: readonly (readonly Stub[])[] = ${rows(FUNCTIONS, `[${functionStubs}]`)};

export const METHODS: readonly (readonly Stub[])[] = ${rows(FUNCTIONS, `[${methodStubs}]`)};
`;

const field = [
  "(k, { fits: f, take: t, load: l, store: s, lift: u, lower: d }, x, y, n) => ({",
  "fits: (c, o) => f(c, o[k]) && n.fits(c, o),",
  "take: (c, o, w, i) => t!(c, o[k], w, i + y) && n.take(c, o, w, i),",
  "load: (c, o, p) => ((o[k] = l(c, p + x)), n.load(c, o, p)),",
  "store: (c, o, p) => (s(c, o[k], p + x), n.store(c, o, p)),",
  "lift: (c, o, w, i) => ((o[k] = u(c, w, i + y)), n.lift(c, o, w, i)),",
  "lower: (c, o, w, i) => (d(c, o[k], w, i + y), n.lower(c, o, w, i)) })",
].join(" ");

const fields = `${heading("that read and write one field of a record: see closures/sites.ts")}
import type { Site } from "../closures/sites.ts";

export const SITES: readonly Site[] = ${rows(FIELDS, field)};
`;

const run = [
  "(d, [{ check: x, lower: u }, { check: y, lower: v, slot: i }, { check: z, lower: w, slot: j }], f, l) => {",
  "const { m } = d; return (a, b, c) => { const k = d.begin(); let o = false, r;",
  "try { o = x(m, a, k, 0) && y(m, b, k, i) && z(m, c, k, j); } catch (e) { d.threw([a, b, c], e); }",
  "d.enter(o, a, b, c);",
  "try { m.fresh(); u(m, a, k, 0); v(m, b, k, i); w(m, c, k, j); r = d.lifted(l(m, d.returned(k, f(k)))); }",
  "catch (e) { throw d.failed(e); } return d.leave(r); }; }",
].join(" ");

const simpleRun = [
  "(d, s, x, y, z, l) => { const { m } = d; return (a, b, c) => {",
  "const i = x(m, a), j = y(m, b), k = z(m, c);",
  "d.enter(i !== undefined && j !== undefined && k !== undefined, a, b, c); let r;",
  "try { r = d.lifted(l(m, d.called(s.core(i, j, k)))); } catch (e) { throw d.failed(e); }",
  "return d.leave(r); }; }",
].join(" ");

const coreCalls = upTo(MOST_CORE, (count) => {
  const passed = Array.from({ length: count }, (_, index) => `w[${index}]`).join(", ");
  return `(s) => (${count === 0 ? "" : "w"}) => s.core(${passed})`;
});

const hostCalls = upTo(MOST_PARAMS, (count) => {
  const lifts = ["x", "y", "z"].slice(0, count);
  const passed = lifts.map((lift, index) => `${lift}(${names[index]})`).join(", ");
  return `(${["h", ...lifts].join(", ")}) => (${first(names, count)}) => h(${passed})`;
});

const calls = `${heading("that call, each for few functions: see closures/calls.ts")}
import type { CoreCall, HostCall, Run, SimpleRun } from "../closures/calls.ts";

/** Most core arguments, and most parameters, of what is called from these places. */
export const MOST_CORE = ${MOST_CORE};
export const MOST_PARAMS = ${MOST_PARAMS};

export const RUNS: readonly Run[] = ${rows(FUNCTIONS, run)};

export const SIMPLE_RUNS: readonly SimpleRun[] = ${rows(FUNCTIONS, simpleRun)};

/** By place, then by the number of core arguments. */
export const CORE_CALLS: readonly (readonly CoreCall[])[] = ${rows(FUNCTIONS, `[${coreCalls}]`)};

/** By place, then by the number of parameters. */
export const HOST_CALLS: readonly (readonly HostCall[])[] = ${rows(FUNCTIONS, `[${hostCalls}]`)};
`;

const wanted = new Map([
  [join(target, "stub-places.ts"), stubs],
  [join(target, "field-places.ts"), fields],
  [join(target, "call-places.ts"), calls],
]);

function heading(what: string): string {
  return `// Generated by scripts/generate-places.ts. Do not edit.
//
// Places in the source ${what}. They are
// all the same: a JavaScript engine keeps what it learns of a name or a callee with the place, and a place that
// has met several is many times slower.`;
}

if (process.argv.includes("--check")) {
  for (const [path, text] of wanted) {
    if (readFileSync(path, "utf8") === text) continue;
    console.error(`${path} is stale: run npm run generate-places`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(target, { recursive: true });
  for (const [path, text] of wanted) writeFileSync(path, text);
}
