// What the error of a plugin's crash says: its words before, the functions that it was in, and what it
// had been given. All of it is the plugin's, so all of it is bounded and visible.
import { parse } from "@bytecodealliance/jco-transpile/wasm-tools";
import { describe, expect, test } from "vitest";
import {
  createHost,
  type CrashFacts,
  grantAll,
  type HostOptions,
  ringAudit,
  TenonError,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { isHarmless } from "../../src/visible-text.ts";
import { failure } from "../conformance/engine-expect.ts";
import { manifestText } from "../manifest-text.ts";
import { componentOf } from "../plugins/sample-plugins.ts";

describe.each(["caller", "thread"] as const)("of a plugin (%s)", (level) => {
  const hostOf = (options: Partial<HostOptions> = {}) =>
    createHost({
      platform: nodePlatform(),
      policy: grantAll([], "any"),
      isolation: () => level,
      ...options,
    });

  test("a panic says why and where, in the error, its cause and the audit trail", async () => {
    const audit = ringAudit();
    await using host = hostOf({ audit });
    await host.install(await componentOf("hostile"));
    await host.install(await componentOf("json-tools"));
    const error = await failure("plugin-crashed", () =>
      host.execute("hostile.panic", { kind: "no" }),
    );
    expect(error).toMatchObject({ plugin: "tenon/hostile", operation: "command:hostile.panic" });
    const { kind, said, stack, arguments: passed } = error.data as CrashFacts;
    expect(kind).toBe("unreachable");
    expect(said).toMatch(/^panicked at hostile\/src\/lib\.rs:\d+:\d+:\non purpose$/u);
    expect(error.message).toContain("on purpose");
    expect(stack!.some((name) => name.includes("panicking::panic"))).toBe(true);
    expect(stack!.some((name) => name.endsWith("commands@0.1.0#run"))).toBe(true);
    expect(passed).toEqual([
      "record { id: string of 13 bytes, input: string of 13 bytes, document: none }",
    ]);
    const entry = audit.entries.find(({ decision }) => decision === "crashed")!;
    expect(entry).toMatchObject({ operation: "command:hostile.panic" });
    expect(entry.crash).toEqual({ kind, said, stack, arguments: passed });
    expect(await host.execute("json-tools.minify", { text: "[ 1 ]" })).toEqual({ text: "[1]" });
  });

  test("a start that traps says it, too", async () => {
    await using host = hostOf({ settings: () => ({ activate: "trap" }) });
    await host.install(await componentOf("hostile"));
    const error = await failure("plugin-activation", () => host.execute("hostile.behave"));
    const { stack, arguments: passed } = error.data as CrashFacts;
    expect(error.data["reason"]).toBe("plugin-crashed");
    expect(stack!.some((name) => name.includes("hostile"))).toBe(true);
    expect(passed![0]).toMatch(/^record \{ plugin: string of 13 bytes, /u);
  });

  test("what it said and what its functions are called is bounded and visible", async () => {
    const name = "\u200d".repeat(100) + "n".repeat(4_000);
    const audit = ringAudit();
    await using host = hostOf({ audit });
    await host.install(await talker(name, "\u001b[2J\u202e\n".repeat(400)), {
      manifest: manifestText("test/a"),
    });
    const exports = await host.exportsOf<{ go(text: string): unknown }>("test/a");
    const error = await failure("plugin-crashed", async () => exports.go("a secret"));
    const { said, stack, arguments: passed } = error.data as CrashFacts;
    expect(said!.length).toBeLessThanOrEqual(4_096);
    expect(said!.split("\n").every(isHarmless)).toBe(true);
    expect(said).toMatch(/\\u\{202e\}\n?$/u);
    expect(stack!.every((each) => each.length <= 200 && isHarmless(each))).toBe(true);
    expect(passed).toEqual(["string of 8 bytes"]);
    expect(JSON.stringify([error.data, error.message, audit.entries])).not.toContain("a secret");
    expect(JSON.stringify(error.data).length).toBeLessThan(65_536);
  });

  test("functions without harmless names are told by their index", async () => {
    await using host = hostOf();
    await host.install(await talker("\u202ename", "x"), { manifest: manifestText("test/a") });
    const exports = await host.exportsOf<{ go(text: string): unknown }>("test/a");
    const error = await failure("plugin-crashed", async () => exports.go(""));
    expect((error.data as CrashFacts).stack![0]).toBe("wasm-function[1]");
    expect(error.cause).toBeDefined();
  });

  test("a plugin that may not log has its words told all the same, and nothing is written", async () => {
    await using host = hostOf();
    const lines: unknown[] = [];
    host.on((event) => void (event.tag === "log" && lines.push(event)));
    await host.install(await talker("f", "why"), { manifest: manifestText("test/a") });
    const exports = await host.exportsOf<{ go(text: string): unknown }>("test/a");
    const error = await failure("plugin-crashed", async () => exports.go(""));
    expect((error.data as CrashFacts).said).toBe("why");
    expect(lines).toEqual([]);
    expect(error).toBeInstanceOf(TenonError);
  });
});

/** Logs a text, and traps in a function that is called `name`. */
function talker(name: string, said: string): Promise<Uint8Array> {
  const text = [...new TextEncoder().encode(said)]
    .map((byte) => `\\${byte.toString(16).padStart(2, "0")}`)
    .join("");
  const length = new TextEncoder().encode(said).length;
  return parse(`(component
    (import "tenon:plugin/log@0.1.0" (instance $log
      (type $l (enum "trace" "debug" "info" "warn" "error"))
      (export "level" (type $level (eq $l)))
      (export "write" (func (param "level" $level) (param "message" string)
        (param "fields" (list (tuple string string)))))))
    (core module $Libc (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 32768)))
    (core instance $libc (instantiate $Libc))
    (alias core export $libc "memory" (core memory $memory))
    (alias core export $libc "realloc" (core func $realloc))
    (core func $write (canon lower (func $log "write") (memory $memory)))
    (core module $m
      (import "" "write" (func $write (param i32 i32 i32 i32 i32)))
      (import "libc" "memory" (memory 1))
      (data (i32.const 1024) "${text}")
      (func (@name "${name.replace(/[^a-z]/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`)}") (export "go") (param i32 i32)
        (call $write (i32.const 4) (i32.const 1024) (i32.const ${length}) (i32.const 0) (i32.const 0))
        unreachable))
    (core instance $i (instantiate $m
      (with "" (instance (export "write" (func $write)))) (with "libc" (instance $libc))))
    (func (export "go") (param "text" string)
      (canon lift (core func $i "go") (memory $memory) (realloc $realloc))))`);
}
