import {
  checkCount,
  checkDuration,
  checkKnown,
  checkNames,
  checkNotOver,
  checkOptions,
} from "../../options.ts";
import type { Telemetry } from "../../telemetry/events.ts";
import type { InterfaceBytes } from "../../telemetry/meter.ts";
import type { Plugin } from "../life/plugin.ts";
import type { PluginState } from "../life/plugin-state.ts";
import type { Registry } from "./registry.ts";
import type { RunningInstances } from "../limits/running-instances.ts";

/**
 * The figures that can have a budget: milliseconds, bytes, and counts since the plugin was
 * installed into this host. `memoryBytes` is what memories and tables hold now, exported or not,
 * and the text of documents that only the plugin keeps.
 */
export interface UsageFigures {
  /** Milliseconds of the guests' own code; of a call under way, at most some 50 ms are missing. */
  readonly cpuMs: number;
  /** Milliseconds of the host's thread; see PluginNumbers. */
  readonly hostMs: number;
  /** Bytes of linear memory that are held now. */
  readonly memoryBytes: number;
  /** The most bytes of linear memory that were held at once. */
  readonly peakMemoryBytes: number;
  /** Calls of commands, events and exports. */
  readonly calls: number;
  /** Calls of host functions. */
  readonly hostCalls: number;
  /** Calls of host functions that were refused. */
  readonly refusals: number;
  /** Instances started after the first one. */
  readonly restarts: number;
  /** How often an instance trapped, or was stopped at a deadline or limit. */
  readonly crashes: number;
  /** Bytes in both directions, through all interfaces. */
  readonly bytes: number;
}

/** What one plugin has used. */
export interface PluginUsage extends UsageFigures {
  /** The plugin, as `scope/name`. */
  readonly name: string;
  /** What the plugin is doing. */
  readonly state: PluginState["tag"];
  /** Milliseconds of the plugin's own code within the window of the limit `cpu`. */
  readonly recentCpuMs: number;
  /** Milliseconds of the host's thread within the window of the limit `hostMs`. */
  readonly recentHostMs: number;
  /** Bytes to and from each interface, by its WIT name. */
  readonly interfaces: Readonly<Record<string, InterfaceBytes>>;
}

/**
 * `memoryBytes` is all that counts against `totalMemoryBytes`: what plugins hold, what ended
 * instances hold until it is freed, the buffers for talking to threads, and kept answers.
 */
export interface HostUsage extends UsageFigures {
  /** Running instances. */
  readonly instances: number;
  /** In the order of installation. */
  readonly plugins: readonly PluginUsage[];
}

/** A figure of usage that a budget can be set on. */
export type BudgetFigure = keyof UsageFigures;

/** The intended maximum of each figure. A plugin is not stopped for going over a budget. */
export type Budget = Partial<Readonly<Record<BudgetFigure, number>>>;

/** Budgets for each plugin, and for all plugins together. Default: none. */
export interface Budgets {
  /** For each plugin. */
  readonly plugin?: Budget;
  /** For all plugins together. */
  readonly host?: Budget;
}

const ALARMS = [1, 0.8] as const;

const NOTHING: UsageFigures = {
  cpuMs: 0,
  hostMs: 0,
  memoryBytes: 0,
  peakMemoryBytes: 0,
  calls: 0,
  hostCalls: 0,
  refusals: 0,
  restarts: 0,
  crashes: 0,
  bytes: 0,
};

/**
 * Throws `usage`, naming the budget, for a figure that does not exist, a value that a budget can't
 * have, and a plugin's budget over the host's.
 */
function checkBudgets(budgets: Budgets): void {
  checkNames("budgets", budgets, { plugin: true, host: true });
  const { plugin, host } = budgets;
  for (const [of, budget] of [["plugin", plugin] as const, ["host", host] as const]) {
    if (budget === undefined) continue;
    const path = `budgets.${of}`;
    checkOptions(path, budget);
    checkKnown(path, budget, Object.keys(NOTHING));
    for (const [figure, value] of Object.entries(budget)) {
      if (value === undefined) continue;
      if (figure.endsWith("Ms")) checkDuration(`${path}.${figure}`, value, 1);
      else checkCount(`${path}.${figure}`, value, 1);
    }
  }
  for (const [figure, most] of Object.entries(host ?? {})) {
    const value = plugin?.[figure as BudgetFigure];
    if (value === undefined || most === undefined) continue;
    checkNotOver([`budgets.plugin.${figure}`, value], [`budgets.host.${figure}`, most]);
  }
}

