import { type Capability, defineCapability } from "../../src/index.ts";
import { z } from "zod";

/** For an interface of the test's own that tells the time. */
export const timeCapability: Capability<object, unknown> = defineCapability<object, unknown>({
  name: "test-time",
  scope: z.object({}),
  describe: () => "may see the time",
  intersect: () => ({}),
  covers: () => true,
});
