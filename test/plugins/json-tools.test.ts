import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("json-tools", await readSamples(folderOf("json-tools")));

describe("json-tools", () => {
  test("marks what is wrong in a document, until it is right", async () => {
    await using host = await hostWith(["json-tools"]);
    const document = host.documents.open("file:///a.json", '{"é": 1,}', "json");
    await host.execute("json-tools.check", undefined, { document });
    expect(document.marks()).toMatchObject([
      { plugin: "tenon/json-tools", layer: "json", marks: [{ start: 9, end: 10, kind: "syntax" }] },
    ]);
    document.edit([{ start: 7, end: 8, insert: "" }]);
    await host.execute("json-tools.check", undefined, { document });
    expect(document.marks()).toEqual([]);
  });

  test("touches only what differs", async () => {
    await using host = await hostWith(["json-tools"]);
    const edits: unknown[] = [];
    host.documents.on((event) => {
      if (event.tag === "changed") edits.push(...event.edits);
    });
    const document = host.documents.open("file:///a.json", '{\n  "a": 1,\n  "b":2\n}\n', "json");
    await host.execute("json-tools.format", undefined, { document });
    expect(edits).toEqual([{ start: 18, end: 18, insert: " " }]);
  });
});
