import { expect, onTestFinished, test } from "vitest";
import { createHost, grantAll, type Host, TenonError } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { honestNeighbours } from "../isolation/neighbours.ts";
import { manifestText } from "../manifest-text.ts";
import { rustComponent } from "../plugin/samples.ts";
import { capsOfCostly, costlyPackages } from "./costly-packages.ts";

const KiB = 1024;
const manifest = manifestText("test/costly");

function quietHost(): Host {
  const host = createHost({ platform: nodePlatform(), policy: grantAll([], "any") });
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

// The refusal, which carries little; undefined where it was installed.
async function refused(host: Host, bytes: Uint8Array): Promise<TenonError | undefined> {
  try {
    await host.install(bytes, { manifest, replace: "any" });
    return undefined;
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    expect(error.message.length).toBeLessThanOrEqual(4_200);
    expect(JSON.stringify(error.data).length).toBeLessThanOrEqual(64 * KiB);
    expect(error.cause === undefined || error.cause instanceof TenonError).toBe(true);
    return error;
  }
}

// Milliseconds of work for which the host's thread may not turn to anything else.
const HELD_MS = 50;

// The most that the thread worked between two turns of its event loop, in milliseconds of its processor:
// what other processes of the machine take from it is not its doing.
async function busiestTurn(work: () => Promise<unknown>): Promise<number> {
  let [working, most, last] = [true, 0, processorMs()];
  const turning = (async () => {
    while (working) {
      await new Promise((resolve) => void setImmediate(resolve));
      const now = processorMs();
      most = Math.max(most, now - last);
      last = now;
    }
  })();
  await work();
  working = false;
  await turning;
  return most;
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

test("the measure sees work that holds the thread", async () => {
  const spin = async (): Promise<void> => {
    const until = processorMs() + 2 * HELD_MS;
    while (processorMs() < until);
  };
  expect(await busiestTurn(spin)).toBeGreaterThan(HELD_MS);
});

// Installs while an honest plugin is called, which must answer.
async function busiestBeside(host: Host, install: () => Promise<unknown>): Promise<number> {
  const [call] = await honestNeighbours(host, 1);
  const most = await busiestTurn(() => Promise.all([install(), call!(), call!()]));
  await call!();
  return most;
}

test.each(Object.entries(costlyPackages))(
  "%s: installing it holds nobody up, and a bystander answers",
  async (name, make) => {
    const host = quietHost();
    const bytes = await make();
    let error: TenonError | undefined;
    const install = async (): Promise<void> => void (error = await refused(host, bytes));
    expect(await busiestBeside(host, install)).toBeLessThanOrEqual(HELD_MS);
    const cap = capsOfCostly[name];
    if (cap !== undefined) expect(error?.data["limit"]).toBe(cap);
  },
);

test("many packages that are installed at once hold nobody up together", async () => {
  const host = quietHost();
  const bytes = [
    await costlyPackages["instance types that double"]!(),
    await costlyPackages["160 modules of 65,536 functions"]!(),
    await costlyPackages["exports that double and pass"]!(),
    rustComponent("highlight"),
  ];
  const install = (): Promise<unknown> =>
    Promise.all(Array.from({ length: 24 }, (_, nth) => refused(host, bytes[nth % 4]!)));
  expect(await busiestBeside(host, install)).toBeLessThanOrEqual(HELD_MS);
});

test.each(["16 MB of code", "60 MB of data", "160 modules of 65,536 functions"])(
  "%s: starting it for the first time holds nobody up",
  async (name) => {
    const host = quietHost();
    await host.install(await costlyPackages[name]!(), { manifest });
    // One may take longer to compile than it may, which is nobody else's concern.
    const start = async (): Promise<void> => {
      const error: unknown = await host.exportsOf("test/costly").then(
        () => undefined,
        (error: unknown) => error,
      );
      if (error !== undefined) expect(error).toMatchObject({ code: "plugin-activation" });
    };
    expect(await busiestBeside(host, start)).toBeLessThanOrEqual(HELD_MS);
  },
);
