// Memory is what is there: what a process holds, seen from outside, while plugins take what they can get.
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sieges, TOTAL_MIB } from "./sieges.ts";
import { watched } from "./watched.ts";

// MiB more than before that ended instances may leave: what the engine keeps for the next ones.
const LEFT = 128;

describe.runIf(existsSync("/proc/self/status"))("what all plugins together hold", () => {
  test.each(Object.keys(sieges))(
    "stays near its limit, goes back afterwards, and harms nobody: %s",
    async (siege) => {
      const { said, before, most, after } = await watched(siege, "thread");
      const { besieged } = said;
      expect(besieged).toMatchObject({ wrong: [] });
      const codes = Object.keys(besieged!["codes"] as object);
      expect(sieges[siege]!.ends).toEqual(expect.arrayContaining(codes));
      // What is said of it is no less than what is there, but for what the engine needs.
      expect(most - before).toBeLessThan(1.5 * TOTAL_MIB + 64);
      expect(most - before).toBeLessThan(1.5 * ((besieged!["peak"] as number) / 1024 / 1024) + 96);
      expect(besieged!["peak"]).toBeLessThan(1.25 * TOTAL_MIB * 1024 * 1024);
      expect(after - before).toBeLessThan(LEFT);
    },
    60_000,
  );
});
