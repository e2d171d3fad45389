import { TenonError } from "../index.ts";

/**
 * One `--allow` or `--deny`: a capability, and its scope (undefined: the scope that the manifest
 * asks for).
 */
export interface GrantOption {
  readonly capability: string;
  readonly scope: unknown;
}

/** Parses `CAP` or `CAP=SCOPE`, where SCOPE is JSON. */
export function parseGrantOption(text: string): GrantOption {
  const equals = text.indexOf("=");
  const capability = equals < 0 ? text : text.slice(0, equals);
  if (!/^[a-z][a-z0-9.-]*$/.test(capability)) {
    throw new TenonError(
      "usage",
      `"${capability}" is not the name of a capability; write, for example, --allow http`,
    );
  }
  if (equals < 0) return { capability, scope: undefined };
  try {
    return { capability, scope: JSON.parse(text.slice(equals + 1)) as unknown };
  } catch (cause) {
    throw new TenonError(
      "usage",
      `the scope of "${capability}" is not JSON; write, for example, --allow 'http={"hosts":["api.example.com"]}'`,
      { cause },
    );
  }
}
