import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  type HostOptions,
  ringAudit,
  TenonError,
} from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { pluginBytes } from "../../../conformance/plugin-bytes.ts";
import { scriptedGuest } from "../../../host/scripted-guest.ts";
import { manifestText } from "../../../manifest-text.ts";

const HONEST = 20;
// With the honest ones' it comes to what a page has memories for.
const MOB = 40;
const hostile = "tenon/hostile";

// Answers with what the host says in the middle of the call. Of those that hear of an event one in
// three traps, the others loop.
const script = defineInterface({
  name: "acme:test/script@1.0.0",
  implement: ({ caller }) => ({
    step: (what: string, detail: string) => (what === "handle" ? manner(caller.plugin) : detail),
  }),
});

function manner(plugin: string): string {
  return Number(/\d+/.exec(plugin)?.[0]) % 3 === 0 ? "!" : "@";
}

function manifestOf(name: string, more: object): string {
  return manifestText(`test/${name}`, more);
}

async function misdeeds(): Promise<string[]> {
  const response = await fetch("/plugins-rs/hostile/manifest.json");
  const { commands } = (await response.json()) as { commands: { id: string }[] };
  return commands.map(({ id }) => id);
}

const INPUTS: Readonly<Record<string, unknown>> = {
  "hostile.handle-flood": { kind: "bucket", count: 20_000 },
  "hostile.log-flood": { count: 2_000, size: 1_000 },
};

// A host with the honest ones. Every misdeed is to meet a fresh instance.
async function hostWithNeighbours(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = createHost({
    platform: browserPlatform(),
    policy: grantAll([], "any"),
    interfaces: [script],
    ...options,
    limits: {
      crashes: { crashes: 100_000, withinMs: 1_000 },
      breaker: { failures: 100_000, firstMs: 1, maxMs: 1 },
      ...options.limits,
    },
  });
  const guest = await scriptedGuest("commands");
  for (let nth = 0; nth < HONEST; nth++) {
    const commands = [{ id: `honest${nth}.run`, title: "Run" }];
    // Its allocator gives nothing back: it is put back after each call.
    const manifest = manifestOf(`honest${nth}`, { stateless: true, commands });
    await host.install(guest, { manifest });
  }
  expect(await faults(host)).toEqual([]);
  return host;
}

// All of them are called; the faults that show. `ms` gets how long each call took.
async function faults(host: Host, ms: number[] = []): Promise<string[]> {
  const calls = Array.from({ length: HONEST }, async (_, nth) => {
    try {
      const started = performance.now();
      const answer = await host.execute(`honest${nth}.run`, [nth]);
      ms.push(performance.now() - started);
      return JSON.stringify(answer) === `[${nth}]` ? [] : [JSON.stringify(answer)];
    } catch (error) {
      return [String(error)];
    }
  });
  return (await Promise.all(calls)).flat();
}

// Answered, or a TenonError that says what became of it.
async function misbehave(host: Host, misdeed: string): Promise<string> {
  try {
    await host.execute(misdeed, INPUTS[misdeed]);
    return "answered";
  } catch (error) {
    expect(error).toBeInstanceOf(TenonError);
    return (error as TenonError).code;
  }
}

// The honest ones are called for as long as it lasts.
async function beside<T>(host: Host, what: Promise<T>, ms?: number[]): Promise<T> {
  let working = true;
  void what.finally(() => (working = false)).catch(() => {});
  do expect(await faults(host, ms)).toEqual([]);
  while (working);
  return what;
}

// Bytes of linear memory of the honest ones.
const memory = (host: Host): number =>
  host
    .plugins()
    .filter(({ name }) => name !== hostile)
    .reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);

const crashed = (host: Host): readonly string[] =>
  host
    .plugins()
    .filter(({ crashes }) => crashes > 0)
    .map(({ name }) => name);

