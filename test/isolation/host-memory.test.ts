import { describe, expect, onTestFinished, test } from "vitest";
import { defineInterface, grantAll, type Host, TenonError } from "../../src/index.ts";
import { createHost } from "../../src/host/host.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

const LONG = "x".repeat(40_000);

// From now on until the test ends, the host finds no memory for a buffer of so many bytes. Answers
// how often it looked for some.
function exhausted(bytes: number): () => number {
  let refused = 0;
  const real = globalThis.Uint8Array;
  const scarce = new Proxy(real, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === "number" && args[0] >= bytes) {
        refused++;
        throw new RangeError("Array buffer allocation failed");
      }
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  globalThis.Uint8Array = scarce;
  onTestFinished(() => {
    globalThis.Uint8Array = real;
  });
  return () => refused;
}

describe.each(["caller", "thread"] as const)("a host of plugins (%s)", (level) => {
  async function start(): Promise<Host> {
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      implement: () => ({
        step: (_: string, detail: string) =>
          detail === '"long"' ? JSON.stringify(LONG) : '"fine"',
      }),
    });
    const host = createHost({
      platform: nodePlatform(),
      policy: grantAll([], "any"),
      interfaces: [script],
      isolation: () => level,
    });
    onTestFinished(() => host[Symbol.asyncDispose]());
    const guest = await scriptedGuest("commands");
    for (const name of ["a", "bystander"]) {
      await host.install(guest, { manifest: manifestOf(name) });
      expect(await host.execute(`${name}.run`, 1)).toBe("fine");
    }
    return host;
  }

  // The answer, or a TenonError.
  async function outcome(call: Promise<unknown>): Promise<unknown> {
    try {
      return await call;
    } catch (error) {
      expect(error).toBeInstanceOf(TenonError);
      return (error as TenonError).code;
    }
  }

  test.each([
    ["an argument", LONG, "fine"],
    ["an answer of its own", "long", LONG],
  ])("that finds no memory for %s answers the caller, and others", async (_, input, answer) => {
    const host = await start();
    const refused = exhausted(30_000);
    const calls = [host.execute("a.run", input), host.execute("bystander.run", 1)] as const;
    const came = await outcome(calls[0]);
    if (refused() === 0) expect(came).toBe(answer);
    else
      expect(["plugin-crashed", "isolate-failed", "limit-instances", "interface-failed"]).toContain(
        came,
      );
    expect(await calls[1]).toBe("fine");
    expect(await host.execute("bystander.run", 1)).toBe("fine");
    if (level === "thread") expect(refused()).toBeGreaterThan(0);
  });
});

function manifestOf(name: string): string {
  return manifestText(`test/${name}`, {
    stateless: true,
    commands: [{ id: `${name}.run`, title: "Run" }],
  });
}
