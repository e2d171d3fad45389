import { TenonError } from "../../errors.ts";
import type { Identity } from "../../identity/identity.ts";
import { wrongOption } from "../../options.ts";
import { visibleText } from "../../visible-text.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ReadPackageOptions, Trust } from "./package.ts";

/**
 * Whose a package is, as the application says; a stranger's where it does not. Throws
 * `policy-failed` where the application's `trust` throws or answers anything else.
 */
export function saidTrust(
  { trust: says }: Pick<ReadPackageOptions, "trust">,
  manifest: Manifest,
  evidence: Identity,
): Trust {
  const failed = (what: string, cause: unknown): TenonError => {
    const message = `trust of createHost ${what}; nothing of "${manifest.name}" was started.`;
    const details = { plugin: manifest.name, cause, data: { option: "trust" } };
    return new TenonError("policy-failed", message, details);
  };
  let given: unknown;
  try {
    given = says?.(manifest, evidence) ?? "stranger";
  } catch (cause) {
    throw failed(`threw: ${visibleText(String(cause), { limit: 500 })}`, cause);
  }
  if (given === "own" || given === "stranger") return given;
  const cause = wrongOption("what trust answers", '"own" or "stranger"', given);
  throw failed(`is wrong: ${cause.message}`, cause);
}
