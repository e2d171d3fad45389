import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TenonError } from "../../src/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { component } from "../conformance/engine-guests.ts";
import { bystanderAnswers, rig, type Rig } from "./rig.ts";
import { scriptedGuest } from "./scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

const manifest = (commands: readonly object[] = []) => manifestText("test/bad", { commands });

const withModule = (fields: string) =>
  component(`(component
    (core module $M ${fields} (func (export "f")))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (export "f" (func $f)))`);

async function start({ host }: Rig, bytes: Uint8Array): Promise<unknown> {
  await host.install(bytes, { manifest: manifest() });
  return await host.exportsOf("test/bad");
}

test.each([
  ["a memory of 256 MiB", "(memory 4096)", "component-limit"],
  ["shared memory", "(memory 1 2 shared)", "component-unsupported"],
  ["a start function that traps", "(func $s unreachable) (start $s)", "component-trap"],
  ["data outside its memory", '(memory 1) (data (i32.const 65536) "x")', "component-trap"],
])("%s is found at the first start, and a bystander answers", async (_, fields, code) => {
  const made = await rig();
  const error = await failure("plugin-activation", async () =>
    start(made, await withModule(fields)),
  );
  const causes: unknown[] = [];
  for (let at: unknown = error.cause; at instanceof Error; at = at.cause) {
    causes.push(at instanceof TenonError ? at.code : at.name);
  }
  if (code === "component-trap") expect(causes[0]).toBe("plugin-crashed");
  else expect(causes).toContain(code);
  expect(made.host.plugin("test/bad").state).toBe("failed");
  expect(await bystanderAnswers(made)).toBe(true);
});

test.each([
  ["a memory of 4 GiB", "(memory 65536)", "moduleStartPages"],
  ["a table of a billion entries", "(table 1000000000 funcref)", "moduleStartElements"],
])("%s is refused at installation, and a bystander answers", async (_, fields, limit) => {
  const made = await rig();
  const bytes = await withModule(fields);
  const error = await failure("component-limit", async () => start(made, bytes));
  expect(error.data).toMatchObject({ limit });
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a component with any byte flipped fails with a code, or works, and a bystander answers", async () => {
  const made = await rig();
  const whole = await scriptedGuest("commands", "lifecycle");
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
  const commands = [{ id: "bad.run", title: "Run" }];
  made.play((_, what) => (what === "run" ? "1" : ""));
  await fc.assert(
    fc.asyncProperty(damage, async ([at, flip]) => {
      const bytes = Uint8Array.from(whole);
      bytes[at]! ^= flip;
      try {
        await made.host.install(bytes, { manifest: manifest(commands), replace: "any" });
        await made.host.execute("bad.run");
      } catch (error) {
        expect(error).toBeInstanceOf(TenonError);
      }
      if (made.host.plugins().length > 1) await made.host.uninstall("test/bad");
    }),
    { numRuns: 40, seed: 7 },
  );
  expect(await bystanderAnswers(made)).toBe(true);
});
