// Fails where the sources and their map differ: `npm run lint` runs it.
// - Each folder of src/ lies in a room, and imports only from the rooms that ROOMS allows it
//   (src/README.md, "Import arrows"). No arrow is allowed that nothing uses.
// - A room with doors (DOORS) is entered by them alone.
// - Each room has a README, which names its files.
// - What an object is given to call back (…Powers, …Parts) says who makes it.
// - A folder has at most MAX_FILES source files and a source file at most MAX_LINES lines.
// - No comment of TypeScript starts with `///`: editors do not show it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { roomFaults } from "./rooms/faults.ts";
import { lineCommentsOf } from "./rooms/imports.ts";
import { makerFaults } from "./rooms/makers.ts";
import { readmeFaults } from "./rooms/readmes.ts";
import { MAX_FILES, MAX_LINES, PLAN } from "./rooms/rooms.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    // The benchmarks install their peers.
    if (entry.name === "node_modules") return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

function textsOf(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    paths.map((path) => [relative("src", path), readFileSync(join(root, path), "utf8")]),
  );
}

/** `paths` are those of TypeScript files: a README takes no place. */
function tooLarge(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  const folders = [...counts].flatMap(([folder, count]) =>
    count > MAX_FILES ? [`${folder}: ${count} files, at most ${MAX_FILES}`] : [],
  );
  const files = paths.flatMap((path) => {
    if (path.includes("/generated/")) return [];
    const lines = readFileSync(join(root, path), "utf8").split("\n").length - 1;
    return lines > MAX_LINES ? [`${path}: ${lines} lines, at most ${MAX_LINES}`] : [];
  });
  return [...folders, ...files];
}

/** `///` is documentation in WIT and Rust; in TypeScript it is a plain comment, or a directive. */
function tripleSlashes(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  if (!text.includes("///")) return [];
  const comment = lineCommentsOf(path, text).find(({ text: said }) => said.startsWith("/"));
  return comment ? [`${path}:${comment.line}: write "/** */" or "//" in place of "///"`] : [];
}

const isSource = (path: string): boolean => path.endsWith(".ts");
const paths = filesOf("src");
const texts = textsOf(paths.filter(isSource));
const faults = [
  ...roomFaults(texts, PLAN),
  ...makerFaults(texts),
  ...readmeFaults(textsOf(paths), PLAN),
  ...[...paths, ...filesOf("scripts"), ...filesOf("test")].filter(isSource).flatMap(tripleSlashes),
  ...tooLarge(paths.filter(isSource)),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
