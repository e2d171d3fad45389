import { createHash } from "node:crypto";
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "../../src/component/engine.ts";
import { TenonError } from "../../src/errors.ts";
import type { Artifact } from "./artifact.ts";
import { capCoreModule } from "./core-limits.ts";
import { compileGlue, requiredNames, type Glue } from "./glue.ts";
import { instantiateGlue } from "./instance.ts";
import { Transpiler } from "./transpile.ts";

const DEFAULT_MEMORY = 64 * 1024 * 1024;

/**
 * The Engine seam over a transpiler that makes JavaScript of a component: the other side of
 * differential tests. The first compile of a component takes some 300 ms in a worker.
 */
export function jcoEngine(): Engine {
  const transpiler = new Transpiler();
  const made = new Map<string, Promise<Artifact>>();
  return {
    name: "jco",
    async compile(bytes: Uint8Array, { suspend = [] }: EngineCompileOptions = {}) {
      // A copy: the caller may go on to change its bytes while the worker reads them.
      const own = Uint8Array.from(bytes);
      const key = createHash("sha256").update(suspend.join()).update(own).digest("hex");
      const artifact = made.get(key) ?? transpiler.run(own, suspend);
      made.set(key, artifact);
      return new JcoComponent(await artifact, suspend);
    },
  };
}

class JcoComponent implements EngineComponent {
  readonly #artifact: Artifact;
  readonly #suspend: ReadonlySet<string>;
  #glue: Glue | undefined;
  // Compiled core modules by the cap that they were rewritten for.
  readonly #modules = new Map<number, Promise<ReadonlyMap<string, WebAssembly.Module>>>();
  #released = false;

  constructor(artifact: Artifact, suspend: readonly string[]) {
    this.#artifact = artifact;
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    { limits: { memoryBytes: maxMemoryBytes = DEFAULT_MEMORY } = {} }: EngineInstanceOptions = {},
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
