import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Links of a package's documents that lead out of the package, or to nothing: `FILE: TARGET` each. */
export function deadLinks(folder: string): readonly string[] {
  const documents = globSync("**/*.md", { cwd: folder });
  if (documents.length === 0) throw new Error(`${folder} has no documents`);
  return documents.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => {
        const path = join(folder, file, "..", target);
        return !path.startsWith(folder) || !existsSync(path);
      })
      .map((target) => `${file}: ${target}`);
  });
}
