import * as z from "zod/mini";
import { defineCapability, type Capability } from "../../capability/capability.ts";
import { contractName } from "../contract/contract.ts";
import { defineInterface, type InterfaceDefinition } from "../define.ts";
import type { FunctionTable } from "../functions.ts";
import type { Documents } from "./documents.ts";
import type * as Contract from "../generated/host/text.ts";
import type { Implementation } from "../contract/implementation.ts";
import { denied, quota, refused, refuseWithError } from "../contract/refusal.ts";
import { sortedSet } from "../contract/scope.ts";
import { DocumentHandle, type DocumentAccess } from "./text-document-handle.ts";
import { textError } from "./text-error.ts";
import { RetainedTexts } from "./text-retained.ts";
import { Searches, searchingInTurns, type SearchTurns } from "./text-search-turns.ts";
import { SnapshotHandle } from "./text-snapshot-handle.ts";

export type TextAccess = "read" | "edit";

/**
 * Which open documents the plugin may open by itself. It needs no grant for a document that a
 * command was handed.
 */
export interface TextScope {
  /** Default: `read`. `edit` includes reading and marks. */
  readonly access: TextAccess;
  /**
   * URIs; each covers all URIs below it (`file:///work` covers `file:///work/a.md`). The empty text
   * covers every open document and is the default.
   */
  readonly uris: readonly string[];
}

export interface TextUse {
  readonly access: TextAccess;
  readonly uri: string;
}

export const textCapability: Capability<TextScope, TextUse> = defineCapability<TextScope, TextUse>({
  name: "text",
  scope: z.strictObject({
    access: z._default(z.literal(["read", "edit"]), "read"),
    uris: z._default(
      z.pipe(
        z.array(z.string().check(z.maxLength(1024))).check(z.minLength(1), z.maxLength(64)),
        z.transform((uris: string[]) => outermost(uris)),
      ),
      [""],
    ),
  }),
  describe: ({ access, uris }) =>
    `may read ${access === "edit" ? "and edit " : ""}${
      uris.includes("") ? "every open document" : `open documents below ${uris.join(", ")}`
    }`,
  intersect: (one, other) => {
    const uris = one.uris.flatMap((a) =>
      other.uris.flatMap((b) => (isBelow(b, a) ? [a] : isBelow(a, b) ? [b] : [])),
    );
    if (uris.length === 0) return undefined;
    const access = one.access === "edit" && other.access === "edit" ? "edit" : "read";
    return { access, uris: outermost(uris) };
  },
  covers: (scope, { access, uri }) => {
    if (access === "edit" && scope.access !== "edit") return "its scope for text is to read only";
    return (
      scope.uris.some((start) => isBelow(start, uri)) ||
      "its scope for text does not name that document"
    );
  },
});

/**
 * Ungated functions work on what the plugin holds; a document that it opened itself asks for
 * permission at each use.
 */
const functions = {
  "[method]document.uri": { ungated: true },
  "[method]document.language": { ungated: true },
  "[method]document.snapshot": { ungated: true },
  "[method]document.changes-since": { ungated: true },
  "[method]document.apply": { ungated: true },
  "[method]document.rebase": { ungated: true },
  "[method]document.annotate": { ungated: true },
  "[method]snapshot.version": { ungated: true },
  "[method]snapshot.size": { ungated: true },
  "[method]snapshot.lines": { ungated: true },
  "[method]snapshot.read": { ungated: true },
  "[method]snapshot.slice": { ungated: true },
  "[method]snapshot.line": { ungated: true },
  "[method]snapshot.point": { ungated: true },
  "[method]snapshot.offset": { ungated: true },
  "[method]snapshot.find": { ungated: true, waits: true },
  "[method]snapshot.changed-since": { ungated: true },
} as const satisfies FunctionTable<typeof Contract>;

/**
 * `turns`: a long search gives way to other work of the thread with it. Default: it takes one turn.
 * `retained`: where it is counted what plugins keep in memory.
 */
export function textInterface(
  documents: Documents,
  turns?: SearchTurns,
  retained: RetainedTexts = new RetainedTexts(),
): InterfaceDefinition<TextScope, TextUse> {
  // Without JSPI a guest on the caller's thread can't wait for a promise.
  const waits = turns !== undefined && "Suspending" in WebAssembly;
  const searches = waits ? new Searches(turns) : undefined;
  return defineInterface({
    name: contractName("text"),
    capability: textCapability,
    refuse: refuseWithError,
    functions,
    implement: (context) => {
      const { caller, may, limits } = context;
      const access = {
        plugin: caller.plugin,
        permits: (use: TextUse): true | string => {
          const permission = may(use);
          return permission.allowed || permission.reason;
        },
        retained: retained.of(caller),
      } satisfies DocumentAccess;
      let open = 0;
      return {
        open: (uri) => {
          const allowed = access.permits({ access: "read", uri });
          if (allowed !== true) throw refused(denied(allowed));
          const document = documents.get(uri);
          if (document === undefined) throw textError({ tag: "no-such-document" });
          if (open >= limits.documents) {
            limits.passed("documents");
            throw refused(quota(`documents: ${limits.documents}`));
          }
          open++;
          return new DocumentHandle(document, access, () => open--);
        },
        Document: DocumentHandle,
        Snapshot: searches === undefined ? SnapshotHandle : searchingInTurns(searches, context),
      } satisfies Implementation<typeof Contract, typeof functions>;
    },
  });
}

/** Sorted, without URIs that another one covers. */
function outermost(uris: readonly string[]): readonly string[] {
  return sortedSet(uris).filter((one) =>
    uris.every((other) => one === other || !isBelow(other, one)),
  );
}

/** Whether a URI is `start` or below it: `file:///work` does not cover `file:///workshop`. */
function isBelow(start: string, uri: string): boolean {
  if (!uri.startsWith(start)) return false;
  return (
    start === "" || start.endsWith("/") || uri.length === start.length || uri[start.length] === "/"
  );
}
