import { isSameMaker } from "../identity/identity.ts";
import { checkNames, checkOptions, type Known, wrongOption } from "../options.ts";
import type { Decision, GrantException, Policy, PolicyRequest } from "./policy.ts";
import { silence } from "./policy.ts";

/**
 * Who made a plugin, as a policy means it: `key:…`, `sha256:…` and `place:…`, as `identityText` writes
 * them; or `any`. Anyone may give a plugin any name, so a rule that grants by a name says whom it means.
 */
export type Makers = "any" | readonly string[];

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
       * Whose plugins. Default: in `allow`, what `makers` of the policy says; in `deny`, any. A rule of
       * `allow` that names plugins must say it.
       */
      readonly makers?: Makers;
      /** For the person who reads why something was refused. */
      readonly reason?: string;
    };

/** Rules by plugin and capability. A denial goes before what allows. */
export interface StaticRules {
  /**
   * Whose plugins the rules of `allow` mean that name no plugins and do not say it themselves.
   * Default: `"any"`.
   */
  readonly makers?: Makers;
  /** What is granted. Default: nothing. */
  readonly allow?: readonly StaticRule[];
  /**
   * Wins over `allow`. A rule with a scope refuses what that scope covers, the schema's defaults
   * included: where a scope says which methods, spell out all that are meant.
   */
  readonly deny?: readonly StaticRule[];
}

/**
 * Decides by rules that are known beforehand. It has no opinion on what no rule mentions. Throws
 * `usage` for rules of a wrong kind, and for one that allows by a plugin's name and does not say whose
 * plugin it means.
 */
export function staticPolicy(rules: StaticRules): Policy {
  checkOptions("staticPolicy's rules", rules);
  checkNames("staticPolicy", rules, { allow: true, deny: true, makers: true });
  const { makers } = rules;
  checkMakers(makers);
  const allow = (rules.allow ?? []).map((rule) => saidFor(toCondition(rule), makers));
  const deny = (rules.deny ?? []).map(toCondition);
  return {
    names: [...new Set([...allow, ...deny].map((rule) => rule.capability))],
    scopes: [...allow, ...deny].flatMap(({ capability, scope }) =>
      scope === undefined ? [] : [{ capability, scope }],
    ),
    decide: (request) => decide(request, allow, deny),
  };
}

/**
 * Grants each of these capabilities, as far as it is asked for, to every plugin of these makers.
 * Throws `usage` for arguments of a wrong kind. `makers`: whose plugins. Default: `"any"`, which is
 * every plugin, whoever made it.
 */
export function grantAll(capabilities: readonly string[], makers: Makers = "any"): Policy {
  if (!Array.isArray(capabilities)) {
    throw wrongOption("the capabilities of grantAll", "an array of names", capabilities);
  }
  return staticPolicy({ allow: capabilities, makers });
}

type Condition = Exclude<StaticRule, string>;

const CONDITION: Known<Condition> = {
  capability: true,
  scope: true,
  plugins: true,
  makers: true,
  reason: true,
};

/** A misspelt condition would grant to every plugin, so an unknown key is refused. */
function toCondition(rule: StaticRule): Condition {
  if (typeof rule === "string") return { capability: rule };
  checkOptions("a rule of staticPolicy", rule);
  checkNames<Condition>("a rule of staticPolicy", rule, CONDITION);
  if (rule.plugins !== undefined && !Array.isArray(rule.plugins)) {
    throw wrongOption("plugins", "an array of `scope/name` and `scope/*`", rule.plugins);
  }
  // One that is no plugin's name matches nothing: in `deny`, it would allow.
  for (const [at, name] of (rule.plugins ?? []).entries()) {
    if (typeof name === "string" && /^[^/*\s]+\/(?:\*|[^/*\s]+)$/u.test(name)) continue;
    throw wrongOption(`plugins[${at}]`, "`scope/name` or `scope/*`", name);
  }
  checkMakers(rule.makers);
  return { ...rule };
}

const MAKERS = `"any", or an array of "key:…", "sha256:…" and "place:…"`;

function checkMakers(makers: Makers | undefined): void {
  if (makers === undefined || makers === "any") return;
  const isMaker = (one: unknown): boolean =>
    typeof one === "string" && /^(?:(?:key|sha256):[0-9a-f]{64}|place:.+)$/su.test(one);
  if (!Array.isArray(makers)) throw wrongOption("makers", MAKERS, makers);
  const wrong = makers.findIndex((one) => !isMaker(one));
  if (wrong < 0) return;
  const what = "`key:` or `sha256:` and 64 hexadecimal digits, or `place:` and its name";
  throw wrongOption(`makers[${wrong}]`, what, makers[wrong]);
}

function given(makers: Makers | undefined): Makers {
  if (makers !== undefined) return makers;
  throw wrongOption("makers", `whose plugins are meant: ${MAKERS}`, makers);
}

/** A rule that grants by a name would grant to whoever takes the name, so it says whom it means. */
function saidFor(rule: Condition, makers: Makers | undefined): Condition {
  if (rule.plugins !== undefined) return { ...rule, makers: given(rule.makers) };
  return { ...rule, makers: rule.makers ?? makers ?? "any" };
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
