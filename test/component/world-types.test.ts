/** Types for a world of one's own: from WIT, from components, as the compiler and the engine see them. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  compileSync,
  componentTypes,
  instantiate,
  TenonError,
  type UnusableFunction,
  witTypes,
  writeAhead,
} from "../../src/component/index.ts";
import { readWitWorld } from "../../src/component/wit-source/worlds.ts";
import { printWorld } from "../../src/component/wit.ts";
import { dummyComponent, everything } from "./guest.ts";

const root = join(import.meta.dirname, "../..");
const kinds = readFileSync(join(import.meta.dirname, "every-kind.wit"), "utf8");

const one = (text: string): ReadonlyMap<string, string> => new Map([["world.wit", text]]);

function lines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replaceAll(/[{,;]+$/gu, "")
        .trim(),
    )
    .sort();
}

function errorOf(act: () => unknown): TenonError {
  try {
    act();
  } catch (error) {
    if (error instanceof TenonError) return error;
  }
  throw new Error("no TenonError");
}

describe("WIT text means the world that the reference toolchain makes of it:", () => {
  const contract = new Map(
    globSync("wit/*.wit", { cwd: root }).map((file) => [
      basename(file),
      readFileSync(join(root, file), "utf8"),
    ]),
  );
  const whole = [
    "package tenon:plugin@0.1.0;",
    ...[...contract.values()].map((text) => text.replace(/^package .*;$/m, "")),
  ].join("\n");
  const worlds: readonly (readonly [string, string, ReadonlyMap<string, string>])[] = [
    ["everything", everything, one(everything)],
    // The toolchain refuses `f1` beside `f-1`; a component may have both.
    ["every", kinds.replace("f-1:", "f-2:"), one(kinds.replace("f-1:", "f-2:"))],
    ...["plugin", "stateful-plugin", "command-plugin"].map(
      (name) => [name, whole, contract] as const,
    ),
  ];
  it.each(worlds)("%s", async (name, text, files) => {
    const made = compileSync((await dummyComponent(text, name)) as BufferSource);
    expect(lines(printWorld(readWitWorld(files, name).type))).toEqual(lines(made.toWit()));
    const uncommented = new Map(
      [...files].map(([path, one]) => [path, one.replaceAll(/^\s*\/\/\/.*$/gm, "")]),
    );
    expect(lines(componentTypes(made, { world: name }))).toEqual(
      lines(witTypes(uncommented, name)),
    );
  });

  it("with packages in deps/, used names, renamed types and included worlds", () => {
    const files = new Map([
      [
        "a.wit",
        `package acme:app;
         use acme:deep/base@0.2.0 as ground;
         world base { import ground; export go: func(); }
         interface error { use ground.{error as base-error}; resource error { inner: func() -> base-error; } }`,
      ],
      [
        "b.wit",
        `world app { include base with { go as start } import error; export acme:deep/base@0.2.0; }`,
      ],
      ["deps/deep/base.wit", `package acme:deep@0.2.0; interface base { record error { a: u8 } }`],
    ]);
    const text = witTypes(files, "app");
    expect(text).toContain("start(): void;");
    expect(text).not.toContain("go(): void;");
    expect(text).toContain("export type BaseError = Base.Error;");
    expect(printWorld(readWitWorld(files, "app").type)).toContain("export acme:deep/base@0.2.0;");
  });

  it("without what is unstable", () => {
    const text = witTypes(
      one(`package a:b; interface i {
        @since(version = 1.0.0) one: func();
        @unstable(feature = two) two: func();
      } world w { import i; }`),
    );
    expect(text).toContain("one(): void");
    expect(text).not.toContain("two");
  });
});

it("a world that is included on many ways is read once", () => {
  const doubling = Array.from({ length: 60 }, (_, at) => {
    return `world w${at + 1} { include w${at}; include w${at}; }`;
  });
  const text = `package a:b; interface i { f: func(); } world w0 { import i; export i; }`;
  const types = witTypes(one(`${text} ${doubling.join("\n")}`), "w60");
  expect(types.replaceAll("W60", "W0").replaceAll("w60", "w0")).toBe(witTypes(one(text), "w0"));
});

describe("WIT that is wrong is refused with the place:", () => {
  it.each([
    ["a type that is not there", "package a:b;\nworld w { import f: func(x: u9); }", 2, 29],
    ["a comma too few", "package a:b;\ninterface i {\n  record r { a: u8 b: u8 }\n}", 3, 20],
    [
      "a type that contains itself",
      "package a:b;\ninterface i {\n  type t = list<t>;\n}\nworld w { import i; }",
      3,
      3,
    ],
    ["an interface that is not there", "package a:b;\nworld w { import nowhere; }", 2, 18],
    ["a package that is not there", "package a:b;\nworld w { import c:d/e; }", 2, 18],
    [
      "an interface that uses itself",
      "package a:b;\ninterface i { use i.{t}; }\nworld w { import i; }",
      2,
      19,
    ],
    ["a world that includes itself", "package a:b;\nworld w { include w; }", 2, 1],
    [
      "a name twice",
      "package a:b;\ninterface i { f: func(); f: func(); }\nworld w { import i; }",
      2,
      26,
    ],
    ["a comment without an end", "package a:b;\n/* world w {}", 2, 1],
    ["a sign that means nothing", "package a:b;\nworld w { # }", 2, 11],
    ["a word of WIT as a name", "package a:b;\nworld with { }", 2, 7],
    ["no package", "world w {}", 1, 1],
    ["an end too early", "package a:b;\nworld w {", 2, 10],
  ])("%s", (_, text, line, column) => {
    const { code, data, message } = errorOf(() => witTypes(one(text), "w"));
    expect({ code, ...data }).toEqual({ code: "wit-invalid", file: "world.wit", line, column });
    expect(message).toMatch(new RegExp(`^world.wit:${line}:${column}: `));
  });

  it("nothing of a byte order mark in front, as editors on Windows write it", () => {
    const text = "package a:b;\nworld w { export f: func(); }";
    expect(witTypes(one(`\ufeff${text}`))).toBe(witTypes(one(text)));
  });

  it("types nested without end", () => {
    const text = `package a:b; world w { import f: func(x: ${"list<".repeat(100_000)}`;
    expect(errorOf(() => witTypes(one(text))).code).toBe("wit-invalid");
  });

  it.each<[string, (at: number) => string]>([
    ["type names", (at) => `type t${at} = t${at + 1};`],
    ["types in types", (at) => `type t${at} = ${"list<".repeat(90)}t${at + 1}${">".repeat(90)};`],
    ["records", (at) => `record t${at} { a: t${at + 1} }`],
  ])("%s that lead to one another without end", (_, item) => {
    const all = Array.from({ length: 4_000 }, (__, at) => item(at));
    for (const items of [all, all.toReversed()]) {
      const text = `package a:b; world w { import i; }
        interface i { type t4000 = u8; ${items.join("\n")} }`;
      // Names in order have a meaning each; types in order are too deep at last.
      const isPlain = items !== all && all[0] === "type t0 = t1;";
      if (isPlain) expect(witTypes(one(text))).toContain("T0");
      else expect(errorOf(() => witTypes(one(text))).code).toBe("wit-invalid");
    }
  });

  it("worlds that include one another without end", () => {
    const chain = Array.from({ length: 4_000 }, (_, at) => `world w${at} { include w${at + 1}; }`);
    const text = `package a:b; ${chain.join("\n")} world w4000 {}`;
    expect(errorOf(() => witTypes(one(text), "w0")).code).toBe("wit-invalid");
  });

  it("a function that a world would have from two others", () => {
    const text = `package a:b;
      world base { import f: func(); } world one { include base; } world two { include base; }`;
    const both = `${text} world w { include one; include two; }`;
    const { code, message } = errorOf(() => witTypes(one(both), "w"));
    expect({ code, message }).toEqual({
      code: "wit-invalid",
      message: 'world.wit:2:20: "f" is there already',
    });
    const renamed = `${text} world w { include one with { f as g } include two; }`;
    expect(witTypes(one(renamed), "w")).toContain("g");
  });

  it("a world that is not there, or one of two", () => {
    const text = "package a:b; world one {} world two {}";
    for (const world of [undefined, "three"]) {
      const { code, data, message } = errorOf(() => witTypes(one(text), world));
      expect({ code, data }).toEqual({ code: "wit-world", data: { worlds: ["one", "two"] } });
      expect(message).toContain('"one", "two"');
    }
    expect(witTypes(one(text), "a:b/two")).toContain("TwoExports");
  });

  it.each(["package a:b;", "package a:b; interface i { f: func(); }"])("no world: %s", (text) => {
    const { code, message } = errorOf(() => witTypes(one(text)));
    expect([code, message]).toEqual(["wit-world", "package a:b has no world"]);
  });
});

/** Type-checks programs beside the types that they import; returns what the compiler says, by line. */
function check(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const compilerOptions = {
    paths: {
      tenon: [join(root, "src/index.ts")],
      "tenon/component/runtime": [join(root, "src/component/aot/runtime.ts")],
    },
    noEmit: true,
    rootDir: "/",
    typeRoots: [join(root, "node_modules/@types")],
    noUnusedLocals: false,
    noUnusedParameters: false,
    isolatedDeclarations: false,
    declaration: false,
    skipLibCheck: true,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.base.json"),
      compilerOptions,
      files: [
        ...Object.keys(files),
        join(root, "src/ambient/world.d.ts"),
        join(root, "src/ambient/jspi.d.ts"),
      ],
    }),
  );
  const { stdout } = spawnSync(
    join(root, "node_modules/.bin/tsc"),
    ["-p", folder, "--pretty", "false"],
    {
      encoding: "utf8",
    },
  );
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith(" "));
}

