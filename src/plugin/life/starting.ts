import type { TenonError } from "../../errors.ts";
import { ended, type ToldReason } from "../calls/outcome.ts";
import type { PluginInstance } from "../instance/instance.ts";

/** A start under way, which may be cut off whatever it waits for. */
export class Starting {
  readonly #plugin: string;
  readonly #event: string;
  readonly #cut: PromiseWithResolvers<never> = Promise.withResolvers();
  #instance: PluginInstance | undefined;
  #reason: ToldReason | undefined;

  constructor(plugin: string, event: string) {
    this.#plugin = plugin;
    this.#event = event;
    // A start that is over is cut off by nobody.
    this.#cut.promise.catch(() => {});
  }

  get isCut(): boolean {
    return this.#reason !== undefined;
  }

  /** None of the instance's code has run yet. */
  begun(instance: PluginInstance): void {
    this.#instance = instance;
    if (this.#reason !== undefined) instance.end(this.#reason, this.#event);
  }

  /** Ends the instance, and the wait for it. */
  cut(reason: ToldReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#instance?.end(reason, this.#event);
    this.#cut.reject(this.#error(reason));
  }

  /** Rejects as `start` does, and where it is cut off. Its instance ends then. */
  async whole(start: Promise<PluginInstance>): Promise<PluginInstance> {
    const late = start.then((instance) => {
      if (this.#reason !== undefined) instance.end(this.#reason, this.#event);
      return instance;
    });
    return await Promise.race([late, this.#cut.promise]);
  }

  #error(reason: ToldReason): TenonError {
    return ended(reason, this.#plugin, this.#event);
  }
}
