import * as z from "zod/mini";
import { TenonError } from "../errors.ts";
import type { GrantException } from "./policy.ts";
import { withoutMark } from "../utf8.ts";

/**
 * Where decisions for good are kept: a file, a database row, a browser's storage. The platform
 * makes one.
 */
export interface GrantStore {
  /** Undefined where nothing was ever written. */
  read(): Promise<string | undefined>;
  /** Atomic and durable: after a crash the old text or the new one is there, whole. */
  write(text: string): Promise<void>;
  /**
   * Moves a text that cannot be read aside and returns where it is kept; the next `read` then finds
   * nothing.
   */
  setAside(): Promise<string>;
  /**
   * Does work while nobody else does such work on this store, in this process or another: a change
   * reads what is there and writes it back, and must not lose what another has written in between.
   * Default: nobody is kept away.
   */
  alone?<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** A denial holds for the capability, an approval for what was asked or less. */
export type RememberedDecision = RememberedApproval | RememberedDenial;

/** A grant that was given for good. */
export interface RememberedApproval {
  readonly decision: "allow";
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  /** The maker whose plugin it was about, as `identityText` writes it. */
  readonly identity: string;
  /** The name of the capability. */
  readonly capability: string;
  /** What was asked for when this was decided. */
  readonly asked: unknown;
  /** What was allowed: any of these. */
  readonly scopes: readonly unknown[];
  /** Parts that are not granted. Default: none. */
  readonly except?: readonly GrantException[] | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
}

/** A refusal for good. */
export interface RememberedDenial {
  readonly decision: "deny";
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  /** The maker whose plugin it was about, as `identityText` writes it. */
  readonly identity: string;
  /** The name of the capability. */
  readonly capability: string;
  /** Why, for the plugin and for the audit trail. */
  readonly reason: string;
  /** When it was decided, in milliseconds since 1970. */
  readonly at: number;
}

const approval: z.ZodMiniType<RememberedApproval> = z.strictObject({
  decision: z.literal("allow"),
  plugin: z.string(),
  identity: z.string(),
  capability: z.string(),
  asked: z.unknown(),
  scopes: z.array(z.unknown()),
  except: z.optional(z.array(z.strictObject({ scope: z.unknown(), reason: z.string() }))),
  at: z.number(),
});

const denial: z.ZodMiniType<RememberedDenial> = z.strictObject({
  decision: z.literal("deny"),
  plugin: z.string(),
  identity: z.string(),
  capability: z.string(),
  reason: z.string(),
  at: z.number(),
});

const file: z.ZodMiniType<{ decisions: readonly RememberedDecision[] }> = z.strictObject({
  version: z.literal(1),
  decisions: z.array(z.union([approval, denial])),
});

/**
 * Rejects with `grants-unreadable`. A text that is damaged is put aside first; `data.keptAs` says
 * where it is kept.
 */
export async function readDecisions(store: GrantStore): Promise<readonly RememberedDecision[]> {
  let text: string | undefined;
  try {
    text = await store.read();
  } catch (cause) {
    const message = `the remembered grants cannot be read: ${reasonOf(cause)}`;
    throw new TenonError("grants-unreadable", message, { cause });
  }
  if (text === undefined) return [];
  try {
    return file.parse(JSON.parse(withoutMark(text))).decisions;
  } catch (cause) {
    const keptAs = await store.setAside();
    throw new TenonError(
      "grants-unreadable",
      `the remembered grants are damaged; nothing was granted and they are kept as ${keptAs}. ` +
        "Try again to decide afresh",
      { cause, data: { keptAs } },
    );
  }
}

/** Throws `storage-failed`. */
export async function writeDecisions(
  store: GrantStore,
  decisions: readonly RememberedDecision[],
): Promise<void> {
  try {
    await store.write(`${JSON.stringify({ version: 1, decisions }, undefined, 2)}\n`);
  } catch (cause) {
    const message = `a grant could not be kept for good: ${reasonOf(cause)}`;
    const data = cause instanceof TenonError ? cause.data : {};
    throw new TenonError("storage-failed", message, { cause, data });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
