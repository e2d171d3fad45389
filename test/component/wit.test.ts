import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileSync } from "../../src/component/index.ts";
import { dummyComponent, everything, fromText, interfaces, referenceWit } from "./guest.ts";

// The statements of a WIT text, in an order that does not depend on the printer's.
function statements(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .flatMap((line) => {
      const use = /^use (.*)\.\{(.*)\};$/.exec(line);
      return use === null ? [line] : use[2]!.split(", ").map((name) => `use ${use[1]}.{${name}};`);
    })
    .sort();
}

// The world, and the interfaces behind it in their packages.
function parts(text: string): readonly [world: string, packages: string] {
  const at = text.search(/^package .* \{$/m);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

async function printsAsTheReference(component: Uint8Array): Promise<void> {
  const [world] = parts(compileSync(component as BufferSource).toWit());
  expect(statements(world)).toEqual(statements(await referenceWit(component)));
}

describe("a component's world", () => {
  it("is printed as the reference tool prints it", async () => {
    await printsAsTheReference(await dummyComponent(everything, "everything"));
  });

  it("comes with the interfaces that it was made from", async () => {
    const component = await dummyComponent(everything, "everything");
    const [, packages] = parts(compileSync(component as BufferSource).toWit());
    expect(statements(packages)).toEqual(statements(`package acme:all@1.2.3 {${interfaces}}`));
  });

  it("of a plugin is printed as the reference tool prints it", async () => {
    // The package's interfaces, and a world of all of them.
    const files = globSync("wit/*.wit").map((file) => readFileSync(file, "utf8"));
    const contract = files.map((text) => text.replace(/^package .*;$/m, "")).join("\n");
    const names = [...contract.matchAll(/^interface ([a-z-]+)/gm)].map(([, name]) => name);
    const world = `world all-of-it { ${names.map((name) => `import ${name};`).join(" ")} }`;
    const wit = `package tenon:plugin@0.1.0;\n${contract}\n${world}`;
    expect(names.length).toBeGreaterThan(5);
    await printsAsTheReference(await dummyComponent(wit, "all-of-it"));
  });

  it("can be read back into the same world", async () => {
    const first = await dummyComponent(everything, "everything");
    const text = compileSync(first as BufferSource).toWit();
    const again = compileSync((await dummyComponent(text, "root")) as BufferSource);
    expect(statements(again.toWit())).toEqual(statements(text));
  });

  it("says in comments what WIT has no words for", async () => {
    const component = await fromText(`(component
      (import "c" (component)) (import "m" (core module)) (import "f" (func (param "x" u8))))`);
    expect(compileSync(component as BufferSource).toWit()).toBe(
      [
        "package root:component;",
        "",
        "world root {",
        "  // import c: component",
        "  // import m: module",
        "  import f: func(x: u8);",
        "}",
        "",
      ].join("\n"),
    );
  });
});
