import { type Rules, sameRules } from "./caps/rules.ts";
import { type CompiledModule, type ModuleForm, sameForm } from "./compiled-module.ts";

/** A core module that is compiled or being compiled, with what it is compiled from. */
export interface SharedModule {
  readonly bytes: Uint8Array;
  readonly form: ModuleForm;
  readonly rules: Rules;
  readonly compiled: Promise<CompiledModule>;
}

/**
 * The core modules of several components. Those with the same bytes are compiled once, for as long
 * as a component holds them. They are compared by their bytes, which takes less time than digests
 * would.
 */
export class SharedModules {
  readonly #byLength: Map<number, readonly WeakRef<SharedModule>[]> = new Map();

  /**
   * Returns the module for these bytes, form and rules. Where there is none, calls `compile`; the
   * result is kept until it rejects or no component holds it.
   */
  take(
    bytes: Uint8Array,
    form: ModuleForm,
    rules: Rules,
    compile: () => Promise<CompiledModule>,
  ): SharedModule {
    const held = this.#held(bytes.length);
    for (const ref of held) {
      const shared = ref.deref();
      if (shared === undefined || !sameForm(shared.form, form)) continue;
      if (sameRules(shared.rules, rules) && same(shared.bytes, bytes)) {
        return shared;
      }
    }
    const shared: SharedModule = { bytes, form, rules, compiled: compile() };
    this.#byLength.set(bytes.length, [...held, new WeakRef(shared)]);
    shared.compiled.catch(() => this.#forget(shared));
    return shared;
  }

  #held(length: number): readonly WeakRef<SharedModule>[] {
    return (this.#byLength.get(length) ?? []).filter((ref) => ref.deref() !== undefined);
  }

  #forget(shared: SharedModule): void {
    const { length } = shared.bytes;
    const left = this.#held(length).filter((ref) => ref.deref() !== shared);
    this.#byLength.set(length, left);
  }
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
