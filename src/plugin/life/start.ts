import { type EngineComponent, isOverRules } from "../../component/engine.ts";
import { authorityOf } from "../../capability/maker-authority.ts";
import { pluginWords } from "../../visible-text.ts";
import { TenonError, WitError } from "../../errors.ts";
import { contractName, contractVersion } from "../../interfaces/contract/contract.ts";
import { rulesOf } from "../../interfaces/functions.ts";
import type { Meter } from "../../telemetry/meter.ts";
import { type InstancePowers, PluginInstance, type Siblings } from "../instance/instance.ts";
import { engineLimits, grantedLimits } from "../limits/limits.ts";
import type { Package, PackageContents } from "../package/package.ts";
import type { Allowance } from "../limits/allowance.ts";
import { limitOf } from "../limits/limit-error.ts";
import type { PluginPowers } from "./plugin-powers.ts";

const LIFECYCLE = contractName("lifecycle");
const STATE = contractName("state");

type Lifecycle = { activate(context: object): unknown; deactivate(): unknown };
type State = { save(): unknown; restore(saved: Uint8Array): unknown };

/** The imports of a component that may wait, named as the engine expects. */
export function suspendingImports(links: PackageContents["links"]): readonly string[] {
  return links.flatMap((link) =>
    link.tag === "served"
      ? link.import.functions
          .filter((name) => rulesOf(link.definition, name).waits)
          .map((name) => `${link.import.name}#${name}`)
      : [],
  );
}

export async function compilePackage(
  source: Package,
  powers: PluginPowers,
): Promise<EngineComponent> {
  const { digest, manifest } = source;
  const contents = await source.contents();
  const restorable = manifest.stateless;
  const limits = engineLimits(grantedLimits(powers.limits, manifest));
  const suspend = suspendingImports(contents.links);
  const options = { suspend, digest, restorable, limits, rules: contents.rules, checked: true };
  const engine = await powers.engine(source);
  return (contents.front?.(engine) ?? engine).compile(contents.bytes, options);
}

export interface StartOptions {
  readonly event: string;
  readonly meter: Meter;
  readonly allowance: Allowance;
  readonly siblings: Siblings;
  readonly saved?: Uint8Array | undefined;
  /** Under what the plugin's data is kept. */
  readonly owner: string;
  /** See InstancePowers. */
  readonly short: InstancePowers["short"];
  /** See InstancePowers. */
  readonly begun: InstancePowers["begun"];
}

/**
 * Instantiates and activates the plugin and, after an update, gives it back its state. Rejects with
 * `plugin-activation`, whose cause is the failure, or with `component-limit` for a component that
 * may not be compiled; nothing is left of the instance then.
 */
export async function startInstance(
  source: Package,
  component: Promise<EngineComponent>,
  powers: PluginPowers,
  options: StartOptions,
): Promise<PluginInstance> {
  const { manifest } = source;
  let instance: PluginInstance | undefined;
  try {
    await powers.startDependencies(manifest, options.event);
    instance = await PluginInstance.start({
      ...powers,
      authority: authorityOf(powers.authority, source.identity),
      package: source,
      component: await withinLimits(component, manifest.name, options.allowance),
      links: await source.links(),
      meter: options.meter,
      allowance: options.allowance,
      siblings: options.siblings,
      short: options.short,
      begun: options.begun,
      caller: {
        plugin: manifest.name,
        version: manifest.version,
        identity: source.identity,
        owner: options.owner,
      },
    });
    const { activateMs } = options.allowance.granted;
    await activate(instance, source, powers, options.event, activateMs);
    if (options.saved !== undefined) {
      await restore(instance, source, powers, options.saved, activateMs);
    }
    if (manifest.stateless) instance.keepStart();
    instance.started();
    return instance;
  } catch (error) {
    instance?.end("stopped", "activate");
    throw activationError(manifest.name, options.event, error);
  }
}

/**
 * Waits for the component. Reports the limit where it was refused because it would start with more
 * than the plugin may have.
 */
async function withinLimits(
  component: Promise<EngineComponent>,
  plugin: string,
  allowance: Allowance,
): Promise<EngineComponent> {
  try {
    return await component;
  } catch (error) {
    const limit = limitOf(error, plugin);
    if (limit === undefined) throw error;
    throw allowance.passed(limit, "start", "stop", { cause: error });
  }
}

async function activate(
  instance: PluginInstance,
  { manifest }: Package,
  powers: PluginPowers,
  event: string,
  deadlineMs: number,
): Promise<void> {
  if (!instance.offers(LIFECYCLE)) return;
  const context = {
    plugin: manifest.name,
    version: manifest.version,
    host: powers.application,
    api: contractVersion,
    locale: powers.locale,
    startedBy: event,
  };
  await instance.call({
    operation: "activate",
    deadlineMs,
    passed: () => [context],
    enter: (exports) => (exports[LIFECYCLE] as Lifecycle).activate(context),
  });
}

/** Where the plugin returns `err`, it continues without its old state. */
async function restore(
  instance: PluginInstance,
  { manifest }: Package,
  powers: PluginPowers,
  saved: Uint8Array,
  deadlineMs: number,
): Promise<void> {
  if (!instance.offers(STATE)) return;
  try {
    await instance.call({
      operation: "state.restore",
      deadlineMs,
      passed: () => [saved],
      enter: (exports) => (exports[STATE] as State).restore(saved),
    });
  } catch (error) {
    if (!(error instanceof WitError)) throw error;
    powers.telemetry.emit({ tag: "fault", plugin: manifest.name, error });
  }
}

const MAX_STATE = 1024 * 1024;

/**
 * The state of an instance that is about to end. Undefined where it has none, or more than 1 MiB.
 */
export async function saveState(
  instance: PluginInstance,
  deadlineMs: number,
): Promise<Uint8Array | undefined> {
  if (!instance.live || !instance.offers(STATE)) return undefined;
  const saved = await instance
    .call({
      operation: "state.save",
      deadlineMs,
      enter: (exports) => (exports[STATE] as State).save(),
    })
    .catch(() => undefined);
  return saved instanceof Uint8Array && saved.length <= MAX_STATE ? saved : undefined;
}

/** Lets the plugin clean up, then ends the instance. A failure of the plugin is ignored here. */
export async function stopInstance(
  instance: PluginInstance,
  { manifest }: Package,
  powers: PluginPowers,
  deadlineMs: number,
): Promise<void> {
  if (instance.live && instance.offers(LIFECYCLE)) {
    await instance
      .call({
        operation: "deactivate",
        deadlineMs,
        enter: (exports) => (exports[LIFECYCLE] as Lifecycle).deactivate(),
      })
      .catch((error: unknown) => {
        powers.telemetry.emit({ tag: "fault", plugin: manifest.name, error });
      });
  }
  instance.end("stopped", "deactivate");
}

/** `data` has the data of the failure, and its code as `data.reason`. */
function activationError(plugin: string, event: string, error: unknown): TenonError {
  const isOwn = error instanceof TenonError && (error.plugin ?? plugin) === plugin;
  if (isOwn && isOverRules(error)) {
    const { message, data } = error;
    const details = { plugin, operation: event, cause: error, data };
    return new TenonError("component-limit", message, details);
  }
  const why =
    error instanceof WitError
      ? `it says ${pluginWords(String(error.payload))}`
      : error instanceof Error
        ? error.message
        : String(error);
  return new TenonError(
    "plugin-activation",
    `"${plugin}" could not be started by ${event}: ${why}`,
    {
      plugin,
      operation: event,
      cause: error,
      data: error instanceof TenonError ? { ...error.data, reason: error.code } : {},
    },
  );
}
