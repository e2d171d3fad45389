// The measure of a neighbour's welfare sees what it is there to see.
import { expect, onTestFinished, test } from "vitest";
import { createHost } from "../../src/host/host.ts";
import { grantAll, type Host } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";

function calmHost(): Host {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

const later = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

test("in calm all is well", async () => {
  const calls = await honestNeighbours(calmHost(), 3);
  const { value, calm, during } = await welfare(calls, async () => {
    await later(200);
    return "done";
  });
  expect(value).toBe("done");
  expect(calm.calls).toBeGreaterThanOrEqual(100);
  expect(during.calls).toBeGreaterThanOrEqual(100);
});

test("one honest call of many that fails is seen", async () => {
  const host = calmHost();
  const calls = await honestNeighbours(host, 3);
  const misdeed = async (): Promise<void> => {
    await host.disable("test/honest1");
    await host.enable("test/honest1");
  };
  await expect(welfare(calls, misdeed)).rejects.toThrow(/toEqual|deeply equal/);
});

test("a host whose event loop is held is seen", async () => {
  const calls = await honestNeighbours(calmHost(), 2);
  const misdeed = async (): Promise<void> => {
    await later(20);
    const until = performance.now() + 300;
    while (performance.now() < until);
  };
  await expect(welfare(calls, misdeed)).rejects.toThrow("heldMs");
});

test("honest calls that take longer are seen", async () => {
  let slow = false;
  const call = (): Promise<void> => later(slow ? 60 : 1);
  const misdeed = async (): Promise<void> => {
    slow = true;
    await later(500);
    slow = false;
  };
  await expect(welfare([call, call], misdeed)).rejects.toThrow("p99");
});
