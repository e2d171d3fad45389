import { isSameMaker } from "../identity/identity.ts";
import { checkKnown, checkOptions, wrongOption } from "../options.ts";
import type { Decision, GrantException, Policy, PolicyRequest } from "./policy.ts";
import { silence } from "./policy.ts";

/** A capability by name, all of what is asked for and for every plugin; or one with conditions. */
export type StaticRule =
  | string
  | {
      readonly capability: string;
      /** How far the rule goes. Default: all of what is asked for. */
      readonly scope?: unknown;
      /** `scope/name`, or `scope/*` for all of an author's. Default: every plugin. */
      readonly plugins?: readonly string[];
      /**
       * Whose plugins of these names: `key:…`, `sha256:…` or `place:…`, as `identityText` writes them;
       * or `any`. An `allow` that names plugins says it, because anyone may give a plugin any name.
       * Default: any.
       */
      readonly makers?: "any" | readonly string[];
      /** For the person who reads why something was refused. */
      readonly reason?: string;
    };

/** Rules by plugin and capability. A denial goes before what allows. */
export interface StaticRules {
  /** What is granted. Default: nothing. */
  readonly allow?: readonly StaticRule[];
  /**
   * Wins over `allow`. A rule with a scope refuses what that scope covers, the schema's defaults
   * included: where a scope says which methods, spell out all that are meant.
   */
  readonly deny?: readonly StaticRule[];
}

/** Decides by rules that are known beforehand. It has no opinion on what no rule mentions. */
export function staticPolicy(rules: StaticRules): Policy {
  checkOptions("staticPolicy's rules", rules);
  checkKnown("staticPolicy", rules, ["allow", "deny"]);
  const allow = (rules.allow ?? []).map(toCondition);
  for (const rule of allow) checkMakers(rule);
  const deny = (rules.deny ?? []).map(toCondition);
  return {
    names: [...new Set([...allow, ...deny].map((rule) => rule.capability))],
    decide: (request) => decide(request, allow, deny),
  };
}

/** Grants each of these capabilities to every plugin that asks, whoever made it, as far as it asks. */
export function grantAll(capabilities: readonly string[]): Policy {
  if (!Array.isArray(capabilities)) {
    throw wrongOption("the capabilities of grantAll", "an array of names", capabilities);
  }
  return staticPolicy({ allow: capabilities });
}

type Condition = Exclude<StaticRule, string>;

/** A misspelt condition would grant to every plugin, so an unknown key is refused. */
function toCondition(rule: StaticRule): Condition {
  if (typeof rule === "string") return { capability: rule };
  checkOptions("a rule of staticPolicy", rule);
  checkKnown("a rule of staticPolicy", rule, [
    "capability",
    "scope",
    "plugins",
    "makers",
    "reason",
  ]);
  if (rule.plugins !== undefined && !Array.isArray(rule.plugins)) {
    throw wrongOption("plugins", "an array of `scope/name` and `scope/*`", rule.plugins);
  }
  if (rule.makers !== undefined && rule.makers !== "any" && !Array.isArray(rule.makers)) {
    throw wrongOption(
      "makers",
      `"any", or an array of "key:…", "sha256:…" and "place:…"`,
      rule.makers,
    );
  }
  return { ...rule };
}

/** A rule that grants by a name would grant to whoever takes the name. */
function checkMakers({ plugins, makers }: Condition): void {
  if (plugins === undefined || makers !== undefined) return;
  throw wrongOption("makers", `whose plugins are meant, or "any", beside plugins`, makers);
}

function decide(
  request: PolicyRequest,
  allow: readonly Condition[],
  deny: readonly Condition[],
): Decision {
  const denied = deny.filter((rule) => applies(rule, request));
  const flat = denied.find((rule) => rule.scope === undefined);
  if (flat) return { tag: "deny", reason: reasonOf(flat), lasts: "session" };
  const except: GrantException[] = denied.map((rule) => ({
    scope: rule.scope,
    reason: reasonOf(rule),
  }));
  const allowed = allow.filter((rule) => applies(rule, request));
  if (allowed.length === 0) return except.length === 0 ? silence : { tag: "silent", except };
  const whole = allowed.some((rule) => rule.scope === undefined);
  const scopes = whole ? undefined : allowed.map((rule) => rule.scope);
  return { tag: "allow", scopes, lasts: "session", except };
}

function applies(rule: Condition, request: PolicyRequest): boolean {
  if (rule.capability !== request.capability) return false;
  const { makers = "any" } = rule;
  if (makers !== "any" && !makers.some((maker) => isSameMaker(maker, request.identity))) {
    return false;
  }
  if (rule.plugins === undefined) return true;
  const [author] = request.plugin.split("/");
  return rule.plugins.some((name) => name === request.plugin || name === `${author}/*`);
}

function reasonOf(rule: Condition): string {
  return rule.reason ?? "the application does not allow it";
}
