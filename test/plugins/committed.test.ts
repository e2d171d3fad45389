import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { carriesManifest } from "../../scripts/plugins/component.ts";
import { compileSync } from "../../src/component/index.ts";
import { componentOf, folderOf, hostWith, manifestOf } from "./sample-plugins.ts";

const built = JSON.parse(await readFile(folderOf("built.json"), "utf8")) as Record<
  string,
  { readonly digest: string }
>;
const names = Object.keys(built);

describe("the sample plugins as they are committed", () => {
  test("are all in the record of what was built", async () => {
    const folders = await readdir(folderOf("."), { withFileTypes: true });
    const plugins = folders.filter(
      (each) => each.isDirectory() && existsSync(folderOf(`${each.name}/manifest.json`)),
    );
    expect(plugins.map(({ name }) => name).sort()).toEqual(names.toSorted());
  });

  test.for(names)("%s is what was built, and carries its manifest", async (name) => {
    const component = await componentOf(name);
    const digest = createHash("sha256").update(component).digest("hex");
    expect(built[name]?.digest).toBe(`sha256:${digest}`);
    expect(carriesManifest(component, await manifestOf(name))).toBe(true);
  });

  test("live together on one host, and nothing of them runs before it is needed", async () => {
    await using host = await hostWith(names);
    const plugins = host.plugins();
    expect(plugins.map(({ name }) => name).sort()).toEqual(
      names.map((name) => `tenon/${name}`).sort(),
    );
    expect(plugins.map(({ starts }) => starts)).toEqual(names.map(() => 0));
  });

  test.for(names)("%s says why it panics, and keeps the names of its functions", async (name) => {
    const component = compileSync(new Uint8Array(await componentOf(name)));
    expect(component.imports.map(({ name: imported }) => imported)).toContain(
      "tenon:plugin/log@0.1.0",
    );
    const text = new TextDecoder("latin1").decode(await componentOf(name));
    expect(text).toContain("panicking");
    expect(text).toContain(`_ZN${name.length}${name.replaceAll("-", "_")}`);
  });

  test.for(names)("%s asks for nothing that its code does not use", async (name) => {
    await using host = await hostWith([name]);
    const asked = host.plugin(`tenon/${name}`).standing.map(({ capability }) => capability);
    const text = new TextDecoder("latin1").decode(await componentOf(name));
    const unused = asked.filter((capability) => !text.includes(`tenon:plugin/${capability}@`));
    expect(unused).toEqual([]);
  });
});
