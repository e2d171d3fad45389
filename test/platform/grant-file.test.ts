import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { grantFile } from "../../src/platform/node/index.ts";
import { grantStoreConformance } from "../conformance/grant-store.ts";

grantStoreConformance("a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-grants-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { open: () => grantFile(join(folder, "grants.json")) };
});
