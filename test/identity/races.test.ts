import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { askingPolicy, identityText, TenonError } from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { signPackage, withSignature } from "../../src/identity/sign.ts";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import { bystanderAnswers, rig } from "../host/rig.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { withSection } from "../plugin/samples.ts";
import { newKey } from "./keys.ts";

// Several makers at once for one name.

const NAME = "acme/notes";
let makers: readonly SigningKey[];
let packages: readonly Uint8Array[];

beforeAll(async () => {
  makers = await Promise.all([newKey(), newKey(), newKey()]);
  const manifest = manifestText(NAME, {
    commands: [{ id: "notes.run", title: "Run" }],
    capabilities: { log: { reason: "To tell." } },
  });
  const component = withSection(await scriptedGuest("commands"), "tenon:manifest", manifest);
  packages = await Promise.all(
    makers.map(async (key) => withSignature(component, await signPackage({ component, key }))),
  );
});

const step = fc.record({ maker: fc.nat(2), turns: fc.nat(3), answers: fc.nat(4) });

test("of several who race for a name one has it, and each other is told why; grants are the winner's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 5 }),
      fc.constantFrom("fresh", "refuse"),
      async (steps, answer) => {
        const asked: string[] = [];
        const later = async (turns: number): Promise<void> => {
          for (let turn = 0; turn < turns; turn++) {
            await new Promise<void>((resolve) => void setImmediate(resolve));
          }
        };
        let nth = 0;
        const policy = askingPolicy(
          async ({ plugin, identity }) => {
            if (plugin === NAME) asked.push(identityText(identity));
            await later(steps[nth++ % steps.length]!.answers);
            return "session" as const;
          },
          { identity: () => answer },
        );
        const made = await rig({ policy });
        made.play((plugin) => JSON.stringify(plugin));
        const outcomes = await Promise.all(
          steps.map(async ({ maker, turns }) => {
            await later(turns);
            try {
              await made.host.install(packages[maker]!, { replace: "any" });
              return "installed";
            } catch (error) {
              expect(error).toBeInstanceOf(TenonError);
              return (error as TenonError).code;
            }
          }),
        );
        expect(outcomes).toContain("installed");
        for (const code of outcomes) {
          expect(["installed", "plugin-installed", "identity-changed"]).toContain(code);
        }
        const { identity, standing } = made.host.plugin(NAME);
        const winner = identityText(identity);
        // Who was asked about last has it: nobody was asked about one that was refused.
        expect(asked.at(-1)).toBe(winner);
        if (answer === "refuse") expect(new Set(asked).size).toBe(1);
        expect(standing).toMatchObject([{ capability: "log", status: "granted" }]);
        expect(await made.host.execute("notes.run")).toBe(NAME);
        expect(await bystanderAnswers(made)).toBe(true);
        await made.host[Symbol.asyncDispose]();
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test("of two makers' packages of one name in a folder one is there, whichever way they are read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-races-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "a.wasm"), packages[0]!);
  writeFileSync(join(folder, "b.wasm"), packages[1]!);
  const { packages: folders } = nodePlatform({ state: join(folder, "state") });
  for (let nth = 0; nth < 2; nth++) {
    const made = await rig({ platform: { packages: folders! } });
    made.play((plugin) => JSON.stringify(plugin));
    const { plugins, refused } = await made.host.installAll(folder);
    expect(plugins).toBe(1);
    expect(refused).toMatchObject([{ error: { code: "plugin-installed", plugin: NAME } }]);
    expect(identityText(made.host.plugin(NAME).identity)).toBe(makers[0]!.id);
    expect(await made.host.execute("notes.run")).toBe(NAME);
    expect(await bystanderAnswers(made)).toBe(true);
    await made.host[Symbol.asyncDispose]();
  }
});
