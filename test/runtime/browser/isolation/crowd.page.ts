// More plugins than a page has addresses for memories.
import { expect, it } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  type HostEvent,
} from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { scriptedGuest } from "../../../host/scripted-guest.ts";
import { manifestText } from "../../../manifest-text.ts";

const CROWD = 200;

const script = defineInterface({
  name: "acme:test/script@1.0.0",
  implement: () => ({ step: (_: string, detail: string) => detail }),
});

const names = Array.from({ length: CROWD }, (_, nth) => `one${nth}`);

async function crowd(memories?: number): Promise<{ host: Host; events: HostEvent[] }> {
  const platform = browserPlatform();
  const host = createHost({
    platform: memories === undefined ? platform : { ...platform, memories },
    policy: grantAll([], "any"),
    interfaces: [script],
  });
  const events: HostEvent[] = [];
  host.on((event) => void events.push(event));
  const guest = await scriptedGuest("commands");
  for (const name of names) {
    const commands = [{ id: `${name}.run`, title: "Run" }];
    await host.install(guest, { manifest: manifestText(`test/${name}`, { commands }) });
  }
  return { host, events };
}

async function fault(host: Host, name: string): Promise<string | undefined> {
  try {
    expect(await host.execute(`${name}.run`, [name])).toEqual([name]);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

// Nobody was punished.
function expectPeace(host: Host, events: readonly HostEvent[]): void {
  expect(host.plugins().filter(({ crashes }) => crashes > 0)).toEqual([]);
  const tags = new Set(events.map(({ tag }) => tag));
  for (const tag of ["crashed", "quarantined", "limit", "fault"]) expect(tags).not.toContain(tag);
}

it("two hundred plugins take turns where there is room for a hundred: idle ones end for them", async () => {
  const { host, events } = await crowd();
  await using _ = host;
  for (let round = 0; round < 2; round++) {
    for (const name of names) expect(await fault(host, name)).toBeUndefined();
  }
  expect(host.usage().instances).toBeGreaterThan(50);
  expect(host.usage().instances).toBeLessThan(CROWD);
  expectPeace(host, events);
}, 120_000);

it("and all of them at once", async () => {
  const { host, events } = await crowd();
  await using _ = host;
  const faults = await Promise.all(names.map((name) => fault(host, name)));
  expect(faults.filter((one) => one !== undefined)).toEqual([]);
  expectPeace(host, events);
}, 120_000);

it("where a page is told to have room for more than it has, idle ones end all the same", async () => {
  const { host, events } = await crowd(1_000);
  await using _ = host;
  for (const name of names.slice(0, 135)) expect(await fault(host, name)).toBeUndefined();
  expectPeace(host, events);
}, 120_000);
