import { compileFunction } from "node:vm";

/** The transpiler's `instantiate`: `modules` answers a core module by the name of its file. */
export type InstantiateGlue = (
  modules: (name: string) => WebAssembly.Module,
  imports: object,
  instantiateCore: (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ) => { readonly exports: WebAssembly.Exports },
) => unknown;

/**
 * What the glue reaches of the world: these, and the language. `dropResource` is called with a host
 * resource whose owning handle the guest dropped.
 */
export interface GlueWorld {
  readonly WebAssembly: object;
  readonly dropResource: (resource: object) => void;
}

export type Glue = (world: GlueWorld) => InstantiateGlue;

// Globals that are replaced, or hidden: the glue needs none of them, and looking for a debug flag in
// `process.env` at each of its trace points would cost more than a call.
const PARAMETERS = ["WebAssembly", "dropResource", "globalThis", "console", "process", "fetch"];

/**
 * Compiles the transpiler's module as a function, which (unlike an imported module) can be freed.
 */
export function compileGlue(source: string): Glue {
  const body = source
    .replace(/^export (function instantiate|const _util)/gmu, "$1")
    .replaceAll("import.meta.url", "undefined");
  const compiled = compileFunction(`${callByClass(body)}\nreturn instantiate;`, PARAMETERS);
  const silent = { debug: () => undefined, error: () => undefined };
  return ({ WebAssembly, dropResource }) =>
    compiled(WebAssembly, dropResource, { WebAssembly }, silent, undefined, undefined);
}

/** JavaScript names that the glue takes from each imported interface. */
export function requiredNames(source: string): Map<string, string[]> {
  const required = new Map<string, string[]>();
  for (const [, list, owner] of source.matchAll(/const \{ ([^}]*) \} = imports\['([^']+)'\]/gu)) {
    const names = list!.split(",").map((item) => item.split(":", 1)[0]!.trim().replaceAll("'", ""));
    required.set(owner!, names);
  }
  return required;
}

// Methods of host resources are called through the class that the imports gave, and a dropped
// handle goes through `dropResource`, so that nothing of the host runs unguarded.
function callByClass(source: string): string {
  const classes = new Map<string, string>();
  const pattern =
    /(rsc\d+) = Object\.create\(([\w$]+)\.prototype\)|=> (rsc\d+)\.([\w$]+)\(|if \(rsc\[symbolDispose\]\) rsc\[symbolDispose\]\(\);/gu;
  return source.replace(pattern, (text, made, className, self, method) => {
    if (made !== undefined) {
      classes.set(made, className);
      return text;
    }
    if (self === undefined) return "dropResource(rsc);";
    return `=> ${classes.get(self)}.prototype.${method}.call(${self}, `;
  });
}
