import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("highlight", await readSamples(folderOf("highlight")));

describe("highlight", () => {
  test("is ready before it is needed, where the application has time", async () => {
    await using host = await hostWith(["highlight"]);
    await host.dispatch("idle");
    expect(host.plugin("tenon/highlight").starts).toBe(1);
    await host.execute("highlight.languages", null);
    expect(host.plugin("tenon/highlight").starts).toBe(1);
  });

  test("paints with the person's theme", async () => {
    const settings = () => ({ theme: "InspiredGitHub" });
    await using host = await hostWith(["highlight"], { settings });
    const { html } = (await host.execute("highlight.html", { text: "x" })) as { html: string };
    expect(html).toContain("background:#ffffff");
  });

  test("says what to do when there is too much to answer", async () => {
    await using host = await hostWith(["highlight"]);
    const text = "let x = 1;\n".repeat(20_000);
    const painting = host.execute("highlight.ansi", { text, language: "js" });
    await expect(painting).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringContaining("fewer `lines`"),
    });
    const few = await host.execute("highlight.ansi", { text, language: "js", lines: 10 });
    expect((few as { ansi: string }).ansi.split("\n")).toHaveLength(11);
  });
});
