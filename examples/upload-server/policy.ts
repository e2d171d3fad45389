import { firstOf, type GrantStore, type Policy, rememberedPolicy, staticPolicy } from "tenon";

/** What a signed plugin gets here: its log, and some storage of its own. */
const GRANTED: Readonly<Record<string, unknown>> = { kv: { quotaBytes: 256 * 1024 } };

/**
 * Everybody's plugins may write to their log. The rest is for those whose maker is known by a key:
 * what is decided about a key is remembered, so its next build has the same grants and the same data.
 * An unsigned plugin gets nothing more, and its next build is another program.
 */
export function uploadPolicy(store: GrantStore): Policy {
  const signed: Policy = {
    decide({ identity, capability }) {
      if (identity.tag !== "key") {
        return { tag: "deny", reason: "it is not signed", lasts: "session" };
      }
      const scope = GRANTED[capability];
      if (scope === undefined) {
        return { tag: "deny", reason: "this server grants it to nobody", lasts: "session" };
      }
      return { tag: "allow", scopes: [scope], lasts: "always" };
    },
  };
  const everybody = staticPolicy({ makers: "any", allow: ["log"] });
  return firstOf(everybody, rememberedPolicy(store, signed, Date));
}
