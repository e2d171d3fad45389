import process from "node:process";
import { TenonError } from "../../errors.ts";

/** The oldest major version of Node that the library runs under, as `engines` in package.json says. */
export const OLDEST_NODE = 24;

/**
 * Throws `platform-unsupported` under an older Node: plugins would fail there for what Node lacks.
 * Deno and Bun have versions of their own and are not looked at.
 */
export function assertSupportedNode(
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): void {
  const { node = "", deno, bun } = versions;
  if (deno !== undefined || bun !== undefined || Number.parseInt(node, 10) >= OLDEST_NODE) return;
  throw new TenonError(
    "platform-unsupported",
    `This is Node ${node}, and Tenon needs Node ${OLDEST_NODE} or later: an older one lacks language and WebAssembly features that hosts and plugins are run with. Update Node.`,
    { data: { found: node, needed: OLDEST_NODE } },
  );
}
