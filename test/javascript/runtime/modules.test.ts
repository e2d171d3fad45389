import { describe, expect, it } from "vitest";

import { filesOf, thrown, value, World } from "./realms.ts";

describe("modules", () => {
  it("are found beside the file that imports them, and by their names", async () => {
    const world = new World();
    using realm = await world.start();
    const files = filesOf({
      "src/main.js": `import { a } from "./lib/a.js"; import { kv } from "tenon:plugin/kv";
        export const commands = { "shout.run": () => [a, kv] }; export { a };`,
      "src/lib/a.js": `import { b } from "../b.js"; export const a = "a" + b;`,
      "src/b.js": `export const b = "b";`,
      "tenon:plugin/kv": `export const kv = "kv";`,
    });
    expect(await value(() => realm.load(files, "src/main.js"))).toEqual({
      a: "string",
      commands: { "shout.run": "function" },
    });
    expect(await value(() => realm.enter(["commands", "shout.run"], []))).toEqual(["ab", "kv"]);
  });

  it("that wait at their top level, and import each other in a circle, are loaded", async () => {
    const files = {
      "a.js": `import { b } from "./b.js"; await null; export const a = () => b;`,
      "b.js": `import { a } from "./a.js"; export const b = 1; export { a };`,
    };
    expect(await new World().load(files, "a.js")).toEqual({ a: "function" });
  });

  it("are imported at any time, and know their name", async () => {
    const files = {
      "a.js": `const { name } = await import("./b.js"); export { name };`,
      "b.js": "export const name = import.meta.url;",
    };
    expect(await new World().load(files, "a.js")).toEqual({ name: "string" });
  });

  it.each([
    [
      "that are not there",
      { "a.js": 'import "./b.js"' },
      "ReferenceError",
      "./b.js, imported by a.js",
    ],
    ["with an error of syntax", { "a.js": "\nexport const = 1" }, "SyntaxError", "a.js:2:14"],
    ["that throw", { "a.js": "throw new RangeError('no')" }, "RangeError", "a.js:1:"],
    [
      "that lack an export",
      { "a.js": 'import { c } from "./b.js"', "b.js": "" },
      "SyntaxError",
      "'c'",
    ],
  ])("%s are refused", async (_, files, name, said) => {
    const error = await thrown(new World().load(files, "a.js"));
    expect(error.name).toBe(name);
    expect(`${error.message}\n${error.stack}`).toContain(said);
  });

  it("of an author's can't import what is the runtime's own", async () => {
    for (const name of ["a.js", "./x/a.js", "Tenon:a", "a:/b", "file:///tenon:a"]) {
      const error = await thrown(new World().load({ [name]: 'import "tenon:internal"' }, name));
      expect(error.message).toContain("There is no module tenon:internal");
    }
    const error = await thrown(new World().evaluate('await import("tenon:internal")'));
    expect(error.message).toContain("There is no module tenon:internal");
  });
});

describe("what a module exports", () => {
  it("is called with its this, and own properties only", async () => {
    const world = new World();
    using realm = await world.start();
    const source = `export const counter = { count: 1, more(by) { this.count += by; return this.count } };
      export function self() { return this === undefined }
      export let nothing;
      export default () => "default";`;
    await realm.load(filesOf({ "a.js": source }), "a.js");
    const enter = (path: string[], args: unknown[] = []): Promise<unknown> =>
      value(() => realm.enter(path, args));
    expect(await enter(["counter", "more"], [4])).toBe(5);
    expect(await enter(["self"])).toBe(true);
    expect(await enter(["default"])).toBe("default");
    for (const path of [
      ["counter", "toString"],
      ["counter", "__proto__", "toString"],
      ["constructor"],
      ["nothing", "x"],
      ["nothing"],
      ["counter"],
      ["missing"],
    ]) {
      expect((await thrown(enter(path))).name).toBe("TypeError");
    }
  });
});
