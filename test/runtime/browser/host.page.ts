import { describe, expect, it } from "vitest";
import { askingPolicy, createHost, grantAll, ringAudit } from "../../../src/index.ts";
import { browserPlatform } from "../../../src/platform/browser/index.ts";

const plugin = (name: string): URL => new URL(`/plugins-rs/${name}/${name}.wasm`, location.origin);

describe("a host in a page", () => {
  it("runs real Rust plugins", async () => {
    await using host = createHost({
      platform: browserPlatform(),
      policy: grantAll(["text"], "any"),
    });
    await host.install(plugin("word-count"));
    await host.install(plugin("markdown"));
    const counts = (await host.execute("word-count.count", { text: "one two three" })) as object;
    expect(counts).toMatchObject({ words: 3 });
    const { html } = (await host.execute("markdown.render", { text: "# Hi" })) as { html: string };
    expect(html).toContain("<h1");
  });

  it("edits a document and keeps notes", async () => {
    await using host = createHost({ platform: browserPlatform(), policy: grantAll(["kv"], "any") });
    await host.install(plugin("find-replace"));
    await host.install(plugin("notes"));
    const document = host.documents.open("file:///a.txt", "cat é cat", "plain");
    await host.execute(
      "find-replace.replace",
      { pattern: "cat", replacement: "dog" },
      { document },
    );
    expect(document.text).toBe("dog é dog");
    await host.execute("notes.add", { text: "remember" });
    const listed = await host.execute("notes.list");
    expect(JSON.stringify(listed)).toContain("remember");
  });

  it("has no processes, and runs no plugin elsewhere that is to run in one", async () => {
    await using host = createHost({
      platform: browserPlatform(),
      policy: grantAll([], "any"),
      isolation: ({ name }) => (name === "tenon/word-count" ? "process" : "thread"),
    });
    await expect(host.install(plugin("word-count"))).rejects.toMatchObject({
      code: "isolation-unavailable",
      plugin: "tenon/word-count",
    });
    await host.install(plugin("json-tools"));
    expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
    expect(host.plugins()).toHaveLength(1);
  });

  it("refuses what was not granted, and ends a plugin that crashes, while others go on", async () => {
    const audit = ringAudit();
    await using host = createHost({
      platform: browserPlatform(),
      policy: grantAll([], "any"),
      audit,
    });
    await host.install(plugin("hostile"));
    await host.install(plugin("json-tools"));
    const answer = (await host.execute("hostile.trespass")) as Record<string, string>;
    expect(new Set(Object.values(answer))).toEqual(new Set(["denied"]));
    for (const misdeed of ["trap", "recurse", "forged-handle"]) {
      await expect(host.execute(`hostile.${misdeed}`)).rejects.toMatchObject({
        code: "plugin-crashed",
      });
    }
    expect(audit.entries.some(({ decision }) => decision === "refused")).toBe(true);
    expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
  });

  it("lets a plugin wait for a person's click in the middle of a call", async () => {
    const clicked = async (): Promise<"no"> => {
      const button = document.querySelector("#go");
      document.title = "waiting for a click";
      await new Promise((resolve) => button?.addEventListener("click", resolve, { once: true }));
      document.title = "clicked";
      return "no";
    };
    await using host = createHost({
      platform: browserPlatform(),
      policy: askingPolicy(clicked),
    });
    await host.install(plugin("web-fetch"));
    const answer = await host.execute("web-fetch.fetch", { url: "https://example.com/" });
    expect(document.title).toBe("clicked");
    expect(answer).toMatchObject({ outcome: "refused" });
  });
});
