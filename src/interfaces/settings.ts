import { contractName } from "./contract/contract.ts";
import { guestJsonText } from "./contract/guest-json.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/settings.ts";
import type { Implementation } from "./contract/implementation.ts";

export interface SettingsPower {
  /**
   * Every setting that the plugin's manifest declares: what the person set, or else the manifest's
   * default. JSON values; asked anew for each call of the guest.
   */
  of(plugin: string): ReadonlyMap<string, unknown>;
}

export function settingsInterface(settings: SettingsPower): InterfaceDefinition<unknown, unknown> {
  return defineInterface({
    name: contractName("settings"),
    implement: ({ caller }) =>
      ({
        get: (key) => {
          const value = settings.of(caller.plugin).get(key);
          // Undefined too where the application set something that JSON has no form for.
          return value === undefined ? undefined : guestJsonText(value);
        },
      }) satisfies Implementation<typeof Contract>,
  });
}
