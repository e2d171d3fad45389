import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type * as Contract from "../../src/interfaces/generated/host/log.ts";
import { logCapability, logInterface, type LogRecord } from "../../src/interfaces/log.ts";
import { utf8Length } from "../../src/utf8.ts";
import { given, testCaller } from "./caller.ts";

let records: LogRecord[] = [];
let time = 0;
const log = { write: (record: LogRecord) => void records.push(record) };
const clock = { now: () => 1_000 + time, monotonic: () => time };
const open = (scope: unknown, plugin?: string, definition = logInterface({ log, clock })) =>
  given<typeof Contract>(definition, testCaller(plugin, scope));

beforeEach(() => {
  records = [];
  time = 0;
});

describe("log", () => {
  it("keeps what is at or above the granted level", () => {
    const { write, enabled } = open({ level: "info" });
    write("debug", "unseen", []);
    write("warn", "seen", [["key", "value"]]);
    expect(records).toEqual([
      {
        at: 1000,
        plugin: "acme/tester",
        level: "warn",
        message: "seen",
        fields: [["key", "value"]],
        dropped: 0,
      },
    ]);
    expect([enabled("debug"), enabled("info")]).toEqual([false, true]);
  });

  it("never fails a plugin without the grant, and writes nothing", () => {
    const definition = logInterface({ log, clock });
    const caller = testCaller("acme/quiet");
    const { write, enabled } = given<typeof Contract>(definition, caller);
    expect(write("error", "hello", [])).toBeUndefined();
    expect(enabled("error")).toBe(false);
    expect(definition.refuse?.("write", "no")).toEqual({ value: undefined });
    expect(definition.refuse?.("enabled", "no")).toEqual({ value: false });
    expect(records).toEqual([]);
    expect(caller.refusals).not.toEqual([]);
  });

  it("makes control, bidirectional and escape characters visible", () => {
    open({}).write("info", "a\u001b[2Jb\nc\u202ed\u0000", [["k\r", "\u200f"]]);
    expect(records[0]?.message).toBe("a\\u{1b}[2Jb\\nc\\u{202e}d\\u{0}");
    expect(records[0]?.fields).toEqual([["k\\r", "\\u{200f}"]]);
  });

  it("cuts messages at 4 KiB, fields at 1 KiB, and drops fields past 32", () => {
    const fields = Array.from({ length: 40 }, (_, i): [string, string] => [
      `${i}`,
      "é".repeat(9999),
    ]);
    open({}).write("info", "\u0007".repeat(9 << 20), fields);
    const [record] = records;
    expect(utf8Length(record!.message)).toBeLessThanOrEqual(4096);
    expect(utf8Length(record!.message)).toBeGreaterThan(4080);
    expect(record!.fields).toHaveLength(32);
    expect(record!.fields.every(([, value]) => utf8Length(value) === 1024)).toBe(true);
  });

  it("drops a flood past 256 KiB a second, counts it, and leaves others' allowance alone", () => {
    const definition = logInterface({ log, clock });
    const flood = open({}, "acme/flood", definition);
    for (let i = 0; i < 1000; i++) flood.write("info", "x".repeat(4096), []);
    const bytes = records.reduce((sum, { message }) => sum + message.length, 0);
    expect(bytes).toBeLessThanOrEqual(256 << 10);
    expect(bytes).toBeGreaterThan(240 << 10);
    // Another instance of the same plugin has no allowance of its own.
    open({}, "acme/flood", definition).write("info", "still too much".repeat(200), []);
    const kept = records.length;
    open({}, "acme/bystander", definition).write("info", "heard", []);
    expect(records.at(-1)).toMatchObject({ plugin: "acme/bystander", dropped: 0 });
    time = 1000;
    flood.write("info", "again", []);
    expect(records.at(-1)).toMatchObject({ message: "again", dropped: 1001 - kept });
  });

  it("counts empty records too", () => {
    const { write } = open({});
    for (let i = 0; i < 100_000; i++) write("info", "", []);
    expect(records.length).toBeLessThanOrEqual((256 << 10) / 64);
  });

  it("shows no record longer than the limits, whatever the text", () => {
    const { write } = open({});
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        time += 1000;
        write("info", text, [[text, text]]);
        const record = records.at(-1)!;
        expect(utf8Length(record.message)).toBeLessThanOrEqual(4096);
        expect(utf8Length(record.fields[0]![1])).toBeLessThanOrEqual(1024);
        expect(record.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  it("asks for the narrower of two levels", () => {
    expect(logCapability.intersect({ level: "debug" }, { level: "warn" })).toEqual({
      level: "warn",
    });
    expect(logCapability.describe({ level: "info" })).toBe("may write to the log (info and above)");
    expect(logCapability.scope.safeParse({ level: "loud" }).success).toBe(false);
  });
});
