import type { Identity } from "../../src/identity/identity.ts";
import type { Caller } from "../../src/interfaces/define.ts";

/** The maker of every plugin of a test that says nothing else. */
export const ours: Identity = { tag: "place", place: "test" };

/** An instance of a plugin of ours, as interfaces meet it. */
export function callerOf(plugin: string, version = "1.0.0"): Caller {
  return { plugin, version, identity: ours, owner: plugin };
}
