// `node --import` of this: "./h.ts" of any script is collect.ts.
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./h.ts"
      ? { url: new URL("collect.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
