import type { Clock, Timers } from "../platform/clock.ts";
import type { Entropy } from "../platform/entropy.ts";
import type { FileTree } from "../platform/files.ts";
import type { HttpPower } from "../platform/http.ts";
import type { KeyValueStore } from "../platform/key-value.ts";
import type { ClipboardPower, UiPower } from "../platform/ui.ts";
import { busInterface, type BusPower } from "./bus.ts";
import { cacheInterface } from "./cache.ts";
import { capabilitiesInterface, type CapabilitiesPower } from "./capabilities.ts";
import { clipboardInterface } from "./clipboard.ts";
import { clockInterface } from "./clock.ts";
import type { Documents } from "./text/documents.ts";
import type { InterfaceDefinition } from "./define.ts";
import { httpInterface } from "./http/http.ts";
import { kvInterface } from "./kv.ts";
import { logInterface, type LogPower } from "./log.ts";
import type { PluginCaches } from "./plugin-caches.ts";
import { randomInterface } from "./random.ts";
import { settingsInterface, type SettingsPower } from "./settings.ts";
import type { RetainedTexts } from "./text/text-retained.ts";
import { textInterface } from "./text/text.ts";
import { uiInterface } from "./ui.ts";
import { workspaceInterface } from "./workspace/workspace.ts";

/**
 * What the standard interfaces are made from. Where a power is undefined, guests are told
 * `unavailable`. Made by `offeredInterfaces` (`host/offers.ts`).
 */
export interface StandardPowers {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly log: LogPower;
  readonly keyValue: KeyValueStore;
  readonly caches: PluginCaches;
  readonly settings: SettingsPower;
  readonly capabilities: CapabilitiesPower;
  readonly bus: BusPower;
  readonly http: HttpPower | undefined;
  readonly documents: Documents;
  readonly texts: RetainedTexts;
  readonly files: FileTree | undefined;
  readonly ui: UiPower | undefined;
  readonly clipboard: ClipboardPower | undefined;
}

/** The interfaces of `tenon:plugin`, each made with the public `defineInterface`. */
export function standardInterfaces(powers: StandardPowers): readonly InterfaceDefinition[] {
  return [
    logInterface(powers),
    settingsInterface(powers.settings),
    kvInterface(powers.keyValue),
    cacheInterface(powers.caches),
    textInterface(powers.documents, powers, powers.texts),
    clockInterface(powers.clock),
    randomInterface(powers.entropy),
    capabilitiesInterface(powers.capabilities),
    busInterface(powers.bus),
    httpInterface(powers),
    workspaceInterface(powers),
    uiInterface(powers),
    clipboardInterface(powers.clipboard),
  ];
}
