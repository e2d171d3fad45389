import { describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests } from "./sample-plugins.ts";

sampleTests("markdown", await readSamples(folderOf("markdown")));

describe("markdown", () => {
  test("starts when a Markdown document is opened, and not before", async () => {
    await using host = await hostWith(["markdown"]);
    await host.dispatch("language:rust");
    expect(host.plugin("tenon/markdown").starts).toBe(0);
    await host.dispatch("language:markdown");
    expect(host.plugin("tenon/markdown").starts).toBe(1);
  });

  test("follows the person's setting as it is now", async () => {
    let rawHtml = "keep";
    await using host = await hostWith(["markdown"], { settings: () => ({ rawHtml }) });
    const input = { text: "<i>x</i>" };
    expect(await host.execute("markdown.render", input)).toMatchObject({
      html: "<p><i>x</i></p>\n",
    });
    rawHtml = "drop";
    expect(await host.execute("markdown.render", input)).toMatchObject({ html: "<p>x</p>\n" });
  });
});
