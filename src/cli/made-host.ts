import { createHost, type Host, type HostOptions, TenonError } from "../index.ts";
import { nearest } from "../near-names.ts";

/**
 * Makes a host. Throws `usage` for a capability of `--allow` or `--deny` that the host does not
 * have, and for options of the module that `--host` names which createHost refuses.
 */
export function madeHost(options: HostOptions, module: string | undefined): Host {
  try {
    return createHost(options);
  } catch (error) {
    if (error instanceof TenonError && error.code === "grant-unknown") throw unknownGrant(error);
    if (module === undefined || !(error instanceof Error)) throw error;
    throw new TenonError("usage", `--host ${module}: ${error.message}`, { cause: error });
  }
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
