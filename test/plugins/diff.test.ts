import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("diff", await readSamples(folderOf("diff")));

describe("diff", () => {
  test("asks for nothing and is refused nothing", async () => {
    await using host = await hostWith(["diff"]);
    const document = host.documents.open("file:///b", "2");
    await host.execute("diff.unified", { before: "1" }, { document });
    expect(host.plugin("tenon/diff")).toMatchObject({ standing: [], refusals: 0 });
  });

  test("compares long texts within its deadline", async () => {
    await using host = await hostWith(["diff"]);
    const numbered = (step: number): string =>
      Array.from({ length: 10_000 }, (_, n) => `${n * step}\n`).join("");
    const input = { before: numbered(1), after: numbered(2), context: 0 };
    expect(await host.execute("diff.unified", input)).toMatchObject({
      added: 5_000,
      removed: 5_000,
    });
  });
});
