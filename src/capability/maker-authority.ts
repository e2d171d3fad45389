import type { Identity } from "../identity/identity.ts";
import type { Authority } from "./authority.ts";

/** What an instance of a plugin may ask of the authority. */
export type MakerAuthority = Pick<
  Authority,
  "may" | "permit" | "status" | "request" | "watch" | "endOfInstance"
>;

/**
 * The authority as one maker's plugins have it. A plugin holds what was granted for as long as its
 * name is its maker's: what another maker was granted under the same name is never its own.
 */
export function authorityOf(authority: Authority, maker: Identity): MakerAuthority {
  return {
    may: (plugin, capability, use, operation, told) =>
      authority.may(plugin, capability, use, operation, told, maker),
    permit: (plugin, capability) => authority.permit(plugin, capability, maker),
    status: (plugin, capability) => authority.status(plugin, capability, maker),
    request: (plugin, capability, scope, reason) =>
      authority.request(plugin, capability, scope, reason, maker),
    watch: (plugin, changed) => authority.watch(plugin, changed),
    endOfInstance: (plugin) => authority.endOfInstance(plugin, maker),
  };
}
