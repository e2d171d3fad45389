import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readSamples } from "../../scripts/plugins/samples.ts";
import { folderOf, hostWith, sampleTests, watchingPerson } from "./sample-plugins.ts";

sampleTests("workspace-stats", await readSamples(folderOf("workspace-stats")));

describe("workspace-stats", () => {
  let workspace: string;
  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), "tenon-stats-"));
    await mkdir(join(workspace, "deep"));
    for (let n = 0; n < 1_200; n++) await writeFile(join(workspace, "deep", `${n}.rs`), "a\nb\n");
    // More than it reads at once.
    await writeFile(join(workspace, "long.txt"), "line\n".repeat(100_000));
  });
  afterAll(() => rm(workspace, { recursive: true, force: true }));

  test("counts more files than a page has, and one that is longer than a piece", async () => {
    await using host = await hostWith(["workspace-stats"], {
      platform: { workspace },
      grants: ["workspace"],
    });
    expect(await host.execute("workspace-stats.count")).toMatchObject({
      complete: true,
      tally: { total: { files: 1_201, lines: 102_400, bytes: 504_800 } },
    });
  });

  test("stops when the person calls it off, and takes its progress off the screen", async () => {
    const { ui, shown } = watchingPerson({ patience: 3 });
    await using host = await hostWith(["workspace-stats"], {
      platform: { workspace, ui },
      grants: ["workspace", "ui"],
    });
    const counting = host.execute("workspace-stats.count");
    await expect(counting).rejects.toMatchObject({ code: "command-cancelled" });
    expect(shown).toEqual([]);
  });

  test("says which part of the input leads nowhere", async () => {
    await using host = await hostWith(["workspace-stats"], {
      platform: { workspace },
      grants: ["workspace"],
    });
    for (const [input, path] of [
      [{ path: "../.." }, "/path"],
      [{ path: "missing" }, "/path"],
      [{ path: "long.txt" }, "/path"],
      [{ glob: "a**" }, "/glob"],
    ] as const) {
      await expect(host.execute("workspace-stats.count", input)).rejects.toMatchObject({
        code: "command-input",
        data: { problems: [{ path }] },
      });
    }
  });

  test("fails in words without the grant", async () => {
    await using host = await hostWith(["workspace-stats"], { platform: { workspace } });
    const counting = host.execute("workspace-stats.count");
    await expect(counting).rejects.toMatchObject({ code: "command-failed" });
  });
});
