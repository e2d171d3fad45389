import { TenonError } from "../errors.ts";
import type { AsciiDecoder } from "./abi/context.ts";
import { type Component, compile } from "./compile.ts";
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "./engine.ts";
import { instantiateAsync, type InstantiateOptions } from "./link/linker.ts";

export interface ComponentEngineOptions {
  /// See InstantiateOptions. Default: text where it may be compiled.
  readonly code?: "text" | "closures";
  /// A platform's faster way to read long strings that may be ASCII. Default: none.
  readonly decodeAscii?: AsciiDecoder;
}

/// The Engine seam over this engine.
export function componentEngine(options: ComponentEngineOptions = {}): Engine {
  return {
    name: "tenon",
    async compile(bytes: Uint8Array, { suspend = [] }: EngineCompileOptions = {}) {
      // The component goes on reading its bytes; the caller may go on to change its own.
      const component = await compile(Uint8Array.from(bytes));
      return new CompiledComponent(component, { ...options, suspend });
    },
  };
}

class CompiledComponent implements EngineComponent {
  #component: Component | undefined;
  readonly #options: InstantiateOptions;

  constructor(component: Component, options: InstantiateOptions) {
    this.#component = component;
    this.#options = options;
  }

  async instantiate(
    imports: EngineImports,
    { maxMemoryBytes }: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    if (this.#component === undefined) {
      throw new TenonError("component-closed", "the component was released: compile it again");
    }
    const limits = maxMemoryBytes === undefined ? {} : { memoryBytes: maxMemoryBytes };
    return instantiateAsync(this.#component, imports, { ...this.#options, limits });
  }

  [Symbol.dispose](): void {
    this.#component = undefined;
  }
}
