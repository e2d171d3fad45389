import * as z from "zod/mini";
import { defineCapability, type Capability } from "../../capability/capability.ts";
import { FileFailure, type FileEntry, type FileTree } from "../../platform/files.ts";
import { contractName } from "../contract/contract.ts";
import { HostTurn, type TurnPowers } from "../contract/host-turn.ts";
import { defineInterface, type InterfaceDefinition } from "../define.ts";
import type { FunctionTable } from "../functions.ts";
import type * as Contract from "../generated/host/workspace.ts";
import { parseGlob } from "./glob.ts";
import type { Implementation } from "../contract/implementation.ts";
import { denied, refused, refuseWithError, unavailable } from "../contract/refusal.ts";
import { WitError } from "../../errors.ts";
import { sortedSet } from "../contract/scope.ts";
import { inOrder } from "./in-order.ts";
import { comparePaths, isWithin, parseWorkspacePath } from "./workspace-path.ts";

/**
 * The folders that may be read, with everything below them, relative to the folder that the
 * application handed over. The empty path is all of it. Default: all of it.
 */
export interface WorkspaceScope {
  readonly folders: readonly string[];
}

export interface WorkspaceUse {
  readonly path: string;
}

/** The most bytes of one read: workspace.wit. */
const maxRead = 4 << 20;
const pageSize = 1000;
/** How old an answer of `entries` may be, in milliseconds. */
const listingMs = 1_000;
/** How many entries one call looks at before it returns what it has found, with a cursor. */
const maxScanned = 20_000;
const maxEntriesOfFolder = 100_000;
/** How many milliseconds of the host's thread it takes to look at one entry on the disk. */
const lookMs = 0.02;

const folder = z.string().check(
  z.refine((path) => parseWorkspacePath(path).tag === "path", {
    error: "a folder is a relative path of plain names, separated by /",
  }),
);

export const workspaceCapability: Capability<WorkspaceScope, WorkspaceUse> = defineCapability<
  WorkspaceScope,
  WorkspaceUse
>({
  name: "workspace",
  scope: z.strictObject({
    folders: z._default(
      z.pipe(
        z.array(folder).check(z.minLength(1), z.maxLength(64)),
        z.transform((folders: string[]) => outermost(folders)),
      ),
      [""],
    ),
  }),
  describe: ({ folders }) =>
    folders.includes("")
      ? "may read every file of the workspace"
      : `may read files below ${folders.join(", ")}`,
  intersect: (requested, granted) => {
    const both = requested.folders.flatMap((one) =>
      granted.folders.flatMap((other) => narrower(one, other)),
    );
    return both.length === 0 ? undefined : { folders: outermost(both) };
  },
  covers: ({ folders }, { path }) =>
    folders.some((granted) => isWithin(segmentsOf(granted), segmentsOf(path))) ||
    `"${path}" is outside the folders that were granted`,
});

const functions = {
  // Kept, because a listing may be out of date in any case, costs up to 20,000 looks at the disk,
  // and is the same for all plugins that may read the folder.
  entries: {
    waits: true,
    cacheable: {
      ttlMs: listingMs,
      shared: "everyone",
      events: ["workspace-changed"],
      use: ([path]) =>
        parseWorkspacePath(String(path)).tag === "path" ? { path: String(path) } : undefined,
    },
  },
  // Not kept, because a plugin reads a file in several pieces, and each must show the file as it is
  // then.
  read: { waits: true },
} as const satisfies FunctionTable<typeof Contract, WorkspaceUse>;

/** `powers.files`: undefined where there is no workspace. */
export function workspaceInterface(
  powers: TurnPowers & { readonly files: FileTree | undefined },
): InterfaceDefinition<WorkspaceScope, WorkspaceUse> {
  return defineInterface({
    name: contractName("workspace"),
    capability: workspaceCapability,
    functions,
    refuse: refuseWithError,
    implement: ({ may, worked }) => {
      const tree = powers.files;
      const enter = (path: string): { tree: FileTree; segments: readonly string[] } => {
        const parsed = parseWorkspacePath(path);
        if (parsed.tag === "invalid") throw failure({ tag: "invalid-path", val: parsed.reason });
        const permission = may({ path });
        if (!permission.allowed) throw refused(denied(permission.reason));
        if (tree === undefined) throw refused(unavailable("a workspace"));
        return { tree, segments: parsed.segments };
      };
      return {
        entries: (path, glob, cursor) => {
          const { tree: files, segments } = enter(path);
          const turn = new HostTurn(powers, { worked });
          const looking = looked(files, worked, turn);
          const listed = page({ tree: looking, turn }, segments, glob, cursor);
          return told(listed.finally(() => turn.ends()));
        },
        read: (path, offset, length) => {
          const { tree: files, segments } = enter(path);
          if (length > maxRead) throw failure({ tag: "too-large", val: BigInt(maxRead) });
          if (segments.length === 0) throw failure({ tag: "not-a-file" });
          if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return new Uint8Array();
          return told(files.read(segments, Number(offset), length));
        },
      } satisfies Implementation<typeof Contract, typeof functions>;
    },
  });
}