const RIGHT = `
import { defineInterface, type Host, type Implementation, type Promised, WitError } from "tenon";
import type { EveryExports, EveryImports, Kinds, Things } from "./every.ts";

class Counter {
  #at: number;
  constructor(start: number) { this.#at = start; }
  static zero(): Counter { return new Counter(0); }
  next(): number { return ++this.#at; }
  async merge(other: Counter, using: Counter): Promise<Counter> { return new Counter(other.#at + using.#at); }
}
export const things = defineInterface({
  name: "acme:kinds/things@1.0.0",
  functions: { "[method]counter.merge": { waits: true } },
  implement: (): Implementation<Things, "[method]counter.merge"> => ({
    Counter,
    best: ([first]) => first,
    whereIs: (): Things.Place => ({ x: 1, tags: [], deeper: { tag: "some", val: undefined } }),
  }),
});
export const kinds: Kinds = {
  "f-1": (u, s, b, f, o) => [u.at(0)! + s.at(0)! + f.at(0)!, o.length, b.at(0)!],
  f1: ({ mayWrite }, colour) =>
    mayWrite && colour === "deep-blue" ? { tag: "pair", val: [1n, "x"] } : { tag: "empty" },
  find(at) {
    if (at.note === undefined) throw new WitError<Kinds.Error>({ tag: "full" });
    return at;
  },
  check() {},
  nested: (of, m) => [of.tag === "ok" && m.has("a") ? { tag: "ok" } : { tag: "err", val: { tag: "missing", val: "" } }],
  later: (seconds) => String(seconds),
  then_: () => true,
};
export const imports: Pick<EveryImports, "acme:kinds/kinds@1.0.0" | "now" | "text"> = {
  "acme:kinds/kinds@1.0.0": kinds,
  now: () => 1n,
  text: { shout: (s) => s.toUpperCase() },
};
export async function call(host: Host): Promise<number> {
  const near = await host.exportsOf<EveryExports>("acme/own");
  const api = near["acme:kinds/things@1.0.0"];
  using counter = new api.Counter(1);
  const next: number = counter.next() + near.run("red");
  const far = await host.exportsOf<Promised<EveryExports>>("acme/strange");
  const farApi = far["acme:kinds/things@1.0.0"];
  using one = await new farApi.Counter(1);
  using two = await farApi.Counter.zero();
  const merged = await (await one.merge(two, one)).next();
  const place = await farApi.whereIs(one);
  return next + merged + place.x + (await far.run("deep-blue")) + ((await farApi.best([one]))?.next === undefined ? 0 : 1);
}
`;

