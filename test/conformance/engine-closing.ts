import type { Engine, EngineComponent, EngineInstance } from "../../src/component/engine.ts";

/** An engine whose instances are closed with it: a page has room for some hundred memories. */
export function closing(engine: Engine): Engine & Disposable {
  const made: EngineInstance[] = [];
  return {
    name: engine.name,
    async compile(bytes, options): Promise<EngineComponent> {
      const component = await engine.compile(bytes, options);
      return {
        async instantiate(imports, powers) {
          const instance = await component.instantiate(imports, powers);
          made.push(instance);
          return instance;
        },
        [Symbol.dispose]: () => component[Symbol.dispose](),
      };
    },
    [Symbol.dispose]() {
      for (const instance of made.splice(0)) instance[Symbol.dispose]();
    },
  };
}
