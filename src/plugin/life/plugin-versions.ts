import type { EngineComponent } from "../../component/engine.ts";
import type { TenonError } from "../../errors.ts";
import type { PluginInstance } from "../instance/instance.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Package } from "../package/package.ts";
import { knownPlugin, type Ownership, settleOwnership } from "./ownership.ts";
import type { PluginPowers } from "./plugin-powers.ts";
import { compilePackage, startInstance, type StartOptions } from "./start.ts";

/**
 * The version of a plugin that is in use, compiled when it is first needed, and the version before.
 * After an update, the version before is kept until the new one has answered its first call.
 */
export class PluginVersions {
  readonly #powers: PluginPowers;
  #current: Package;
  #previous: Package | undefined;
  /** Undefined until the plugin is first used, where it was installed from an index. */
  #ownership: Ownership | undefined;
  #settling: Promise<Ownership> | undefined;
  #previousOwnership: Ownership | undefined;
  /** The state of the version before, where the version in use may not have it. */
  #previousSaved: Uint8Array | undefined;
  #component: Promise<EngineComponent> | undefined;
  /** The state that the last instance saved before an update. */
  #saved: Uint8Array | undefined;
  /** The saved state that each instance was given. */
  readonly #given: WeakMap<PluginInstance, Uint8Array> = new WeakMap();
  /** Settles when the version before, to which the plugin went back, has been decided about. */
  #back: Promise<unknown> | undefined;
  /** How many instances are being started. */
  #starting = 0;

  constructor(source: Package, ownership: Ownership | undefined, powers: PluginPowers) {
    this.#current = source;
    this.#ownership = ownership;
    this.#powers = powers;
  }

  get current(): Package {
    return this.#current;
  }

  /** Whose data the plugin's is, as far as that was asked. */
  get ownership(): Ownership | undefined {
    return this.#ownership;
  }

  /**
   * Finds out whose data the plugin's is. Rejects with `identity-changed` and `signature-missing`
   * where another maker has the name.
   */
  async own(): Promise<Ownership> {
    if (this.#ownership !== undefined) return this.#ownership;
    const settling = (this.#settling ??= this.#settled(this.#current));
    try {
      this.#ownership ??= await settling;
      return this.#ownership;
    } finally {
      if (this.#settling === settling) this.#settling = undefined;
    }
  }

  async #settled(source: Package): Promise<Ownership> {
    const { records, authority } = this.#powers;
    const { name } = source.manifest;
    const known = await records.load(name);
    const ownership = await settleOwnership(source, known, authority);
    if (known !== undefined && ownership.taken !== undefined) {
      await records.save(name, {
        ...known,
        ...knownPlugin(source, ownership),
        digest: source.digest,
      });
    }
    return ownership;
  }

  /** Compiles the component, where that has not been done. Rejects with `component-*`. */
  async prepare(): Promise<void> {
    this.#component ??= compilePackage(this.#current, this.#powers);
    try {
      await this.#component;
    } catch (error) {
      // The next attempt compiles again, which may succeed: a worker may have died.
      this.release();
      throw error;
    }
  }

  /**
   * Starts an instance. Rejects with `plugin-activation`, and as `own` and `Package.isolation` do:
   * those are not the plugin's doing.
   */
  async start(
    event: string,
    options: Pick<StartOptions, "meter" | "allowance" | "siblings" | "short" | "begun">,
  ): Promise<PluginInstance> {
    const { owner } = await this.own();
    const source = this.#current;
    source.isolation();
    await this.#back;
    await this.#powers.authority.renew(source.manifest.name);
    // The plugin may have gone back to the version before, whose data is another owner's.
    if (this.#current !== source) return await this.start(event, options);
    this.#component ??= compilePackage(source, this.#powers);
    const component = this.#component;
    const saved = this.#saved;
    this.#starting++;
    let failed = true;
    try {
      const all = { ...options, event, saved, owner };
      const instance = await startInstance(source, component, this.#powers, all);
      failed = false;
      if (saved !== undefined) this.#given.set(instance, saved);
      this.#saved = undefined;
      return instance;
    } finally {
      this.#starting--;
      // Keep it while another instance is being made of it.
      if (failed && this.#starting === 0 && this.#component === component) this.release();
    }
  }

  /** Sets the state that the next instance is given. */
  keep(saved: Uint8Array | undefined): void {
    this.#saved = saved;
  }

  /**
   * An instance was lost with its thread: the next one is given the state that this one was given.
   */
  lost(instance: PluginInstance): void {
    if (instance.package === this.#current) this.#saved ??= this.#given.get(instance);
  }

  /** The state that was saved goes to the next version only where it may have the plugin's data. */
  replace(next: Package, ownership: Ownership, saved: Uint8Array | undefined): void {
    this.release();
    const isFresh = ownership.taken === "fresh";
    [this.#previous, this.#current] = [this.#current, next];
    [this.#previousOwnership, this.#ownership] = [this.#ownership, ownership];
    [this.#previousSaved, this.#saved] = isFresh ? [saved, undefined] : [undefined, saved];
  }

  /** The new version has proved itself: the version before is not needed any more. */
  settle(): void {
    this.#previous = undefined;
    this.#previousSaved = undefined;
  }

  /**
   * Goes back to the version before, where it is still kept. Returns the manifest of the version
   * that failed. The plugin's grants are then those that the version before asked for.
   */
  async rollBack(failure: TenonError): Promise<Manifest | undefined> {
    const [failed, previous] = [this.#current, this.#previous];
    if (previous === undefined) return undefined;
    const { name, version, capabilities } = previous.manifest;
    const { identity } = previous;
    const from = failed.manifest.version;
    this.release();
    this.#previous = undefined;
    this.#current = previous;
    this.#ownership = this.#previousOwnership;
    this.#saved = this.#previousSaved ?? this.#saved;
    this.#previousSaved = undefined;
    const enrolling = this.#powers.authority.enroll({
      name,
      version,
      identity,
      requests: capabilities,
    });
    this.#back = Promise.allSettled([enrolling]);
    await enrolling;
    const told = { plugin: name, from, to: version, error: failure };
    this.#powers.telemetry.emit({ tag: "rolled-back", ...told });
    this.#powers.note(name, "install", "crashed", `back to ${version}: ${from} failed`);
    return failed.manifest;
  }

  /** Releases the compiled component. */
  release(): void {
    this.#component?.then(
      (component) => component[Symbol.dispose](),
      () => undefined,
    );
    this.#component = undefined;
  }
}