/** Each line is a mistake; with the code of the compiler's answer. */
const WRONG: readonly (readonly [line: string, code: string])[] = [
  [`export const a: Kinds.Colour = "blue";`, "TS2322"],
  [`export const b: Kinds.Shape = { tag: "dot" };`, "TS2322"],
  [`export const c: Kinds.Mode = { write: true };`, "TS2353"],
  [`export const d: Kinds.Place = { x: "1", tags: [] };`, "TS2322"],
  [`export const e = (k: Kinds): number => k.f1({}, "red");`, "TS2322"],
  [`export const f = (k: Kinds): unknown => k.F1({}, "red");`, "TS2551"],
  [`export const g = (e: EveryExports): number => e.run("red").length;`, "TS2339"],
  [`export const h = (e: Promised<EveryExports>): number => e.run("red");`, "TS2322"],
  [
    `export const i = (e: Promised<EveryExports>) => new e["acme:kinds/things@1.0.0"].Counter(1).next();`,
    "TS2339",
  ],
  [`export const j: Implementation<Text> = { shout: async (s: string) => s };`, "TS2322"],
  [`export const k: Implementation<Text> = {};`, "TS2741"],
  [
    `export const l = defineInterface({ name: "a:b/c@1.0.0", functions: { whisper: { waits: true } }, implement: (): Implementation<Text> => ({ shout: (s) => s }) });`,
    "TS2353",
  ],
  [`export const m: Text = { shout: (n: number) => "" };`, "TS2322"],
];

