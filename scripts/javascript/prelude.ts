import { join } from "node:path";

import { rolldown } from "rolldown";

/**
 * The language's globals that the prelude uses by their names. It has those that the realm begins with,
 * whatever a program puts in their place.
 */
const GLOBALS = `Array, ArrayBuffer, BigInt, DataView, Date, Map, Number, Object, Promise, Reflect, RegExp, Set, String,
  Symbol, Uint8Array, WeakMap, WeakSet, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
  DOMException, JSON, Math`;

/**
 * The prelude as one script: a function that is given the runtime's own functions, and answers with
 * what the runtime calls.
 */
export async function bundlePrelude(folder: string): Promise<string> {
  const bundle = await rolldown({
    input: join(folder, "main.ts"),
    platform: "neutral",
    treeshake: true,
    logLevel: "warn",
  });
  try {
    const { output } = await bundle.generate({
      format: "iife",
      name: "prelude",
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      comments: false,
    });
    return `(function (native) { "use strict"; const { ${GLOBALS} } = globalThis; ${output[0].code}; return prelude.hooks; })`;
  } finally {
    await bundle.close();
  }
}
