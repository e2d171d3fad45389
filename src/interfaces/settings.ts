import { contractName } from "./contract/contract.ts";
import { guestJsonText } from "./contract/guest-json.ts";
import { defineInterface, type InterfaceDefinition } from "./define.ts";
import type * as Contract from "./generated/host/settings.ts";
import type { Implementation } from "./contract/implementation.ts";

export interface SettingsPower {
  /**
   * Every setting that the plugin's manifest declares, as a JSON value: the person's, or else the
   * manifest's default. Called for each call of the guest.
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
          // Also undefined where the application returned something that has no form in JSON.
          return value === undefined ? undefined : guestJsonText(value);
        },
      }) satisfies Implementation<typeof Contract>,
  });
}
