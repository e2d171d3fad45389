import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "../../../component/engine.ts";
import { TenonError } from "../../../errors.ts";
import { ArtifactStore } from "./artifact-store.ts";
import type { Artifact } from "./artifact.ts";
import { capCoreModule } from "./core-limits.ts";
import { compileGlue, requiredNames, type Glue } from "./glue.ts";
import { instantiateGlue } from "./instance.ts";
import { Transpiler } from "./transpile.ts";

export interface JcoEngineOptions {
  /// Where transpiled components are kept between runs. Default: nowhere, in memory only (64 MiB).
  readonly cacheFolder?: string;
}

const DEFAULT_MEMORY = 64 * 1024 * 1024;

/// The Engine seam over a transpiler that makes JavaScript of a component. The first compile of a
/// component takes some 300 ms in a worker; later ones read what was kept.
export function jcoEngine(options: JcoEngineOptions = {}): Engine {
  const store = new ArtifactStore(options.cacheFolder);
  const transpiler = new Transpiler();
  return {
    name: "jco",
    async compile(bytes: Uint8Array, { suspend = [] }: EngineCompileOptions = {}) {
      // A copy: the caller may go on to change its bytes while the worker reads them.
      const own = Uint8Array.from(bytes);
      const artifact = await store.get(own, suspend, () => transpiler.run(own, suspend));
      return new JcoComponent(artifact, suspend);
    },
  };
}

class JcoComponent implements EngineComponent {
  readonly #artifact: Artifact;
  readonly #suspend: ReadonlySet<string>;
  #glue: Glue | undefined;
  /// Compiled core modules by the cap that they were rewritten for.
  readonly #modules = new Map<number, Promise<ReadonlyMap<string, WebAssembly.Module>>>();
  #released = false;

  constructor(artifact: Artifact, suspend: readonly string[]) {
    this.#artifact = artifact;
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    { maxMemoryBytes = DEFAULT_MEMORY }: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    if (this.#released) throw new TenonError("component-closed", "The component was released.");
    const { glue: source, imports: functions, exports, exported } = this.#artifact;
    let modules = this.#modules.get(maxMemoryBytes);
    if (modules === undefined) {
      modules = compileModules(this.#artifact, maxMemoryBytes);
      this.#modules.set(maxMemoryBytes, modules);
    }
    this.#glue ??= compileGlue(source);
    const plan = {
      glue: this.#glue,
      modules: await modules,
      imports: { functions, required: requiredNames(source), suspend: this.#suspend },
      exports,
      exported,
      suspending: this.#suspend.size > 0,
    };
    return await instantiateGlue(plan, imports);
  }

  [Symbol.dispose](): void {
    this.#released = true;
    this.#modules.clear();
    this.#glue = undefined;
  }
}

async function compileModules(
  { modules }: Artifact,
  maxMemoryBytes: number,
): Promise<ReadonlyMap<string, WebAssembly.Module>> {
  const compiled = modules.map(async ({ name, bytes }) => {
    const capped = capCoreModule(bytes, maxMemoryBytes);
    try {
      return [name, await WebAssembly.compile(capped)] as const;
    } catch (cause) {
      throw new TenonError(
        "component-unsupported",
        `This JavaScript engine does not take one of the component's core modules: ${String(cause)}`,
        { cause },
      );
    }
  });
  return new Map(await Promise.all(compiled));
}
