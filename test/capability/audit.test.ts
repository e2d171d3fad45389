import { describe, expect, test } from "vitest";
import { ringAudit, teeAudit, type AuditEntry } from "../../src/capability/audit.ts";
import { jsonLinesAudit } from "../../src/capability/json-lines-audit.ts";

const entry = (at: number): AuditEntry => ({
  at,
  plugin: "acme/reader",
  operation: "install",
  decision: "refused",
  reason: "line\nbreak",
});

describe("in memory", () => {
  test("the latest entries stay, oldest first", () => {
    const ring = ringAudit(3);
    const seen = [];
    for (let at = 1; at <= 7; at++) {
      ring.write(entry(at));
      seen.push(ring.entries.map((one) => one.at).join());
    }
    expect(seen).toEqual(["1", "1,2", "1,2,3", "2,3,4", "3,4,5", "4,5,6", "5,6,7"]);
  });
});

describe("as JSON lines", () => {
  test("one line an entry, in order, while appends are slow", async () => {
    let file = "";
    let appends = 0;
    const trail = jsonLinesAudit(async (lines) => {
      appends += 1;
      await new Promise((resolve) => setImmediate(resolve));
      file += lines;
    });
    for (let at = 0; at < 500; at++) {
      trail.write(entry(at));
      if (at % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await trail.flush();
    const lines = file.trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).at)).toEqual(
      Array.from({ length: 500 }, (_, at) => new Date(at).toISOString()),
    );
    expect(appends).toBeLessThan(20);
  });

  test("a disk that cannot keep up costs entries, not memory, and a line counts them", async () => {
    let file = "";
    const trail = jsonLinesAudit(async (lines) => void (file += lines), { maxWaiting: 10 });
    for (let at = 0; at < 100; at++) trail.write(entry(at));
    await trail.flush();
    const lines = file.trimEnd().split("\n");
    expect(lines).toHaveLength(11);
    expect(JSON.parse(lines[10]!)).toEqual({ leftOut: 90 });
  });

  test("an entry with a value that JSON has not is written all the same", async () => {
    let file = "";
    const trail = jsonLinesAudit(async (lines) => void (file += lines));
    trail.write({ ...entry(1), scope: { bytes: 1n } });
    trail.write(entry(2));
    await trail.flush();
    expect(file.split("\n")[0]).toContain('"scope":{"bytes":"1"}');
    expect(file.split("\n")).toHaveLength(3);
  });

  test("a failed append is told once, with how much is missing, and later entries are written", async () => {
    let file = "";
    let full = true;
    const trail = jsonLinesAudit(async (lines) => {
      if (full) throw new Error("ENOSPC");
      file += lines;
    });
    trail.write(entry(1));
    trail.write(entry(2));
    await expect(trail.flush()).rejects.toMatchObject({
      code: "audit-unwritable",
      data: { entries: 2 },
    });
    full = false;
    trail.write(entry(3));
    await trail.flush();
    // The file itself says what is missing.
    const lines = file.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{}, { leftOut: 2 }]);
  });
});

test("a tee writes to all, and the failure of one is not hidden by the others", async () => {
  const ring = ringAudit();
  const failing = jsonLinesAudit(() => Promise.reject(new Error("EROFS")));
  const tee = teeAudit(ring, failing, ring);
  tee.write(entry(1));
  await expect(tee.flush()).rejects.toMatchObject({ code: "audit-unwritable" });
  expect(ring.entries).toHaveLength(2);
});
