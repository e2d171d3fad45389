import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type PolicyRequest, rememberedPolicy } from "../../src/index.ts";
import { grantFile } from "../../src/platform/node/index.ts";
import { grantStoreConformance, request } from "../conformance/grant-store.ts";

grantStoreConformance("a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-grants-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { open: () => grantFile(join(folder, "grants.json")) };
});

test("hosts that remember in one file at the same time keep what each of them was told", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "tenon-grants-")), "grants.json");
  onTestFinished(() => rmSync(dirname(path), { recursive: true, force: true }));
  const clock = { now: () => 1_000 };
  const always = { decide: () => ({ tag: "allow", lasts: "always" }) as const };
  const asked = (plugin: string): PolicyRequest => ({ ...request("http"), plugin });
  await rememberedPolicy(grantFile(path), always, clock).decide(asked("acme/gone"));
  const plugins = Array.from({ length: 12 }, (_, i) => `acme/p${i}`);
  const [forgetting] = await Promise.all([
    rememberedPolicy(grantFile(path), always, clock).forget("acme/gone"),
    ...plugins.map((plugin) =>
      rememberedPolicy(grantFile(path), always, clock).decide(asked(plugin)),
    ),
  ]);
  expect(forgetting).toBeUndefined();
  const kept = await rememberedPolicy(grantFile(path), always, clock).list();
  expect(kept.map(({ plugin }) => plugin).toSorted()).toEqual(plugins.toSorted());
});
