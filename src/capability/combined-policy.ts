import type {
  Decision,
  GrantException,
  IdentityDecision,
  Lasting,
  Policy,
  PolicyRequest,
} from "./policy.ts";

/**
 * Asks several policies. If one denies, the answer is a denial, in whichever order they are given.
 * If several allow, what all of them allow is allowed, for the shortest of their times. If none
 * allows, nothing is decided. They are asked in order, and no further one is asked after a denial:
 * put the one that asks a person last.
 */
export function combine(...policies: readonly Policy[]): Policy {
  return joined(policies, async (request) => {
    const decisions: Decision[] = [];
    for (const policy of policies) {
      const decision = await policy.decide(request);
      if (decision.tag === "deny") return decision;
      decisions.push(decision);
    }
    return agree(request, decisions);
  });
}

/**
 * The first policy that has an opinion decides and the rest is not asked. What an earlier one
 * excepts stays excepted. Whether another maker may take a name over, all are asked, as `combine`
 * does.
 */
export function firstOf(...policies: readonly Policy[]): Policy {
  return joined(policies, async (request) => {
    const except: GrantException[] = [];
    for (const policy of policies) {
      const decision = await policy.decide(request);
      if (decision.tag === "deny") return decision;
      except.push(...(decision.except ?? []));
      if (decision.tag === "allow") return { ...decision, except };
    }
    return { tag: "silent", except };
  });
}

function joined(policies: readonly Policy[], decide: Policy["decide"]): Policy {
  return {
    names: [...new Set(policies.flatMap((policy) => policy.names ?? []))],
    scopes: policies.flatMap((policy) => policy.scopes ?? []),
    decide,
    async decideIdentity(change) {
      let answer: IdentityDecision = { tag: "silent" };
      for (const policy of policies) {
        const decision = (await policy.decideIdentity?.(change)) ?? { tag: "silent" };
        if (decision.tag === "refuse") return decision;
        if (decision.tag === "silent") continue;
        // Of two that accept, the one that hands over less is followed.
        if (answer.tag !== "accept" || decision.data === "fresh") answer = decision;
      }
      return answer;
    },
    watch(storage) {
      for (const policy of policies) policy.watch?.(storage);
    },
    async forget(plugin, capability) {
      await Promise.all(policies.map((policy) => policy.forget?.(plugin, capability)));
    },
  };
}

function agree(request: PolicyRequest, decisions: readonly Decision[]): Decision {
  let lasts: Lasting = "always";
  let scopes: readonly unknown[] | undefined;
  let allowed = false;
  const except: GrantException[] = [];
  for (const decision of decisions) {
    if (decision.tag === "deny") continue;
    except.push(...(decision.except ?? []));
    if (decision.tag === "silent") continue;
    allowed = true;
    lasts = shorter(lasts, decision.lasts);
    scopes = common(request, scopes, decision.scopes);
  }
  if (!allowed) return { tag: "silent", except };
  if (scopes?.length === 0) {
    const reason = "nothing is allowed by every policy that allows some of it";
    return { tag: "deny", reason, lasts };
  }
  return { tag: "allow", scopes, lasts, except };
}

/** Undefined stands for all that is asked for. */
function common(
  request: PolicyRequest,
  ones: readonly unknown[] | undefined,
  others: readonly unknown[] | undefined,
): readonly unknown[] | undefined {
  if (ones === undefined || others === undefined) return ones ?? others;
  return ones
    .flatMap((one) => others.map((other) => request.intersect(one, other)))
    .filter((scope) => scope !== undefined);
}

const lengths: readonly Lasting[] = ["once", "session", "always"];

function shorter(one: Lasting, other: Lasting): Lasting {
  return lengths.indexOf(one) < lengths.indexOf(other) ? one : other;
}
