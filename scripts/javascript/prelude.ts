import { join } from "node:path";

import { rolldown } from "rolldown";

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
    return `(function (native) { "use strict"; ${output[0].code}; return prelude.hooks; })`;
  } finally {
    await bundle.close();
  }
}
