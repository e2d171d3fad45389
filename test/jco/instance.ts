import type { EngineExports, EngineImports, EngineInstance } from "../../src/component/engine.ts";
import { TenonError, WitError } from "../../src/errors.ts";
import type { FunctionName } from "./artifact.ts";
import type { Glue } from "./glue.ts";
import { guardImports, type ImportPlan } from "./host-imports.ts";
import { isDeclared, Life } from "./life.ts";
import { camelCase } from "../../src/component/js-names.ts";
import { parseFunctionName } from "./member-names.ts";

export interface InstancePlan {
  readonly glue: Glue;
  /** Core modules by file name, their memories capped. */
  readonly modules: ReadonlyMap<string, WebAssembly.Module>;
  readonly imports: ImportPlan;
  readonly exports: readonly FunctionName[];
  readonly exported: readonly string[];
  /** Whether exports answer with promises. */
  readonly suspending: boolean;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;
type GuestClass = new (...args: unknown[]) => object;

export async function instantiateGlue(
  plan: InstancePlan,
  imports: EngineImports,
): Promise<EngineInstance> {
  return await JcoInstance.start(plan, imports);
}

class JcoInstance implements EngineInstance {
  readonly #plan: InstancePlan;
  readonly #life: Life;
  readonly #memories = new Set<WebAssembly.Memory>();
  #exports: Readonly<Record<string, unknown>> = {};

  private constructor(plan: InstancePlan) {
    this.#plan = plan;
    this.#life = new Life(() => this.#memories.clear());
  }

  static async start(plan: InstancePlan, imports: EngineImports): Promise<JcoInstance> {
    const instance = new JcoInstance(plan);
    const guarded = guardImports(plan.imports, imports, () => instance.#life);
    const raw = await instance.#run(guarded);
    instance.#exports = instance.#wrapExports(raw);
    return instance;
  }

  get exports(): Readonly<Record<string, unknown>> {
    return this.#exports;
  }

  call<Answer>(enter: (exports: EngineExports) => Answer): Answer {
    return enter(this.#exports);
  }

  get state(): "live" | "poisoned" | "closed" {
    return this.#life.state.tag;
  }

  get memoryBytes(): number {
    let sum = 0;
    for (const memory of this.#memories) sum += memory.buffer.byteLength;
    return sum;
  }

  [Symbol.dispose](): void {
    this.#life.close();
  }

  async #run(imports: object): Promise<object> {
    const instantiate = this.#plan.glue({
      WebAssembly: this.#coreWorld(),
      dropResource: (resource) => this.#drop(resource),
    });
    try {
      const made = await instantiate(
        (name) => this.#plan.modules.get(name)!,
        imports,
        (module, coreImports) => this.#instantiateCore(module, coreImports),
      );
      return made as object;
    } catch (cause) {
      if (cause instanceof WebAssembly.LinkError) {
        throw new TenonError(
          "component-invalid",
          `The component's parts don't fit: ${cause.message}`,
        );
      }
      if (isOutOfMemory(cause)) {
        throw new TenonError("component-limit", "There is no memory left for the component.", {
          cause,
        });
      }
      throw this.#life.poison(cause, "start");
    }
  }

  #instantiateCore(
    module: WebAssembly.Module,
    imports: WebAssembly.Imports | undefined,
  ): WebAssembly.Instance {
    const core = new WebAssembly.Instance(module, imports);
    for (const value of Object.values(core.exports)) {
      if (value instanceof WebAssembly.Memory) this.#memories.add(value);
    }
    return core;
  }

  // In suspending mode a trap is seen where the core function ends, since the glue's own promise
  // does not settle for every one.
  #coreWorld(): object {
    const life = this.#life;
    return Object.assign(Object.create(WebAssembly), {
      promising(fn: (...args: never[]) => unknown) {
        const call = WebAssembly.promising(fn);
        return async (...args: never[]): Promise<unknown> => {
          try {
            return await call(...args);
          } catch (cause) {
            life.poison(cause, "a call");
            throw cause;
          }
        };
      },
    });
  }

  #drop(resource: object): void {
    const dispose: unknown = (resource as Partial<Disposable>)[Symbol.dispose];
    if (typeof dispose !== "function" || !this.#life.live) return;
    try {
      dispose.call(resource);
    } catch (cause) {
      this.#life.poison(cause, "a resource's drop");
      throw new WebAssembly.RuntimeError("the instance has ended");
    }
  }

  #wrapExports(raw: object): Readonly<Record<string, unknown>> {
    const wrapped = new Map<string, unknown>();
    for (const name of this.#plan.exported) {
      const given = ownValue(raw, name) ?? ownValue(raw, camelCase(name));
      if (typeof given === "function") wrapped.set(name, this.#wrap(given as Call, name));
      else if (typeof given === "object") wrapped.set(name, { ...given });
    }
    const seen = new Set<unknown>();
    for (const { interface: owner, name } of this.#plan.exports) {
      const target = wrapped.get(owner);
      if (owner === name || typeof target !== "object" || target === null) continue;
      this.#wrapMember(target as Record<string, unknown>, name, `${owner}#${name}`, seen);
    }
    return Object.freeze(Object.fromEntries(wrapped));
  }

  #wrapMember(
    target: Record<string, unknown>,
    name: string,
    label: string,
    seen: Set<unknown>,
  ): void {
    const parsed = parseFunctionName(name);
    if (parsed.tag === "function") {
      const key = camelCase(name);
      target[key] = this.#wrap(target[key] as Call, label);
      return;
    }
    const original = target[parsed.className];
    if (typeof original !== "function" || seen.has(original)) return;
    seen.add(original);
    // The glue made the class for this instance alone: its members can be guarded in place.
    for (const owner of [original, original.prototype as object]) this.#wrapMembers(owner, label);
    const guarded = new Proxy(original as GuestClass, {
      construct: (made, args, newTarget) =>
        this.#life.callSync(label, () => Reflect.construct(made, args, newTarget)) as object,
    });
    seen.add(guarded);
    target[parsed.className] = guarded;
  }

  #wrapMembers(owner: object, label: string): void {
    for (const [key, { value, writable }] of Object.entries(
      Object.getOwnPropertyDescriptors(owner),
    )) {
      if (typeof value !== "function" || writable !== true || key === "constructor") continue;
      Object.defineProperty(owner, key, { value: this.#wrap(value, `${label} ${key}`) });
    }
  }

  #wrap(fn: Call, label: string): Call {
    const life = this.#life;
    if (!this.#plan.suspending) {
      return function (this: unknown, ...args) {
        return translated(() => life.callSync(label, () => fn.apply(this, args)));
      };
    }
    return async function (this: unknown, ...args) {
      try {
        return await life.callSuspending(label, async () => fn.apply(this, args));
      } catch (error) {
        throw declared(error);
      }
    };
  }
}

function translated(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    throw declared(error);
  }
}

// A guest's `err` in this project's form; anything else as it is.
function declared(error: unknown): unknown {
  return isDeclared(error) ? new WitError(error.payload, "the guest answered err") : error;
}

function ownValue(owner: object, key: string): unknown {
  return Object.hasOwn(owner, key) ? (owner as Record<string, unknown>)[key] : undefined;
}

function isOutOfMemory(cause: unknown): boolean {
  return cause instanceof RangeError && /memory|allocat/iu.test(cause.message);
}
