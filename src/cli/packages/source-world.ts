import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sourceWorld } from "../../javascript/index.ts";
import { nodePlatform } from "../../platform/node/index.ts";
import { isSourceFile } from "./package-files.ts";

/** What a plugin from source imports and exports. */
export interface ShownWorld {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly wit: string;
}

/** The world of the source at a path: a file, or a folder with `package.json`. */
export async function worldOfSource(path: string): Promise<ShownWorld> {
  const file = mainOf(path);
  const folder = dirname(file);
  await using platform = nodePlatform();
  const found = await sourceWorld(basename(file), readFileSync(file, "utf8"), {
    read: (name) => {
      const other = join(folder, name);
      return existsSync(other) ? readFileSync(other, "utf8") : undefined;
    },
    stripTypes: platform.stripTypes,
  });
  const lines = [
    ...found.imports.flatMap(({ name, functions }) => [
      `import ${name};`,
      ...functions.map((one) => `  ${one}`),
    ]),
    ...found.exports.map((name) => `export ${name};`),
  ];
  return {
    imports: found.imports.map(({ name }) => name),
    exports: found.exports,
    wit: `${lines.join("\n")}\n`,
  };
}

function mainOf(path: string): string {
  if (isSourceFile(path)) return path;
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const { main = "index.js" } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly main?: string;
  };
  return join(folder, main);
}