/** The figures of all plugins of a host, and the alarms of their budgets. */
export class Usage {
  readonly #registry: Registry<Plugin>;
  readonly #runningInstances: RunningInstances;
  readonly #telemetry: Telemetry;
  readonly #budgets: Budgets | undefined;
  /** The share that was reported last, by plugin and figure. */
  readonly #told: Map<string, number> = new Map();

  constructor(
    registry: Registry<Plugin>,
    runningInstances: RunningInstances,
    telemetry: Telemetry,
    budgets: Budgets | undefined,
  ) {
    if (budgets !== undefined) checkBudgets(budgets);
    this.#registry = registry;
    this.#runningInstances = runningInstances;
    this.#telemetry = telemetry;
    this.#budgets = budgets;
  }

  of(plugin: Plugin): PluginUsage {
    const { meter, state, manifest, usedAllowance } = plugin;
    const { cpuMs, hostMs, peakMemoryBytes, calls, hostCalls, refusals, starts, crashes } = meter;
    const interfaces = usedAllowance?.interfaces ?? {};
    const through = Object.values(interfaces);
    return {
      name: manifest.name,
      state: state.tag,
      cpuMs,
      recentCpuMs: usedAllowance?.cpuMs ?? 0,
      recentHostMs: usedAllowance?.hostMs ?? 0,
      hostMs,
      memoryBytes: plugin.memoryBytes,
      peakMemoryBytes,
      calls,
      hostCalls,
      refusals,
      restarts: Math.max(0, starts - 1),
      crashes,
      bytes: through.reduce((sum, bytes) => sum + bytes.in + bytes.out, 0),
      interfaces,
    };
  }

  all(): HostUsage {
    const plugins = Array.from(this.#registry.all(), ([name, plugin]) =>
      plugin === undefined ? unused(name) : this.of(plugin),
    );
    const sum = (figure: BudgetFigure): number =>
      plugins.reduce((total, usage) => total + usage[figure], 0);
    return {
      cpuMs: sum("cpuMs"),
      hostMs: sum("hostMs"),
      memoryBytes: this.#runningInstances.bytes,
      peakMemoryBytes: this.#runningInstances.peakBytes,
      calls: sum("calls"),
      hostCalls: sum("hostCalls"),
      refusals: sum("refusals"),
      restarts: sum("restarts"),
      crashes: sum("crashes"),
      bytes: sum("bytes"),
      instances: this.#runningInstances.count,
      plugins,
    };
  }

  /** A turn of the plugin has ended: reports which figures have come near their budgets. */
  watch(name: string): void {
    const { plugin: each, host } = this.#budgets ?? {};
    const plugin = each === undefined ? undefined : this.#registry.get(name);
    if (plugin !== undefined) this.#check(name, this.of(plugin), each!);
    if (host !== undefined) this.#check(undefined, this.all(), host);
  }

  #check(plugin: string | undefined, usage: UsageFigures, budgets: Budget): void {
    for (const [figure, budget] of Object.entries(budgets) as [BudgetFigure, number][]) {
      const used = usage[figure];
      const share = ALARMS.find((alarm) => used >= budget * alarm);
      const key = `${plugin ?? ""} ${figure}`;
      if (share === undefined || share <= (this.#told.get(key) ?? 0)) continue;
      this.#told.set(key, share);
      this.#telemetry.emit({ tag: "budget", plugin, figure, used, budget });
    }
  }
}

/** The usage of a plugin that has not been used. */
function unused(name: string): PluginUsage {
  return {
    ...NOTHING,
    name,
    state: "installed",
    recentCpuMs: 0,
    recentHostMs: 0,
    interfaces: {},
  };
}
