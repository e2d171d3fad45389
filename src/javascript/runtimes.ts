import type { Engine, EngineComponent } from "../component/engine.ts";
import type { Platform } from "../platform/platform.ts";
import { RUNTIME_DIGEST, RUNTIME_URL } from "./runtime/runtime-component.ts";

/** More bytes than the runtime ever has. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Instances share code that was compiled for the same most memory: there are few such sizes. */
const LEAST_MEMORY = 128 * 1024 * 1024;
const STEP = 4;

/** A compiled runtime. */
export interface CompiledRuntime {
  readonly component: EngineComponent;
  /**
   * What each instance must be given as its limit: another one would be compiled anew. A program's
   * own limit is kept by its realm.
   */
  readonly memoryBytes: number;
}

/** The compiled runtime, for one engine: once for each size of memory. */
export class Runtimes implements Disposable {
  readonly #platform: Pick<Platform, "read">;
  readonly #engine: () => Engine;
  readonly #compiled: Map<number, Promise<EngineComponent>> = new Map();
  #bytes: Promise<Uint8Array> | undefined;

  constructor(platform: Pick<Platform, "read">, engine: () => Engine) {
    this.#platform = platform;
    this.#engine = engine;
  }

  /** The runtime for programs that hold at most so many bytes. */
  async get(programBytes: number): Promise<CompiledRuntime> {
    let memoryBytes = LEAST_MEMORY;
    while (memoryBytes < programBytes) memoryBytes *= STEP;
    let compiled = this.#compiled.get(memoryBytes);
    if (compiled === undefined) {
      compiled = this.#compile(memoryBytes);
      this.#compiled.set(memoryBytes, compiled);
      compiled.catch(() => this.#compiled.delete(memoryBytes));
    }
    return { component: await compiled, memoryBytes };
  }

  async #compile(memoryBytes: number): Promise<EngineComponent> {
    this.#bytes ??= this.#platform.read(RUNTIME_URL, MOST_BYTES);
    this.#bytes.catch(() => (this.#bytes = undefined));
    return await this.#engine().compile(await this.#bytes, {
      digest: RUNTIME_DIGEST,
      limits: { memoryBytes },
    });
  }

  [Symbol.dispose](): void {
    for (const compiled of this.#compiled.values()) {
      compiled.then(
        (component) => component[Symbol.dispose](),
        () => undefined,
      );
    }
    this.#compiled.clear();
  }
}
