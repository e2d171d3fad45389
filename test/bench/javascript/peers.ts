// Other sandboxes for JavaScript.
import { createRequire } from "node:module";

// The peers' own types are not asked for: they are installed only where benchmarks run.
const require = createRequire(new URL("../package.json", import.meta.url));

interface Handle extends Disposable {
  dispose(): void;
}

interface QuickJsContext extends Handle {
  readonly global: Handle;
  evalCode(source: string): { readonly value: Handle };
  dump(handle: Handle): unknown;
  newFunction(name: string, call: (given: Handle) => Handle): Handle;
  newNumber(value: number): Handle;
  getNumber(handle: Handle): number;
  setProp(target: Handle, name: string, value: Handle): void;
}

interface QuickJs {
  newContext(): QuickJsContext;
}

export async function quickJs(): Promise<QuickJs> {
  const { getQuickJS } = require("quickjs-emscripten") as { getQuickJS(): Promise<QuickJs> };
  return await getQuickJS();
}

/** Runs the source in a context of its own. */
export function freshQuickJs(lib: QuickJs, source: string): unknown {
  const context = lib.newContext();
  try {
    return valueOf(context, source);
  } finally {
    context.dispose();
  }
}

/** A context with a function `host`, which answers with its argument. */
export function callingQuickJs(lib: QuickJs): QuickJsContext {
  const context = lib.newContext();
  const host = context.newFunction("host", (given) => context.newNumber(context.getNumber(given)));
  context.setProp(context.global, "host", host);
  host.dispose();
  return context;
}

export function valueOf(context: QuickJsContext, source: string): unknown {
  const { value } = context.evalCode(source);
  const answer = context.dump(value);
  value.dispose();
  return answer;
}

interface Isolate {
  createContextSync(): { evalSync(source: string): unknown };
  dispose(): void;
}

/** Runs the source in an isolate of its own. */
export function freshIsolate(source: string): unknown {
  const { Isolate } = require("isolated-vm") as { Isolate: new (options: object) => Isolate };
  const isolate = new Isolate({ memoryLimit: 32 });
  try {
    return isolate.createContextSync().evalSync(source);
  } finally {
    isolate.dispose();
  }
}
