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

/** The application's say on which plugins share a process: those for which it answers the same. */
export type SaysProcess = (manifest: Manifest, identity: Identity) => string;

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
  const names = Array.from(levels.keys(), (one) => `"${String(one)}"`).join(", ");
  return asked(option, manifest, `one of ${names}`, () => {
    const given = says(manifest, identity);
    return [levels.get(given), given];
  });
}

/**
 * Which unit's process a plugin shares, as the application says. Undefined where it says nothing.
 * Throws `policy-failed` as `saidIsolation` does.
 */
export function saidProcess(
  says: SaysProcess | undefined,
  manifest: Manifest,
  identity: Identity,
): string | undefined {
  if (says === undefined) return undefined;
  return asked("sharesProcess", manifest, "a text", () => {
    const given: unknown = says(manifest, identity);
    return [typeof given === "string" ? given : undefined, given];
  });
}

/** `ask` returns what was answered, twice: undefined where it is not `what`, and as it is. */
function asked<Answer>(
  option: string,
  manifest: Manifest,
  what: string,
  ask: () => readonly [found: Answer | undefined, given: unknown],
): Answer {
  const failed = (how: string, cause: unknown): TenonError => {
    const message = `${option} of createHost ${how}; nothing of "${manifest.name}" was started.`;
    return new TenonError("policy-failed", message, {
      plugin: manifest.name,
      cause,
      data: { option },
    });
  };
  let answer: readonly [Answer | undefined, unknown];
  try {
    answer = ask();
  } catch (cause) {
    throw failed(`threw: ${visibleText(String(cause), { limit: 500 })}`, cause);
  }
  const [found, given] = answer;
  if (found !== undefined) return found;
  const cause = wrongOption(`what ${option} answers`, what, given);
  throw failed(`is wrong: ${cause.message}`, cause);
}