/** The names that a written type has, as `export type NAME = {` or an interface. */
function keysOf(text: string, head: string): readonly string[] {
  const [, body = ""] = text.split(`\n${head} {\n`);
  return [
    ...body
      .slice(0, body.search(/^\}/mu))
      .matchAll(/^  (?:readonly )?"?([^"(:\s]+(?:[:/@.][^"(:\s]+)*)"?[(:?]/gmu),
  ]
    .map(([, key]) => key!)
    .toSorted();
}

describe("what is written is what the engine has:", () => {
  it("a world's exports, its interfaces' functions and classes, by their names", async () => {
    const text = kinds.replace("f-1:", "f-2:");
    const component = compileSync((await dummyComponent(text, "every")) as BufferSource);
    const written = componentTypes(component, { world: "every" });
    class Counter {
      static zero = (): Counter => new Counter();
      next = (): number => 1;
      merge(): Counter {
        return this;
      }
    }
    Object.assign(Counter.prototype, { next: () => 1 });
    const none = (): undefined => undefined;
    const names = keysOf(written, "export interface Kinds").map((key) => [key, none] as const);
    expect(names.length).toBe(7);
    const { exports } = instantiate(component, {
      "acme:kinds/kinds@1.0.0": Object.fromEntries(names),
      "acme:kinds/things@1.0.0": { Counter, best: none, whereIs: none },
      text: { shout: none },
      now: none,
    });
    expect(keysOf(written, "export type EveryExports =")).toEqual(Object.keys(exports).toSorted());
    const things = exports["acme:kinds/things@1.0.0"] as Readonly<
      Record<string, { prototype: object }>
    >;
    expect(keysOf(written, "export interface ThingsExported")).toEqual(
      Object.keys(things).toSorted(),
    );
    const made = things["Counter"]!;
    expect(Object.getOwnPropertyNames(made.prototype)).toEqual(
      expect.arrayContaining(["next", "merge"]),
    );
    expect(Object.hasOwn(made, "zero")).toBe(true);
  });
});

describe("a program that uses the types", () => {
  const every = witTypes(one(kinds), "every");

  it("compiles where it is right, and where it is wrong the compiler says so at each line", () => {
    const head = `import { defineInterface, type Implementation, type Promised } from "tenon";\nimport type { EveryExports, Kinds, Text } from "./every.ts";\n`;
    const wrong = head + WRONG.map(([line]) => line).join("\n");
    const said = check({ "every.ts": every, "right.ts": RIGHT, "wrong.ts": wrong });
    const found = said.map((line) =>
      /(right|wrong|every)\.ts\((\d+),\d+\): error (TS\d+)/u.exec(line),
    );
    expect(said.filter((line) => !line.includes("wrong.ts("))).toEqual([]);
    expect(found.map((match) => [Number(match?.[2]) - 2, match?.[3]])).toEqual(
      WRONG.map(([, code], index) => [index + 1, code]),
    );
  });

  it("calls a function `new` by its name, which makes no object", () => {
    const made = witTypes(
      one(`package a:b;
        interface api {
          new: func() -> u32;
          resource thing { constructor(at: u32); new: static func() -> string; new: func(); }
        }
        world w { import api; export new: func() -> u32; }`),
    );
    const right = `import type { Api, WExports } from "./w.ts";
      export const of = (api: Api, w: WExports): [number, number, string, Api.Thing] =>
        [api.new(), w.new(), api.Thing.new(), new api.Thing(1)];
      export const does = (thing: Api.Thing): void => thing.new();`;
    const wrong = `import type { Api } from "./w.ts";
export const a = (api: Api) => new api();
export const b = (api: Api) => new api.Thing();`;
    const said = check({ "w.ts": made, "right.ts": right, "wrong.ts": wrong });
    expect(said.map((line) => /\w+\.ts\(\d+/u.exec(line)?.[0])).toEqual([
      "wrong.ts(2",
      "wrong.ts(3",
    ]);
  });

  it("finds the comments of the WIT with the types", () => {
    for (const comment of ["Every kind of type.", "A place.", "From the left.", "Counts on."]) {
      expect(every).toContain(comment);
    }
  });

  it("compiles with the types of real components", async () => {
    const plugins = globSync("plugins-rs/*/*.wasm", { cwd: root });
    expect(plugins.length).toBeGreaterThan(8);
    const files = Object.fromEntries(
      plugins.map((path) => {
        const name = basename(path, ".wasm");
        const component = compileSync(readFileSync(join(root, path)));
        return [`${name}.ts`, componentTypes(component, { world: name })];
      }),
    );
    const made = compileSync((await dummyComponent(everything, "everything")) as BufferSource);
    expect(check({ ...files, "all.ts": componentTypes(made, { world: "everything" }) })).toEqual(
      [],
    );
  });

  it("compiles with the types beside a component that was written as a module", () => {
    const file = join(root, "scripts/docs/examples/planner.wasm");
    const planner = compileSync(readFileSync(file));
    const written = (suspend: boolean): string => {
      const text = writeAhead(planner, { world: "planner", suspend }).get("index.d.ts");
      return typeof text === "string" ? text : "";
    };
    const program = `
import { instantiate, type PlannerImports } from "./now.ts";
import { instantiateAsync } from "./later.ts";
const imports: PlannerImports = { "acme:app/tasks@1.0.0": { add: (title) => title.length } };
export const now: number = instantiate(imports).exports.plan("water");
export const later: Promise<number> = instantiateAsync(imports).then(({ exports }) => exports.plan("sleep"));
export const wrong: number = instantiate({}).exports.plan("dance");
`;
    const said = check({ "now.ts": written(false), "later.ts": written(true), "use.ts": program });
    expect(said.map((line) => /(\w+\.ts\(\d+,\d+\)): error/u.exec(line)?.[1])).toEqual([
      "use.ts(7,42)",
    ]);
  });
});

describe("what the engine cannot do yet is said where it would be used:", () => {
  const text = `package a:b;
    interface i {
      resource r { constructor(); wait: async func() -> string; pull: static func() -> stream<u8>; }
      record parts { body: option<stream<u8>>, size: u32 }
      send: func(p: parts);
      later: func() -> list<future>;
      why: func(e: error-context) -> u8;
      plain: func(n: u8);
    }
    world w { import i; export i; export slow: async func(s: string) -> result<u32, string>; }`;

  it("streams, futures and error contexts, at the start, at each function, and to the caller", async () => {
    const fromBytes = compileSync((await dummyComponent(text, "w")) as BufferSource);
    const ways: readonly ((told: (one: UnusableFunction) => void) => string)[] = [
      (onUnusable) => witTypes(one(text), "w", { onUnusable }),
      (onUnusable) => componentTypes(fromBytes, { world: "w", onUnusable }),
    ];
    for (const write of ways) {
      const told: UnusableFunction[] = [];
      const types = write((one) => told.push(one));
      const expected = {
        "a:b/i#[static]r.pull": ["streams"],
        "a:b/i#send": ["streams"],
        "a:b/i#later": ["futures"],
        "a:b/i#why": ["error contexts"],
      };
      for (const side of ["imports", "exports"] as const) {
        const names = told.filter((one) => one.side === side);
        expect(Object.fromEntries(names.map(({ name, values }) => [name, values]))).toEqual(
          expected,
        );
      }
      expect(told.length).toBe(8);
      const before = types.slice(0, types.indexOf("/**"));
      for (const { side, name, values } of told) {
        expect(before).toContain(`//   ${side.slice(0, -1)} ${name}: ${values.join(" and ")}\n`);
      }
      const docs = types.matchAll(/has no ([a-z ]+): none can be passed yet. \*\/\n *([\w ]+)/gu);
      expect([...docs].map(([, values, name]) => [name, values]).slice(0, 5)).toEqual([
        ["pull", "streams"],
        ["export interface Parts ", "streams"],
        ["send", "streams"],
        ["later", "futures"],
        ["why", "error contexts"],
      ]);
    }
  });

  it("nothing of a world that has none of them", () => {
    const told: UnusableFunction[] = [];
    const types = witTypes(one(kinds), "every", { onUnusable: (one) => told.push(one) });
    expect([told, types]).toEqual([[], expect.not.stringContaining("This version of Tenon")]);
  });

  it("a function that is async in WIT: a promise from a guest, and how a host may wait", () => {
    const types = witTypes(one(text), "w");
    expect(types).toMatch(/answers with a promise\.[^*]*\*?[^/]*\*\/\n +slow\(/u);
    expect(types).toContain("slow(s: string): Promise<number>;");
    // A guest that waits is no error: the engine goes on with it.
    expect(types).not.toContain("component-unsupported");
    const [imported, exported] = types.split("export declare namespace IExported");
    expect(imported).toMatch(/`async` in WIT\. It answers at once[^\n]*\n +wait\(\): string;/u);
    expect(exported).toContain("wait(): Promise<string>;");
  });
});
