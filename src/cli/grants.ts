import {
  jsonLinesAudit,
  type RememberedDecision,
  rememberedPolicy,
  staticPolicy,
  TenonError,
  visibleJson,
  visibleText,
} from "../index.ts";
import { join } from "node:path";
import { appendTo, grantFile } from "../platform/node/index.ts";
import { auditFile } from "./audit.ts";
import { nearest } from "../near-names.ts";
import { table, type Terminal } from "./terminal.ts";

export interface GrantsOptions {
  readonly state: string;
  readonly revoke?: string;
  readonly capability?: string;
  readonly json?: boolean;
}

/** Plugins that a message names. */
const MOST_SHOWN = 10;

export const grantsFile = "grants.json";

export async function grants(options: GrantsOptions, out: Terminal): Promise<void> {
  if (options.capability !== undefined && options.revoke === undefined) {
    throw new TenonError("usage", "--capability needs --revoke PLUGIN");
  }
  const store = grantFile(join(options.state, grantsFile));
  const remembered = rememberedPolicy(store, staticPolicy({}), Date);
  if (options.revoke !== undefined) {
    const before = await remembered.list();
    assertDecided(before, options.revoke, options.capability);
    await remembered.forget(options.revoke, options.capability);
    const after = await remembered.list();
    const forgotten = before.length - after.length;
    await noteRevoked(options.state, before, after);
    if (options.json === true) return out.raw(`${visibleJson({ forgotten })}\n`);
    return out.line(`forgot ${forgotten} ${forgotten === 1 ? "decision" : "decisions"}`);
  }
  const decisions = await remembered.list();
  if (options.json === true) return out.raw(`${visibleJson(decisions, 2)}\n`);
  if (decisions.length === 0) return out.line("no decision has been remembered yet");
  const rows = decisions.map((decision) => [
    visibleText(decision.plugin, { limit: 64 }),
    visibleText(decision.identity, { limit: 20 }),
    visibleText(decision.capability, { limit: 64 }),
    decision.decision === "allow" ? "always" : "never",
    decision.decision === "allow" ? JSON.stringify(decision.scopes) : decision.reason,
    new Date(decision.at).toISOString(),
  ]);
  for (const row of table([
    ["plugin", "made by", "capability", "decided", "how far", "when"],
    ...rows,
  ])) {
    out.line(row);
  }
}

/** Has the audit trail say of each decision that is not there any more that it was taken back. */
async function noteRevoked(
  state: string,
  before: readonly RememberedDecision[],
  after: readonly RememberedDecision[],
): Promise<void> {
  const audit = jsonLinesAudit(appendTo(join(state, auditFile)));
  const stays = new Set(after.map((one) => JSON.stringify(one)));
  for (const one of before) {
    if (stays.has(JSON.stringify(one))) continue;
    const { plugin, identity, capability, decision } = one;
    audit.write({
      at: Date.now(),
      plugin,
      maker: identity,
      capability,
      operation: "revoke",
      decision: "revoked",
      reason: `tenon grants --revoke: it was ${decision === "allow" ? "always" : "never"}`,
    });
  }
  await audit.flush();
}

/** Throws `usage` where there is nothing to forget: the name may be misspelt. */
function assertDecided(
  decisions: readonly RememberedDecision[],
  plugin: string,
  capability: string | undefined,
): void {
  const ofPlugin = decisions.filter((one) => one.plugin === plugin);
  if (ofPlugin.some((one) => capability === undefined || one.capability === capability)) return;
  const [of, known] =
    ofPlugin.length === 0
      ? [`of "${plugin}"`, decisions.map((one) => one.plugin)]
      : [`of "${plugin}" about "${capability}"`, ofPlugin.map((one) => one.capability)];
  const names = [...new Set(known)].slice(0, MOST_SHOWN);
  const near = nearest(ofPlugin.length === 0 ? plugin : capability!, names);
  const there =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : names.length === 0
        ? "none is remembered at all"
        : `there are some ${ofPlugin.length === 0 ? "of" : "about"} ${names.join(", ")}`;
  throw new TenonError("usage", `no decision ${of} is remembered; ${there}`);
}

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
