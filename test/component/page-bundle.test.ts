import { describe, expect, it } from "vitest";
import { pageBundle } from "../bench/component/page-bundle.ts";

describe("a bundle of a page that compiles and instantiates", () => {
  it("leaves to later what most components run without", async () => {
    const { always, later } = await pageBundle();
    const modules = always.flatMap((chunk) => chunk.modules);
    const rare =
      /abi\/closures\/|transform\/(?!bytes)|link\/(?:interruption|snapshot|tasks|builtins|async-functions)|abi\/(?:carry|async\/)|emit\/adapter|pool\/snapshot/;
    expect(modules.filter((path) => rare.test(path))).toEqual([]);
    expect(modules).toContain("component/abi/emit/lift.ts");
    const rest = later.flatMap((chunk) => chunk.modules);
    expect(rest).toEqual(
      expect.arrayContaining([
        "component/abi/closures/route.ts",
        "component/abi/emit/adapters.ts",
        "component/link/interruption.ts",
        "component/link/snapshot.ts",
        "component/link/tasks.ts",
      ]),
    );
  });
});