/** What a listing walks over, and the turn in which it does. */
interface Listing {
  readonly tree: Pick<FileTree, "list">;
  readonly turn: HostTurn;
}

/** The same tree. Time in which it waits for the disk is not of the turn; what looking takes is counted. */
function looked(tree: FileTree, worked: (ms: number) => void, turn: HostTurn): Listing["tree"] {
  return {
    list: async (folder, maxEntries) => {
      turn.ends();
      try {
        const list = await tree.list(folder, maxEntries);
        worked(list.length * lookMs);
        return list;
      } finally {
        turn.begins();
      }
    },
  };
}

async function page(
  listing: Listing,
  root: readonly string[],
  glob: string | undefined,
  cursor: string | undefined,
): Promise<Contract.Page> {
  const parsed = glob === undefined ? undefined : parseGlob(glob);
  if (parsed?.tag === "invalid") throw failure({ tag: "invalid-glob", val: parsed.reason });
  const after = cursor === undefined ? undefined : parseWorkspacePath(cursor);
  if (after?.tag === "invalid") throw failure({ tag: "invalid-path", val: "not a cursor" });
  const entries: Contract.Entry[] = [];
  let scanned = 0;
  for await (const { path, entry } of walk(listing, root, parsed !== undefined, after?.segments)) {
    if (parsed === undefined || parsed.matches(path.slice(root.length))) {
      entries.push({ path: path.join("/"), kind: entry.kind, size: BigInt(entry.size) });
    }
    if (entries.length === pageSize || ++scanned === maxScanned) {
      return { entries, next: path.join("/") };
    }
  }
  return { entries };
}

interface Found {
  readonly path: readonly string[];
  readonly entry: FileEntry;
}

/**
 * What is below `root` and after `after`, in order of path. Folders that are gone, or that the host
 * may not read, are passed over; only a failure of the first one is reported.
 */
async function* walk(
  { tree, turn }: Listing,
  root: readonly string[],
  deep: boolean,
  after: readonly string[] | undefined,
): AsyncGenerator<Found> {
  const open: Iterator<Found>[] = [
    found(root, await inOrder(await tree.list(root, maxEntriesOfFolder), turn)),
  ];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const rest = turn.rests();
    if (rest !== undefined) await rest;
    const next = top.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const { path, entry } = next.value;
    const passed = after === undefined || comparePaths(path, after) > 0;
    if (passed) yield next.value;
    if (!deep || entry.kind !== "directory" || parseWorkspacePath(path.join("/")).tag !== "path") {
      continue;
    }
    // Skips a folder whose whole content comes before the cursor.
    if (!passed && !isWithin(path, after)) continue;
    const list = await tree.list(path, maxEntriesOfFolder).catch(() => []);
    open.push(found(path, await inOrder(list, turn)));
  }
}

function* found(folder: readonly string[], entries: Iterable<FileEntry>): Iterator<Found> {
  for (const entry of entries) yield { path: [...folder, entry.name], entry };
}

async function told<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    throw failure({ tag: error.reason === "too-many" ? "failed" : error.reason });
  }
}

function failure(error: Contract.Error): WitError<Contract.Error> {
  return new WitError(error, `workspace: ${error.tag}`);
}

/** The segments of a path that has been checked. */
function segmentsOf(path: string): readonly string[] {
  return path === "" ? [] : path.split("/");
}

function narrower(one: string, other: string): readonly string[] {
  if (isWithin(segmentsOf(other), segmentsOf(one))) return [one];
  return isWithin(segmentsOf(one), segmentsOf(other)) ? [other] : [];
}

/** Sorted, without folders that another one covers. */
function outermost(folders: readonly string[]): readonly string[] {
  return sortedSet(folders).filter((one) =>
    folders.every((other) => one === other || !isWithin(segmentsOf(other), segmentsOf(one))),
  );
}
