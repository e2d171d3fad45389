import { type Isolation, ISOLATIONS } from "../../catalogues/isolations.ts";
import { TenonError } from "../../errors.ts";
import type { Identity } from "../../identity/identity.ts";
import { wrongOption } from "../../options.ts";
import { visibleText } from "../../visible-text.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** The application's say on where a plugin runs. */
export type SaysIsolation = (manifest: Manifest, identity: Identity) => Isolation;

/**
 * Where a plugin runs, as the application says; on a thread where it says nothing. Throws
 * `policy-failed` where the application's `isolation` throws or answers anything else.
 */
export function saidIsolation(
  says: SaysIsolation | undefined,
  manifest: Manifest,
  identity: Identity,
): Isolation {
  const failed = (what: string, cause: unknown): TenonError => {
    const message = `isolation of createHost ${what}; nothing of "${manifest.name}" was started.`;
    const details = { plugin: manifest.name, cause, data: { option: "isolation" } };
    return new TenonError("policy-failed", message, details);
  };
  let given: unknown;
  try {
    given = says === undefined ? "thread" : says(manifest, identity);
  } catch (cause) {
    throw failed(`threw: ${visibleText(String(cause), { limit: 500 })}`, cause);
  }
  const found = ISOLATIONS.find((one) => one === given);
  if (found !== undefined) return found;
  const names = ISOLATIONS.map((one) => `"${one}"`).join(", ");
  const cause = wrongOption("what isolation answers", `one of ${names}`, given);
  throw failed(`is wrong: ${cause.message}`, cause);
}
