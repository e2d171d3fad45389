import { createHost, type Host, type HostOptions, TenonError } from "../index.ts";
import { javascript } from "../javascript/index.ts";
import { nearest } from "../near-names.ts";
import type { GrantOption } from "./grants.ts";

/** What `--allow` and `--deny` say. */
export interface SaidGrants {
  readonly allow: readonly GrantOption[];
  readonly deny: readonly GrantOption[];
}

/**
 * Makes a host. Throws `usage` for a capability or a scope of `--allow` or `--deny` that the host
 * does not have, and for options of the module that `--host` names which createHost refuses.
 */
export function madeHost(
  options: HostOptions,
  module: string | undefined,
  said: SaidGrants = { allow: [], deny: [] },
): Host {
  try {
    return createHost({ languages: [javascript()], ...options });
  } catch (error) {
    if (error instanceof TenonError && error.code === "grant-unknown") throw unknownGrant(error);
    const wrong = error instanceof TenonError ? wrongScope(error, said) : undefined;
    if (wrong !== undefined) throw wrong;
    if (module === undefined || !(error instanceof Error)) throw error;
    throw new TenonError("usage", `--host ${module}: ${error.message}`, { cause: error });
  }
}

/** In words of the option that has a scope which is none. Undefined: no option of the command has one. */
function wrongScope(error: TenonError, { allow, deny }: SaidGrants): TenonError | undefined {
  const { code, message, data } = error;
  if (code !== "grant-scope") return undefined;
  const scoped = (list: readonly GrantOption[]): boolean =>
    list.some((one) => one.capability === data["capability"] && one.scope !== undefined);
  const option = scoped(allow) ? "--allow" : scoped(deny) ? "--deny" : undefined;
  if (option === undefined) return undefined;
  return new TenonError("usage", `${option}: ${message}`, { data, cause: error });
}

function unknownGrant(error: TenonError): TenonError {
  const { unknown, offered } = error.data as {
    readonly unknown: readonly string[];
    readonly offered: readonly string[];
  };
  const lines = unknown.map((name) => {
    const near = nearest(name, offered);
    const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
    return `there is no capability "${name}"${hint}`;
  });
  const message = `${lines.join("\n")}\nCapabilities: ${offered.join(", ")}`;
  return new TenonError("usage", message, { cause: error });
}
