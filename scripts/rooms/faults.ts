// What differs between the sources and the rooms that they are meant to lie in.
import { dirname, join } from "node:path";
import { importsOf } from "./imports.ts";

/** The rooms that a room may import, those within them included; or only files, by name. */
export type Arrows = readonly string[] | { readonly files: readonly string[] };

/** Paths are below src/; a room is the path of its folder, "" the folder src/ itself. */
export interface RoomPlan {
  /** Each room with its arrows. A folder lies in the innermost room that holds it. */
  readonly rooms: Readonly<Record<string, Arrows>>;
  /** Files directly in src/, and rooms, that all others may import. Such files import only each other. */
  readonly leaves: ReadonlySet<string>;
  /** Of these rooms others import only the files named here. */
  readonly doors: Readonly<Record<string, readonly string[]>>;
  /** Files directly in src/ that are no leaf. */
  readonly top: ReadonlySet<string>;
}

/** Files outside src/ that a file of it may name. */
const OUTSIDE = new Set(["../package.json"]);

/** `sources` are the texts of all TypeScript files of src/, by path. One line for each fault. */
export function roomFaults(
  sources: ReadonlyMap<string, string>,
  plan: RoomPlan,
): readonly string[] {
  const faults: string[] = [];
  const used = new Set<string>();
  for (const [path, text] of sources) {
    const room = roomOf(path, plan);
    if (room === undefined) {
      const folder = dirname(path);
      faults.push(
        folder === "."
          ? `${path}: a file directly in src/ is one of TOP or a leaf; no other is allowed`
          : `${path}: ${folder} lies in no room; give it a row in ROOMS, and in src/README.md`,
      );
      continue;
    }
    for (const name of importsOf(path, text)) {
      const fault = importFault(path, room, name, plan, used);
      if (fault !== undefined) faults.push(`${path}: ${fault}`);
    }
  }
  return [...faults, ...emptyRooms(sources, plan), ...unused(plan, used)];
}

/** The innermost room that a file lies in; "leaf" for a file that is one. */
function roomOf(path: string, { rooms, leaves, top }: RoomPlan): string | undefined {
  if (leaves.has(path)) return "leaf";
  if (dirname(path) === ".") return top.has(path) ? "" : undefined;
  const around = Object.keys(rooms).filter((room) => room !== "" && path.startsWith(`${room}/`));
  return around.toSorted((one, other) => other.length - one.length)[0];
}

function importFault(
  path: string,
  room: string,
  name: string,
  plan: RoomPlan,
  used: Set<string>,
): string | undefined {
  if (name === "tenon" || name.startsWith("tenon/"))
    return `"${name}" is this package: import the file`;
  if (!name.startsWith(".")) return undefined;
  const target = join(dirname(path), name).replace(/\.js$/u, ".ts");
  if (target.startsWith("..")) {
    return OUTSIDE.has(target) ? undefined : `"${target}" is outside src/`;
  }
  const other = roomOf(target, plan);
  if (other === undefined) return `"${target}" lies in no room`;
  if (other === room) return undefined;
  const doors = plan.doors[other];
  if (doors !== undefined) {
    if (!doors.includes(target)) {
      return `"${target}" is no door of "${other}"; its doors are ${doors.join(", ")}`;
    }
    used.add(`door ${target}`);
  }
  const arrow = arrowTo(plan.rooms[room] ?? [], target, other);
  if (arrow !== undefined) used.add(`${room} -> ${arrow}`);
  else if (!(other === "leaf" || plan.leaves.has(other)))
    return `"${room || "src"}" may not import "${target}" of "${other || "src"}"`;
  return undefined;
}

/** The arrow that allows it. A room that is named stands for those within it, too. */
function arrowTo(arrows: Arrows, target: string, room: string): string | undefined {
  if ("files" in arrows) return arrows.files.find((file) => file === target);
  return arrows.find((name) => room === name || room.startsWith(`${name}/`));
}

function emptyRooms(
  sources: ReadonlyMap<string, string>,
  { rooms, leaves, top }: RoomPlan,
): readonly string[] {
  const paths = [...sources.keys()];
  const folders = Object.keys(rooms).filter(
    (room) => room !== "" && !paths.some((path) => path.startsWith(`${room}/`)),
  );
  const files = [...top, ...leaves].filter((name) => name.endsWith(".ts") && !sources.has(name));
  return [...folders, ...files].map((name) => `${name}: is in the plan, and not in src/`);
}

/** Arrows and doors that no file needs: whoever reads them would think that one does. */
function unused({ rooms, doors }: RoomPlan, used: ReadonlySet<string>): readonly string[] {
  const arrows = Object.entries(rooms).flatMap(([room, to]) =>
    ("files" in to ? to.files : to)
      .filter((name) => !used.has(`${room} -> ${name}`))
      .map(
        (name) => `"${room || "src"}" imports nothing of "${name}": take the arrow out of ROOMS`,
      ),
  );
  const unopened = Object.entries(doors).flatMap(([room, files]) =>
    files
      .filter((file) => !used.has(`door ${file}`))
      .map((file) => `"${file}" is a door of "${room}" that nobody uses: take it out of DOORS`),
  );
  return [...arrows, ...unopened];
}