// The time that one in a hundred takes longer than.
function late(ms: readonly number[]): number {
  return ms.toSorted((one, other) => one - other)[Math.floor(ms.length * 0.99)]!;
}

describe("in a page, twenty honest plugins at work", () => {
  it("are not hurt by whatever a hostile one beside them does, and the trail says what it did", async () => {
    const audit = ringAudit(10_000);
    await using host = await hostWithNeighbours({ audit, limits: { commandMs: 1_000 } });
    await host.install(await pluginBytes("hostile"));
    const before = memory(host);
    const codes = new Map<string, string>();
    for (const misdeed of await misdeeds()) {
      codes.set(misdeed, await beside(host, misbehave(host, misdeed)));
    }
    expect(codes.get("hostile.loop")).toBe("plugin-deadline");
    expect(codes.get("hostile.trap")).toBe("plugin-crashed");
    expect(crashed(host)).toEqual([hostile]);
    expect(memory(host)).toBeLessThanOrEqual(before + HONEST * 65_536);
    await host.stop(hostile);
    expect(host.plugin(hostile).memoryBytes).toBe(0);
    const of = (wanted: string) => audit.entries.filter(({ decision }) => decision === wanted);
    expect(of("crashed").every(({ plugin }) => plugin === hostile)).toBe(true);
    const operations = of("crashed").map(({ operation }) => operation);
    expect(operations.includes("command:hostile.trap")).toBe(true);
    expect(operations.includes("command:hostile.loop")).toBe(true);
    expect(of("refused").some(({ plugin }) => plugin === hostile)).toBe(true);
  });

  it("are not hurt by whatever it does in a row", async () => {
    await using host = await hostWithNeighbours({ limits: { commandMs: 1_000 } });
    await host.install(await pluginBytes("hostile"));
    const row = fc.array(fc.constantFrom(...(await misdeeds())), { minLength: 3, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(row, async (all) => {
        for (const misdeed of all) await beside(host, misbehave(host, misdeed));
      }),
      { numRuns: 2 },
    );
    expect(crashed(host).filter((name) => name !== hostile)).toEqual([]);
  });

  it("wait for slices of a loop, not for its end", async () => {
    const deadline = 1_500;
    await using host = await hostWithNeighbours({ limits: { commandMs: deadline } });
    await host.install(await pluginBytes("hostile"));
    expect(await misbehave(host, "hostile.behave")).toBe("answered");
    let best = Infinity;
    let most = 0;
    // A busy machine may hold up any one of them.
    for (let left = 3; left > 0 && best >= most; left--) {
      const [quiet, busy]: [number[], number[]] = [[], []];
      for (let n = 0; n < 5; n++) expect(await faults(host, quiet)).toEqual([]);
      expect(await beside(host, misbehave(host, "hostile.loop"), busy)).toBe("plugin-deadline");
      best = late(busy);
      // Twice as long, and two slices of 5 ms for each of the twenty, which are called together.
      most = 2 * late(quiet) + HONEST * 10;
    }
    expect(best).toBeLessThan(most);
    expect(best).toBeLessThan(deadline);
  });

  it("answer all calls while forty hostile ones rise at once", async () => {
    await using host = await hostWithNeighbours();
    const guest = await scriptedGuest("events");
    for (let nth = 0; nth < MOB; nth++) {
      const limits = { eventMs: 150 };
      const manifest = manifestOf(`mob${nth}`, { activation: ["event:mob.rise"], limits });
      await host.install(guest, { manifest });
    }
    const { plugins } = await beside(host, host.dispatch("event:mob.rise"));
    expect(plugins.length).toBe(MOB);
    const codes = plugins.map((one) => (one.tag === "failed" ? one.error.code : one.tag));
    expect([...new Set(codes)].toSorted()).toEqual(["plugin-crashed", "plugin-deadline"]);
    expect(crashed(host).filter((name) => name.includes("honest"))).toEqual([]);
  });
});
