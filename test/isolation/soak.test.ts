import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TenonError } from "../../src/errors.ts";
import { Town } from "./town.ts";

const STEPS = ["rise", "stop", "disable", "enable", "uninstall", "install"] as const;

test("installs, starts, crashes and uninstalls in any order leave nothing behind", async () => {
  await using town = await Town.start(1);
  const { host } = town;
  const before = town.honest();
  const handles = process.getActiveResourcesInfo().length;
  const steps = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(3)), {
    minLength: 20,
    maxLength: 40,
  });
  const refused = (error: unknown): void => expect(error).toBeInstanceOf(TenonError);
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await town.addMob(4).catch(refused);
      for (const [step, nth] of all) {
        const name = `mob${nth}/hostile`;
        if (step === "rise") await host.dispatch("event:mob.rise");
        else if (step === "install") await town.addMob(4).catch(refused);
        else await host[step](name).catch(refused);
      }
      for (const nth of [0, 1, 2, 3]) await host.uninstall(`mob${nth}/hostile`).catch(refused);
      const { wrong } = await town.work().done();
      expect(wrong).toEqual([]);
    }),
    { numRuns: 4 },
  );
  expect(host.plugins()).toHaveLength(20);
  expect(town.honest()).toMatchObject({ starts: before.starts, crashes: 0 });
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles + 5);
});
