// A worker that does not turn any more costs the guest that holds it, and nobody else.
import { describe, expect, it } from "vitest";
import { createHost, defineInterface, grantAll, type HostEvent } from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { scriptedGuest } from "../../../host/scripted-guest.ts";
import { honestNeighbours, welfare } from "../../../isolation/neighbours.ts";
import { manifestText } from "../../../manifest-text.ts";

const STANDS_STILL = JSON.stringify(`stand-still-60000${".".repeat(80)}`);

describe("a worker that does not turn", () => {
  it("is left by the others and ended, and its guest has crashed", async () => {
    const platform = browserPlatform({
      worker: (entry) => {
        const file = entry === "guest" ? "deadly-worker" : "ticker-worker";
        return new Worker(new URL(`./${file}.js`, location.href), { type: "module" });
      },
    });
    const threads = platform.threads;
    if (threads === undefined) throw new Error("no workers here");
    let answer = "1";
    await using host = createHost({
      platform: { ...platform, threads: { ...threads, size: 1 } },
      policy: grantAll([], "any"),
      interfaces: [
        defineInterface({
          name: "acme:test/script@1.0.0",
          functions: { step: { waits: true } },
          implement: () => ({ step: async () => answer }),
        }),
      ],
    });
    const events: HostEvent[] = [];
    host.on((event) => void events.push(event));
    const calls = await honestNeighbours(host, 3);
    const manifest = manifestText("test/rogue", { commands: [{ id: "rogue.run", title: "Run" }] });
    await host.install(await scriptedGuest("commands"), { manifest });
    expect(await host.execute("rogue.run")).toBe(1);
    answer = STANDS_STILL;
    await welfare(
      calls,
      () =>
        expect(host.execute("rogue.run", 0, { deadlineMs: 1_500 })).rejects.toMatchObject({
          code: "plugin-deadline",
        }),
      { expects: "failures" },
    );
    answer = "2";
    expect(await host.execute("rogue.run")).toBe(2);
    expect(host.plugin("test/rogue").crashes).toBe(1);
    for (const nth of [0, 1, 2]) {
      const { crashes, starts } = host.plugin(`test/honest${nth}`);
      expect(crashes).toBe(0);
      expect(starts).toBeLessThanOrEqual(3);
    }
    const held = events.find((event) => event.tag === "thread-held");
    expect(held?.suspects).toContain("test/rogue");
  });
});
