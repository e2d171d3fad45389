import type { EngineComponent } from "../../component/engine.ts";
import type { TenonError } from "../../errors.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Package } from "../package/package.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import { compilePackage, startInstance, type StartOptions } from "./start.ts";

/**
 * The version of a plugin that is in use, compiled once it is wanted, and the one that it replaced:
 * an update is on probation until it has answered its first call.
 */
export class PluginVersions {
  readonly #powers: PluginPowers;
  #current: Package;
  #previous: Package | undefined;
  #component: Promise<EngineComponent> | undefined;
  /** What the instance before an update saved. */
  #saved: Uint8Array | undefined;
  /** What each instance was given back of it. */
  readonly #given: WeakMap<PluginInstance, Uint8Array> = new WeakMap();
  /** Instances that are being started. */
  #starting = 0;

  constructor(source: Package, powers: PluginPowers) {
    this.#current = source;
    this.#powers = powers;
  }

  get current(): Package {
    return this.#current;
  }

  /** Compiles, if that has not been done. Rejects with `component-*`. */
  async prepare(): Promise<void> {
    this.#component ??= compilePackage(this.#current, this.#powers);
    try {
      await this.#component;
    } catch (error) {
      // What failed to compile may compile next time: a worker may have died.
      this.release();
      throw error;
    }
  }

  /** Rejects with `plugin-activation`. */
  async start(
    event: string,
    options: Pick<StartOptions, "meter" | "allowance" | "siblings" | "short">,
  ): Promise<PluginInstance> {
    await this.#powers.authority.renew(this.#current.manifest.name);
    this.#component ??= compilePackage(this.#current, this.#powers);
    const component = this.#component;
    const saved = this.#saved;
    this.#starting++;
    let failed = true;
    try {
      const all = { ...options, event, saved };
      const instance = await startInstance(this.#current, component, this.#powers, all);
      failed = false;
      if (saved !== undefined) this.#given.set(instance, saved);
      this.#saved = undefined;
      return instance;
    } finally {
      this.#starting--;
      // Another one may be made of it just now.
      if (failed && this.#starting === 0 && this.#component === component) this.release();
    }
  }

  /** What the next instance is given back. */
  keep(saved: Uint8Array | undefined): void {
    this.#saved = saved;
  }

  /** An instance was lost with its thread: the next one goes on from what is known of its state. */
  lost(instance: PluginInstance): void {
    if (instance.package === this.#current) this.#saved ??= this.#given.get(instance);
  }

  replace(next: Package, saved: Uint8Array | undefined): void {
    this.release();
    this.#previous = this.#current;
    this.#current = next;
    this.#saved = saved;
  }

  /** The end of a probation: the version before is not needed any more. */
  settle(): void {
    this.#previous = undefined;
  }

  /**
   * Goes back to the version before, if there is one on hold. Answers the manifest of the one that
   * failed. What the plugin may do is what the version before asked for.
   */
  async rollBack(error: TenonError): Promise<Manifest | undefined> {
    const [failed, previous] = [this.#current, this.#previous];
    if (previous === undefined) return undefined;
    const { name, version, capabilities } = previous.manifest;
    const from = failed.manifest.version;
    this.release();
    this.#previous = undefined;
    this.#current = previous;
    await this.#powers.authority.enroll({ name, version, requests: capabilities });
    this.#powers.telemetry.emit({ tag: "rolled-back", plugin: name, from, to: version, error });
    this.#powers.note(name, "install", "crashed", `back to ${version}: ${from} failed`);
    return failed.manifest;
  }

  /** Lets the compiled form go. */
  release(): void {
    this.#component?.then(
      (component) => component[Symbol.dispose](),
      () => undefined,
    );
    this.#component = undefined;
  }
}
