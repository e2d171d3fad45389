import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll } from "vitest";
import type { WrittenComponent } from "../../src/component/aot/runtime.ts";
import { buildSite } from "../runtime/browser/site/build.ts";
import { describeSite } from "../runtime/browser/site/suite.ts";

// The very files that a page is given: see test/runtime/browser/site.
const folder = mkdtempSync(join(tmpdir(), "tenon-site-"));
beforeAll(() => buildSite(folder), 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

for (const kind of ["written", "bundled"]) {
  describeSite(`components written beforehand, ${kind}`, async (name) => {
    const file = join(folder, kind, name, "index.js");
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as WrittenComponent;
  });
}
