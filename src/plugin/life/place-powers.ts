import type { TenonError } from "../../errors.ts";
import type { Meter } from "../../telemetry/meter.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { Siblings } from "../instance/instance.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import type { Standing } from "./plugin-state.ts";
import type { PluginVersions } from "./plugin-versions.ts";

/** What a place knows of its plugin. */
export interface PlacePowers extends PluginPowers {
  readonly name: string;
  readonly versions: PluginVersions;
  readonly siblings: Siblings;
  readonly meter: Meter;
  /** See Allowance. Made when it is first asked for. */
  allowance(): Allowance;
  usedAllowance(): Allowance | undefined;
  standing(): Standing;
  /** Throws where the plugin may not be used. */
  check(): void;
  crashed(operation: string, error: TenonError): Promise<void>;
  /** Answers whether the plugin is back at the version before. */
  rolledBack(error: TenonError): Promise<boolean>;
}
