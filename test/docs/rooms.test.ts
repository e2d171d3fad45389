import { expect, it } from "vitest";
import { roomFaults, type RoomPlan } from "../../scripts/rooms/faults.ts";
import { lineCommentsOf } from "../../scripts/rooms/imports.ts";
import { makerFaults } from "../../scripts/rooms/makers.ts";
import { readmeFaults } from "../../scripts/rooms/readmes.ts";

/** Two rooms, the upper of which may import the lower, and one leaf. */
const plan: RoomPlan = {
  rooms: { "": ["upper"], lower: [], upper: ["lower"], "upper/inner": ["lower"] },
  doors: {},
  leaves: new Set(["errors.ts"]),
  top: new Set(["index.ts"]),
};
const fine = {
  "index.ts": 'export * from "./upper/one.ts";',
  "errors.ts": "export const no = 1;",
  "lower/one.ts": 'import { no } from "../errors.ts";',
  "upper/one.ts": 'import { one } from "../lower/one.ts";',
  "upper/inner/one.ts": 'import type { One } from "../../lower/one.ts";',
};

function faults(more: Record<string, string>, other: Partial<RoomPlan> = {}): readonly string[] {
  return roomFaults(new Map(Object.entries({ ...fine, ...more })), { ...plan, ...other });
}

it("has nothing to say of files that keep to the arrows", () => {
  expect(faults({})).toEqual([]);
});

it.each([
  'import { one } from "../upper/one.ts";',
  'import type { One } from "../upper/one.ts";',
  'import "../upper/one.ts";',
  'export * from "../upper/one.ts";',
  'export { one } from "../upper/one.ts";',
  'type One = import("../upper/one.ts").One;',
  'const one = await import("../upper/one.ts");',
  'const at = new URL("../upper/one.ts", import.meta.url);',
  'const at = new URL("../upper/one.js", import.meta.url);',
])("finds an arrow that runs up: %s", (text) => {
  expect(faults({ "lower/two.ts": text })).toEqual([
    'lower/two.ts: "lower" may not import "upper/one.ts" of "upper"',
  ]);
});

it.each(['import "tenon";', 'import { a } from "tenon/node";', 'type A = import("tenon").A;'])(
  "finds a file that imports its own package: %s",
  (text) => {
    expect(faults({ "upper/two.ts": text })).toEqual([
      expect.stringMatching(/^upper\/two\.ts: "tenon(\/node)?" is this package/u),
    ]);
  },
);

it("takes no text for an import that only looks like one", () => {
  const text = '// import "../upper/one.ts";\nconst said = `import "../upper/one.ts"`;';
  expect(faults({ "lower/two.ts": text })).toEqual([]);
});

it("finds a folder that lies in no room", () => {
  expect(faults({ "cellar/one.ts": "" })).toEqual([
    "cellar/one.ts: cellar lies in no room; give it a row in ROOMS, and in src/README.md",
  ]);
  expect(faults({ "upper/two.ts": 'import "../cellar/one.ts";' })).toEqual([
    'upper/two.ts: "cellar/one.ts" lies in no room',
  ]);
});

it("finds a file in src/ that is no leaf, and a leaf that imports a room", () => {
  expect(faults({ "stray.ts": "" })).toEqual([
    "stray.ts: a file directly in src/ is one of TOP or a leaf; no other is allowed",
  ]);
  expect(faults({ "errors.ts": 'import "./lower/one.ts";' })).toEqual([
    'errors.ts: "leaf" may not import "lower/one.ts" of "lower"',
  ]);
});

it("finds a file that reaches out of src/", () => {
  expect(faults({ "upper/two.ts": 'import "../../scripts/build.ts";' })).toEqual([
    'upper/two.ts: "../scripts/build.ts" is outside src/',
  ]);
});

it("lets a room with doors be entered by them alone, and wants each door used", () => {
  const doors = { lower: ["lower/one.ts", "lower/two.ts"] };
  expect(faults({ "upper/two.ts": 'import "../lower/three.ts";' }, { doors })).toEqual([
    'upper/two.ts: "lower/three.ts" is no door of "lower"; its doors are lower/one.ts, lower/two.ts',
    '"lower/two.ts" is a door of "lower" that nobody uses: take it out of DOORS',
  ]);
});

it("finds arrows that nothing uses, rooms without files, and names that are no file", () => {
  const rooms = { ...plan.rooms, lower: ["upper"], attic: [] };
  expect(faults({}, { rooms, leaves: new Set(["errors.ts", "gone.ts"]) })).toEqual([
    "attic: is in the plan, and not in src/",
    "gone.ts: is in the plan, and not in src/",
    '"lower" imports nothing of "upper": take the arrow out of ROOMS',
  ]);
});

it("finds each `//` comment and its line, one behind code too", () => {
  const text = 'const a = "///";\nconst b = 1; /// said\n// more';
  expect(lineCommentsOf("a.ts", text)).toEqual([
    { text: "/ said", line: 2 },
    { text: " more", line: 3 },
  ]);
});

it("finds an interface of powers or parts that does not say who makes it", () => {
  const one = "/** Made by Host. */\nexport interface OnePowers {}\n";
  const two = "/**\n * What it needs. Made\n * by Host.\n */\ninterface TwoParts {}\n";
  const three = "/** What it needs. */\nexport interface ThreePowers {}\n";
  const four = "type FourParts = object;\n";
  expect(makerFaults(new Map([["a.ts", one + two + three + four]]))).toEqual([
    'a.ts: ThreePowers does not say who makes it: "Made by …."',
    'a.ts: FourParts does not say who makes it: "Made by …."',
  ]);
});

it("finds a room without a README, and a file that none names", () => {
  const files = {
    "README.md": "`index.ts` and `errors.ts`",
    "index.ts": "",
    "errors.ts": "",
    "lower/README.md": "`one.ts`, `wide/`, two.ts and `other/three.ts`",
    "lower/one.ts": "",
    "lower/two.ts": "",
    "lower/wide/four.ts": "",
    "lower/deep/three.ts": "",
    "lower/generated/five.ts": "",
    "upper/inner/README.md": "`one.ts`",
    "upper/inner/one.ts": "",
  };
  expect(readmeFaults(new Map(Object.entries(files)), plan)).toEqual([
    "upper: a room without a README",
    "lower/two.ts: src/lower/README.md does not name it, or its folder",
    "lower/deep/three.ts: src/lower/README.md does not name it, or its folder",
  ]);
});
