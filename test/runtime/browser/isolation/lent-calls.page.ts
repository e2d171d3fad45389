import { expect, it } from "vitest";
import { createHost, defineInterface, grantAll } from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { type Borrower, borrower } from "../../../isolation/borrower.ts";
import { manifestText } from "../../../manifest-text.ts";

const manifest = manifestText("test/borrower", {
  capabilities: { log: { reason: "To say what it does." } },
});

it("a worker of a page that shares memory answers by itself what it is lent; the others ask", async () => {
  const platform = browserPlatform();
  let asked = 0;
  const messages: string[] = [];
  const time = defineInterface({
    name: "acme:test/time@1.0.0",
    functions: { "monotonic-us": { local: true } },
    local: { tag: "clock", clock: platform.clock },
    implement: () => ({
      monotonicUs: () => {
        asked++;
        return BigInt(Math.floor((platform.clock.monotonic() * 1000) / 100) * 100);
      },
    }),
  });
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: () => ({ step: () => undefined }),
  });
  await using host = createHost({
    platform,
    policy: grantAll(["log"], "any"),
    interfaces: [time, script],
    limits: { logBytesPerSecond: 1e9 },
  });
  host.on((event) => void (event.tag === "log" && messages.push(event.record.message)));
  await host.install(await borrower(), { manifest });
  const plugin = await host.exportsOf<Borrower>("test/borrower");
  // A millisecond's difference between the clocks of page and worker is nothing that a plugin could
  // make anything of.
  const before = BigInt(Math.floor(performance.now() * 1000)) - 1_000n;
  await plugin.uptime();
  const us = await plugin.uptime();
  const after = BigInt(Math.ceil(performance.now() * 1000)) + 1_000n;
  expect(us >= before && us <= after).toBe(true);
  await plugin.ticks(2_000);
  if (crossOriginIsolated) expect(asked).toBeLessThan(3);
  else expect(asked).toBe(2_000);
  expect(await plugin.draw(65_536)).toBe(65_536);
  expect(await plugin.draw(8)).toBe(8);
  expect(await plugin.draw(65_537)).toBe(2 ** 32 - 1);
  await plugin.write(3_000, 0);
  expect(messages).toHaveLength(3_000);
  expect(host.usage("test/borrower").hostCalls).toBe(2 + 2_001 + 3 + 3_000);
});
