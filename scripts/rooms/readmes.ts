// Whether each room has a README that names what is in it.
import { dirname, relative } from "node:path";
import type { RoomPlan } from "./faults.ts";

/**
 * `texts` are those of all files of src/, by path. A README speaks for its folder and for those below it that have
 * none. It names a file (`place.ts`, `life/place.ts`), or a folder of them (`rope/`).
 */
export function readmeFaults(
  texts: ReadonlyMap<string, string>,
  { rooms }: RoomPlan,
): readonly string[] {
  const missing = Object.keys(rooms).flatMap((room) =>
    texts.has(readmeOf(room)) ? [] : [`${room}: a room without a README`],
  );
  const unnamed = [...texts.keys()].flatMap((path) => {
    if (!path.endsWith(".ts") || path.includes("generated/")) return [];
    const readme = nearest(dirname(path), texts);
    if (readme === undefined) return [];
    const folder = dirname(readme);
    if (names(texts.get(readme)!, relative(folder, path), folder)) return [];
    return [`${path}: src/${readme} does not name it, or its folder`];
  });
  return [...missing, ...unnamed];
}

function readmeOf(room: string): string {
  return room === "" ? "README.md" : `${room}/README.md`;
}

function nearest(folder: string, texts: ReadonlyMap<string, string>): string | undefined {
  if (folder === ".") return texts.has("README.md") ? "README.md" : undefined;
  const own = readmeOf(folder);
  return texts.has(own) ? own : nearest(dirname(folder), texts);
}

/** `path` is from the README's folder. A word is a path from there, from src/, or the end of one. */
function names(readme: string, path: string, from: string): boolean {
  const words = new Set([...readme.matchAll(/`([^`\n]+)`/gu)].map(([, word = ""]) => word));
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if (words.has(`${folder}/`)) return true;
  }
  const whole = from === "." ? `/${path}` : `/${from}/${path}`;
  return [...words].some((word) => whole.endsWith(`/${word}`));
}
