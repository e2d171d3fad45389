import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("upper", await readSamples(folderOf("upper")));

describe("upper", () => {
  test("asks for nothing and is refused nothing", async () => {
    await using host = await hostWith(["upper"]);
    const document = host.documents.open("file:///b", "two");
    await host.execute("upper.run", null, { document });
    const { standing, refusals } = host.plugin("tenon/upper");
    expect(standing).toEqual([]);
    expect(refusals).toBe(0);
    expect(document.text).toBe("TWO");
  });
});
