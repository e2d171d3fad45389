import type { Authority, Incumbent } from "../../capability/authority.ts";
import { TenonError } from "../../errors.ts";
import {
  describeIdentity,
  identityText,
  isSameMaker,
  ownerOf,
  parseIdentity,
} from "../../identity/identity.ts";
import type { Package } from "../package/package.ts";

/** Whose the data is that is stored under a plugin's name. */
export interface Ownership {
  /** Under what the plugin's data is kept: see `ownerOf`. It stays when the data is handed over. */
  readonly owner: string;
  /** What other makers of the same name left behind. It is deleted with the plugin. */
  readonly formerOwners: readonly string[];
  /** How the plugin came by the name, where another maker had it. */
  readonly taken?: "hand-over" | "fresh" | undefined;
}

/** The plugin that has a name, or had it last, and its data. */
export type KnownPlugin = Incumbent & Ownership;

type Named = Pick<Package, "manifest" | "identity">;

/** What is to be known of a plugin when another package comes with its name. */
export function knownPlugin(source: Named, ownership: Ownership): KnownPlugin {
  const { version, capabilities } = source.manifest;
  const { owner, formerOwners } = ownership;
  const asks = capabilities.map(({ capability, scope }) => ({ capability, scope }));
  return { identity: identityText(source.identity), version, asks, owner, formerOwners };
}

export function ownershipOf(source: Named): Ownership {
  return { owner: ownerOf(source.manifest.name, source.identity), formerOwners: [] };
}

/**
 * Finds out under what a plugin's data is kept, and asks the policy where another maker has the name.
 * `known`: the plugin that has the name; undefined where it is new. Rejects with `identity-changed`,
 * or with `signature-missing` where the known one is signed and this one is not; nothing has changed
 * then.
 */
export async function settleOwnership(
  source: Named,
  known: KnownPlugin | undefined,
  authority: Pick<Authority, "settleIdentity">,
): Promise<Ownership> {
  const own = ownershipOf(source);
  if (known === undefined) return own;
  const { owner, formerOwners } = known;
  if (isSameMaker(known.identity, source.identity)) return { owner, formerOwners };
  const { name, version, capabilities: requests } = source.manifest;
  const { identity } = source;
  const asked = { name, version, identity, requests };
  const decision = await authority.settleIdentity(known, asked);
  if (decision.tag !== "accept") {
    throw changed(source, known, decision.tag === "refuse" ? decision.reason : undefined);
  }
  if (decision.data === "hand-over") return { owner, formerOwners, taken: "hand-over" };
  const others = new Set([...formerOwners, owner]);
  others.delete(own.owner);
  return { owner: own.owner, formerOwners: [...others], taken: "fresh" };
}

function changed({ manifest, identity }: Named, known: KnownPlugin, why?: string): TenonError {
  const { name } = manifest;
  const from = parseIdentity(known.identity);
  const isStripped = from.tag === "key" && identity.tag === "digest";
  const message =
    `Another program calls itself "${name}": it is ${describeIdentity(identity)}. The one that has ` +
    `this name is ${describeIdentity(from)}, and stays as it was` +
    `${why === undefined ? "" : ` (${why})`}. ` +
    (isStripped
      ? "Get the package from its publisher again, with its signature"
      : `A policy's decideIdentity may let it take the name over; place is for plugins of your own; ` +
        `packages that are signed with one key have one maker; uninstall("${name}") deletes the other ` +
        `one with its data`);
  return new TenonError(isStripped ? "signature-missing" : "identity-changed", message, {
    plugin: name,
    operation: "install",
    data: { from: known.identity, to: identityText(identity) },
  });
}
