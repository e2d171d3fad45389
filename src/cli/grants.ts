import { join } from "node:path";
import { rememberedPolicy, staticPolicy, TenonError, visibleJson, visibleText } from "../index.ts";
import { grantFile } from "../platform/node/index.ts";
import { table, type Terminal } from "./terminal.ts";

export interface GrantsOptions {
  readonly state: string;
  readonly revoke?: string;
  readonly capability?: string;
  readonly json?: boolean;
}

export const grantsFile = "grants.json";

export async function grants(options: GrantsOptions, out: Terminal): Promise<void> {
  if (options.capability !== undefined && options.revoke === undefined) {
    throw new TenonError("usage", "--capability needs --revoke PLUGIN");
  }
  const store = grantFile(join(options.state, grantsFile));
  const remembered = rememberedPolicy(store, staticPolicy({}), Date);
  if (options.revoke !== undefined) {
    const before = (await remembered.list()).length;
    await remembered.forget(options.revoke, options.capability);
    const forgotten = before - (await remembered.list()).length;
    out.line(`forgot ${forgotten} ${forgotten === 1 ? "decision" : "decisions"}`);
    return;
  }
  const decisions = await remembered.list();
  if (options.json === true) return out.raw(`${visibleJson(decisions, 2)}\n`);
  if (decisions.length === 0) return out.line("no decision has been remembered yet");
  const rows = decisions.map((decision) => [
    visibleText(decision.plugin, { limit: 64 }),
    visibleText(decision.capability, { limit: 64 }),
    decision.decision === "allow" ? "always" : "never",
    decision.decision === "allow" ? JSON.stringify(decision.scopes) : decision.reason,
    new Date(decision.at).toISOString(),
  ]);
  for (const row of table([["plugin", "capability", "decided", "how far", "when"], ...rows])) {
    out.line(row);
  }
}
