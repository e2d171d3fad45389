import { describe, expect, it } from "vitest";
import {
  createHost,
  defineInterface,
  grantAll,
  type Host,
  TenonError,
} from "../../../../src/index.ts";
import { browserPlatform } from "../../../../src/platform/browser/index.ts";
import { pluginBytes } from "../../../conformance/plugin-bytes.ts";
import { scriptedGuest } from "../../../host/scripted-guest.ts";

const HONEST = 20;

/// Answers with what the host says in the middle of the call.
const script = defineInterface({
  name: "acme:test/script@1.0.0",
  implement: () => ({ step: (_: string, detail: string) => detail }),
});

function manifestOf(name: string): string {
  return JSON.stringify({
    name: `test/${name}`,
    version: "1.0.0",
    title: name,
    description: "Asks the host.",
    license: "Apache-2.0",
    authors: ["Test"],
    api: "^0.1.0",
    stateless: true,
    commands: [{ id: `${name}.run`, title: "Run" }],
  });
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

/// All of them are called; the faults that show.
async function faults(host: Host): Promise<string[]> {
  const calls = Array.from({ length: HONEST }, async (_, nth) => {
    try {
      const answer = await host.execute(`honest${nth}.run`, [nth]);
      return JSON.stringify(answer) === `[${nth}]` ? [] : [JSON.stringify(answer)];
    } catch (error) {
      return [String(error)];
    }
  });
  return (await Promise.all(calls)).flat();
}

describe("in a page, twenty honest plugins at work", () => {
  it("are not hurt by whatever a hostile one beside them does", async () => {
    await using host = createHost({
      platform: browserPlatform(),
      policy: grantAll([]),
      interfaces: [script],
      // Every misdeed is to meet a fresh instance.
      limits: { commandMs: 1_000, crashes: { crashes: 100_000, withinMs: 1_000 } },
    });
    const guest = await scriptedGuest("commands");
    for (let nth = 0; nth < HONEST; nth++) {
      await host.install(guest, { manifest: manifestOf(`honest${nth}`) });
    }
    await host.install(await pluginBytes("hostile"));
    expect(await faults(host)).toEqual([]);
    const codes = new Map<string, string>();
    for (const misdeed of await misdeeds()) {
      const hostile = host.execute(misdeed, INPUTS[misdeed]).then(
        () => "answered",
        (error: unknown) => (error instanceof TenonError ? error.code : String(error)),
      );
      let working = true;
      void hostile.then(() => (working = false));
      do expect([misdeed, await faults(host)]).toEqual([misdeed, []]);
      while (working);
      codes.set(misdeed, await hostile);
    }
    expect(codes.get("hostile.loop")).toBe("plugin-deadline");
    expect(codes.get("hostile.trap")).toBe("plugin-crashed");
    const crashed = host.plugins().filter(({ crashes }) => crashes > 0);
    expect(crashed.map(({ name }) => name)).toEqual(["tenon/hostile"]);
    expect(await faults(host)).toEqual([]);
  });
});
