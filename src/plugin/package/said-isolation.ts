import { type Isolation, ISOLATIONS } from "../../catalogues/isolations.ts";
import { TenonError } from "../../errors.ts";
import type { Identity } from "../../identity/identity.ts";
import { wrongOption } from "../../options.ts";
import { visibleText } from "../../visible-text.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** The application's say on where a plugin runs. */
export type SaysIsolation = (manifest: Manifest, identity: Identity) => Isolation;

/** The application's say on whose plugin it is: `own` runs at `caller`, a stranger's at `thread`. */
export type SaysTrust = (manifest: Manifest, identity: Identity) => "own" | "stranger";

/** What the application says of where plugins run: one of the two, or nothing. */
export interface Says {
  readonly isolation?: SaysIsolation | undefined;
  readonly trust?: SaysTrust | undefined;
}

const LEVELS: ReadonlyMap<unknown, Isolation> = new Map(ISOLATIONS.map((level) => [level, level]));
const OF_TRUST: ReadonlyMap<unknown, Isolation> = new Map([
  ["own", "caller"],
  ["stranger", "thread"],
]);

/**
 * Where a plugin runs, as the application says; on a thread where it says nothing. Throws
 * `policy-failed` where the application's function throws or answers anything else.
 */
export function saidIsolation(
  { isolation, trust }: Says,
  manifest: Manifest,
  identity: Identity,
): Isolation {
  const [option, says, levels] =
    trust === undefined
      ? (["isolation", isolation, LEVELS] as const)
      : (["trust", trust, OF_TRUST] as const);
  if (says === undefined) return "thread";
  const failed = (what: string, cause: unknown): TenonError => {
    const message = `${option} of createHost ${what}; nothing of "${manifest.name}" was started.`;
    return new TenonError("policy-failed", message, {
      plugin: manifest.name,
      cause,
      data: { option },
    });
  };
  let given: unknown;
  try {
    given = says(manifest, identity);
  } catch (cause) {
    throw failed(`threw: ${visibleText(String(cause), { limit: 500 })}`, cause);
  }
  const found = levels.get(given);
  if (found !== undefined) return found;
  const names = Array.from(levels.keys(), (one) => `"${String(one)}"`).join(", ");
  const cause = wrongOption(`what ${option} answers`, `one of ${names}`, given);
  throw failed(`is wrong: ${cause.message}`, cause);
}
