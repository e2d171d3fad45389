import { TenonError } from "../../errors.ts";
import { showQuotes } from "../abi/trap.ts";
import { capGrowth } from "../caps/growth.ts";
import { CodeSums } from "../caps/code-sums.ts";
import { checkModule } from "../caps/module-scanner.ts";
import { DEFAULT_RULES, type Rules, sameRules } from "../caps/rules.ts";
import { startingSize } from "../decode/starting-size.ts";
import type { HeldFeatures } from "../features.ts";
import { type ModuleForm, type ModuleKey, sameForm } from "./key.ts";
import { type CompiledModule, same, type SharedModule, SharedModules } from "./memory.ts";
import { withShownNames } from "../decode/shown-names.ts";
import type { CoreModuleRange } from "../validate/resolved.ts";

/** A compiled module, with what it was compiled from. */
export interface MadeModule extends CompiledModule, ModuleKey {
  readonly range: CoreModuleRange;
}

interface Kept extends MadeModule {
  /**
   * A reference that keeps the module known to other components for as long as this one holds it.
   */
  readonly shared?: SharedModule;
}

/**
 * The core modules of one component. Each is compiled once for each form in which it is needed.
 * WebAssembly validates them here.
 */
export class CoreModules {
  #bytes: Uint8Array;
  readonly #features: HeldFeatures;
  readonly #shared: SharedModules;
  readonly #rules: Rules;
  readonly #compiled: Map<number, Kept> = new Map();
  /** The offsets of the modules that are known to pass the rules. */
  readonly #checked: Set<number> | "all";
  readonly #sums: CodeSums;

  /**
   * `features`: for interruptions and snapshots, where a form asks for them. `shared`: modules of
   * other components, for `prepare`. A module that does not pass `rules` is not compiled;
   * `checked`: all of them have been checked already.
   */
  constructor(
    bytes: Uint8Array,
    features: HeldFeatures = {},
    shared: SharedModules = new SharedModules(),
    rules: Rules = DEFAULT_RULES,
    checked = false,
  ) {
    this.#rules = rules;
    this.#checked = checked ? "all" : new Set();
    this.#sums = new CodeSums(rules.caps);
    this.#bytes = bytes;
    this.#features = features;
    this.#shared = shared;
  }

  /**
   * Returns a compiled module. Throws `component-invalid` for a module that WebAssembly refuses;
   * `component-limit` for one over a cap, or that starts larger than it may grow; and
   * `component-unsupported` where this thread may not compile so large a module (a browser's main
   * thread): use `prepare` there.
   */
  get(range: CoreModuleRange, form: ModuleForm): CompiledModule {
    const known = this.#known(range, form);
    if (known !== undefined) return known;
    try {
      const { bytes, ...parts } = this.#formed(range, form);
      const rules = this.#rules;
      const kept = { range, form, rules, module: new WebAssembly.Module(bytes), ...parts };
      this.#compiled.set(range.offset, kept);
      return kept;
    } catch (error) {
      throw refused(error, range);
    }
  }

  /**
   * Throws where one of the modules, or their sum, does not pass the rules, before any is compiled.
   */
  #check(ranges: readonly CoreModuleRange[]): void {
    this.#unshare();
    if (this.#checked === "all") return;
    for (const range of ranges) {
      if (this.#checked.has(range.offset)) continue;
      checkModule(this.#bytes, range, this.#rules, "code", this.#sums);
      this.#checked.add(range.offset);
    }
  }

  /** The modules that have been compiled so far. */
  get made(): readonly MadeModule[] {
    return [...this.#compiled].map(
      ([offset, { range, form, rules, module, added, state, size }]) => {
        const { length } = range;
        return { range: { offset, length }, form, rules, module, added, state, size };
      },
    );
  }

  /**
   * Adds modules that another thread has compiled from the same bytes. Those that passed other
   * rules are ignored.
   */
  take(modules: readonly MadeModule[]): void {
    for (const made of modules) {
      if (sameRules(made.rules, this.#rules)) this.#compiled.set(made.range.offset, made);
    }
  }

  /**
   * Compiles several modules, off this thread where the platform can. Where one does not pass the
   * rules, none is compiled.
   */
  async prepare(ranges: readonly CoreModuleRange[], form: ModuleForm): Promise<void> {
    const unknown = ranges.filter((range) => this.#known(range, form) === undefined);
    if (unknown.length > 0) this.#check(ranges);
    await Promise.all(
      unknown.map(async (range) => {
        try {
          const compile = async (): Promise<CompiledModule> => {
            const { bytes, ...parts } = this.#formed(range, form);
            return { module: await WebAssembly.compile(bytes), ...parts };
          };
          const rules = this.#rules;
          const shared = this.#shared.take(this.#slice(range), { form, rules }, compile);
          const compiled = await shared.compiled;
          this.#compiled.set(range.offset, { range, form, rules, ...compiled, shared });
        } catch (error) {
          throw refused(error, range);
        }
      }),
    );
  }

  /**
   * A compiled module: this one, or another one with the same bytes, because components do embed a
   * module several times.
   */
  #known(range: CoreModuleRange, form: ModuleForm): CompiledModule | undefined {
    const own = this.#compiled.get(range.offset);
    if (own !== undefined && sameForm(own.form, form)) return own;
    for (const kept of this.#compiled.values()) {
      if (sameForm(kept.form, form) && same(this.#slice(kept.range), this.#slice(range))) {
        this.#compiled.set(range.offset, kept);
        return kept;
      }
    }
    return undefined;
  }

  /**
   * WebAssembly does not compile from shared memory. The copy is made before the first module is
   * compiled: a thread that takes all modules from another one needs none, and a large one would
   * hold up its guests.
   */
  #unshare(): void {
    if (!(this.#bytes.buffer instanceof ArrayBuffer)) this.#bytes = this.#bytes.slice();
  }

  #slice({ offset, length }: CoreModuleRange): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }

  #formed(
    range: CoreModuleRange,
    form: ModuleForm,
  ): Omit<CompiledModule, "module"> & { readonly bytes: BufferSource } {
    this.#check([range]);
    const { offset } = range;
    const capped = withShownNames(capGrowth(this.#slice(range), form, offset));
    const size = startingSize(capped);
    const { bytes: plain, state } = form.restorable
      ? this.#features.snapshots!.expose(capped, offset)
      : { bytes: capped, state: undefined };
    if (form.interrupt === undefined) {
      return { bytes: plain as BufferSource, added: undefined, state, size };
    }
    const { bytes, added } = this.#features.interruptions!.rewrite(plain, form.interrupt, offset);
    return { bytes: bytes as BufferSource, added, state, size };
  }
}

function refused(error: unknown, { offset }: CoreModuleRange): unknown {
  if (error instanceof TenonError) return error;
  showQuotes(error);
  const reason = error instanceof Error ? error.message : String(error);
  const details = { cause: error, data: { offset } };
  if (error instanceof WebAssembly.CompileError) {
    return new TenonError(
      "component-invalid",
      `WebAssembly refuses the core module at byte ${offset}: ${reason}`,
      details,
    );
  }
  return new TenonError(
    "component-unsupported",
    `the core module at byte ${offset} can't be compiled here; use the asynchronous compile: ${reason}`,
    details,
  );
}
