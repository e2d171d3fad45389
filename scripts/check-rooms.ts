// Fails where the sources and their map differ: `npm run lint` runs it.
// - Each folder of src/ imports only from the rooms that ROOMS allows it (src/README.md, "Import arrows").
// - A room with doors (DOORS) is entered by them alone.
// - A folder has at most MAX_FILES files and a source file at most MAX_LINES lines.
// - No comment starts with `///`: editors do not show it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DOORS, leaves, MAX_FILES, MAX_LINES, ROOMS } from "./rooms/rooms.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const IMPORT = /(?:import|export)\s[^;"']*?from\s+"(\.[^"]+)"|import\(\s*"(\.[^"]+)"\s*\)/gu;

/** The innermost room that a file of src/ lies in; "" for a file directly in src/. */
function roomOf(path: string): string {
  const folder = dirname(path);
  let found = "";
  for (const room of Object.keys(ROOMS)) {
    if ((folder === room || folder.startsWith(`${room}/`)) && room.length > found.length)
      found = room;
  }
  return found;
}

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    // The benchmarks install their peers.
    if (entry.name === "node_modules") return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

function wrongArrows(path: string): string[] {
  const inside = relative("src", path);
  const room = roomOf(inside);
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const target = join(dirname(inside), match[1] ?? match[2] ?? "");
    const other = roomOf(target);
    const doors = DOORS[other];
    if (other !== room && doors !== undefined && !doors.includes(target)) {
      return [`${path}: "${target}" is no door of "${other}"; its doors are ${doors.join(", ")}`];
    }
    if (other === room || allows(ROOMS[room] ?? [], target, other)) return [];
    return [`${path}: "${room || "src"}" may not import "${target}" of "${other || "src"}"`];
  });
}

function allows(allowed: (typeof ROOMS)[string], target: string, room: string): boolean {
  if ("files" in allowed) return allowed.files.includes(target);
  // A room that is named stands for those within it, too.
  if (leaves.has(target) || leaves.has(dirname(target))) return true;
  return allowed.some((name) => room === name || room.startsWith(`${name}/`));
}

function tooLarge(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  const folders = [...counts].flatMap(([folder, count]) =>
    count > MAX_FILES ? [`${folder}: ${count} files, at most ${MAX_FILES}`] : [],
  );
  const files = paths.flatMap((path) => {
    if (path.includes("/generated/") || !path.endsWith(".ts")) return [];
    const lines = readFileSync(join(root, path), "utf8").split("\n").length - 1;
    return lines > MAX_LINES ? [`${path}: ${lines} lines, at most ${MAX_LINES}`] : [];
  });
  return [...folders, ...files];
}

/** `///` is documentation in WIT; in TypeScript it is a plain comment, or a directive. */
function tripleSlashes(path: string): string[] {
  if (path.endsWith(".wit")) return [];
  const lines = readFileSync(join(root, path), "utf8").split("\n");
  const line = lines.findIndex((text) => /^\s*\/\/\//u.test(text)) + 1;
  return line > 0 ? [`${path}:${line}: write "/** */" or "//" in place of "///"`] : [];
}

const paths = filesOf("src");
const sources = paths.filter((path) => path.endsWith(".ts"));
const faults = [
  ...sources.flatMap(wrongArrows),
  ...[...sources, ...filesOf("scripts"), ...filesOf("test")].flatMap(tripleSlashes),
  ...tooLarge(paths),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
