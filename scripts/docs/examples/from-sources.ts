// `node --import` of this: `import "tenon"`, and each of its subpaths, is the source of what the package exports.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../../..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, { readonly default: string } | string>;
};

registerHooks({
  resolve(specifier, context, next) {
    // Installed with the package, whose dependency it is.
    if (specifier === "zod") return next(specifier, { ...context, parentURL: import.meta.url });
    if (specifier !== "tenon" && !specifier.startsWith("tenon/")) return next(specifier, context);
    const entry = exports[`.${specifier.slice("tenon".length)}`];
    if (entry === undefined) throw new Error(`the package has no ${specifier}`);
    const file = typeof entry === "object" ? entry.default : entry;
    const source = file.replace("./dist/", "./src/").replace(/\.js$/, ".ts");
    return { url: pathToFileURL(join(root, source)).href, shortCircuit: true };
  },
});
