import type {
  CapabilityRequest,
  CapabilityStatus,
  Permission,
  Permit,
  Standing,
} from "./authority.ts";
import type { Capability } from "./capability.ts";
import type { Decision, GrantException, Lasting, PolicyRequest } from "./policy.ts";
import { grantedScope, sameJson, within } from "./scope.ts";
import { TenonError } from "../errors.ts";
import { visibleText } from "../visible-text.ts";
import { capabilityFailed } from "./policy-failed.ts";

/**
 * Scopes that a plugin may hold of one capability at a time: enough for what a person is asked
 * piece by piece, few enough that a check stays cheap.
 */
const maxGrants = 16;

/**
 * After so many requests during calls that the policy did not decide, the plugin's requests are no
 * longer passed on to it.
 */
const maxSilences = 3;

/** `failure`: the capability's own check threw. It is for the application, never for the plugin. */
export type Verdict = Permission<unknown> & { readonly failure?: TenonError };

interface Grant {
  readonly permission: Permission<unknown> & { readonly allowed: true };
  readonly lasts: Lasting;
}

interface Refusal {
  readonly reason: string;
  readonly lasts: Lasting;
}

type State =
  /** `lapsed`: it was decided for an instance that has ended, or in an earlier session. */
  | { readonly tag: "askable"; readonly lapsed: boolean }
  /** `noMore`: the plugin asked for more than it holds and was refused. */
  | {
      readonly tag: "granted";
      readonly grants: readonly Grant[];
      readonly noMore: Refusal | undefined;
    }
  | ({ readonly tag: "refused" } & Refusal);

/** What one plugin holds of one capability: requested ∩ granted, and nothing at first. */
export class Holding {
  readonly capability: Capability<unknown, unknown>;
  /** `scope` has been read by the capability's schema; `reason` has been made harmless. */
  readonly request: CapabilityRequest;
  #permit: { allowed: boolean } = { allowed: false };
  #state: State = { tag: "askable", lapsed: false };
  /**
   * Whether it takes effect. It does not before the whole manifest is decided, nor after the plugin
   * is gone or enrolled anew.
   */
  #inForce = false;
  /** Uses that stay refused. This list only grows. */
  #except: readonly GrantException[] = [];
  #epoch = 0;
  #silences = 0;
  #toldOfFailure = false;

  constructor(capability: Capability<unknown, unknown>, request: CapabilityRequest) {
    this.capability = capability;
    this.request = request;
  }

  get permit(): Permit {
    return this.#permit;
  }

  get status(): CapabilityStatus {
    return this.#state.tag;
  }

  /**
   * Changes when the capability is revoked: a decision on a question that was asked before is then
   * void.
   */
  get epoch(): number {
    return this.#epoch;
  }

  get lapsed(): boolean {
    return this.#state.tag === "askable" && this.#state.lapsed;
  }

  /** Why a further request would be refused, until the instance or the session ends. */
  get closed(): string | undefined {
    if (this.#state.tag === "askable") return undefined;
    return this.#state.tag === "refused" ? this.#state.reason : this.#state.noMore?.reason;
  }

  get scopes(): readonly unknown[] {
    if (this.#state.tag !== "granted") return [];
    return this.#state.grants.map((grant) => grant.permission.scope);
  }

  check(use: unknown): Verdict {
    const state = this.#state;
    if (state.tag !== "granted") return refusal(this.closed ?? "it has not been granted");
    if (use === undefined) return state.grants[0]!.permission;
    for (const { scope, reason } of this.#except) {
      const covered = this.#covers(scope, use);
      if (covered instanceof TenonError) return refusal(reason, covered);
      if (covered === true) return refusal(reason);
    }
    let why = "the grant does not cover it";
    let failure: TenonError | undefined;
    for (const grant of state.grants) {
      const covered = this.#covers(grant.permission.scope, use);
      if (covered === true) return grant.permission;
      if (covered instanceof TenonError) failure = covered;
      if (typeof covered === "string") why = covered;
    }
    return failure === undefined ? refusal(visibleText(why)) : refusal("the check failed", failure);
  }

  /** Whether a check's failure is still to be told: a plugin can make it fail time and again. */
  tellsOfFailure(): boolean {
    const isFirst = !this.#toldOfFailure;
    this.#toldOfFailure = true;
    return isFirst;
  }

  /** Whether all of `scope` is granted already. */
  holds(scope: unknown): boolean {
    return this.scopes.some((granted) => within(this.capability, scope, granted));
  }

  /**
   * Applies a decision on `wanted`, a part of what the manifest asks for. Throws `grant-scope`, and
   * changes nothing, where the decision's scope is not valid.
   */
  decide(decision: Decision, wanted: unknown, during: PolicyRequest["during"]): void {
    if (decision.tag === "deny") {
      this.#refuse(decision);
      return;
    }
    const except = this.#exceptions(decision.except ?? []);
    const scopes = decision.tag === "allow" ? this.#allowed(decision.scopes, wanted) : [];
    this.#except = except;
    if (decision.tag === "silent") {
      if (during === "install") return;
      this.#silences += 1;
      if (this.#silences < maxSilences) return;
      this.#refuse({ reason: "it was asked for too often", lasts: "session" });
    } else if (scopes.length === 0) {
      this.#refuse({ reason: "nothing of what it asks for is allowed", lasts: decision.lasts });
    } else {
      this.#grant(scopes, decision.lasts);
    }
  }

  /**
   * Takes over what the same maker's plugin held before, where that covers all that is asked for now
   * and was not granted for one instance only. Returns whether it did.
   */
  inherit(before: Holding): boolean {
    if (before.#state.tag !== "granted") return false;
    const { scope } = this.request;
    const covering = before.#state.grants.filter(
      ({ permission, lasts }) =>
        lasts !== "once" && within(this.capability, scope, permission.scope),
    );
    const last = covering.at(-1);
    if (last === undefined) return false;
    this.#except = before.#except;
    this.#grant([scope], last.lasts);
    return true;
  }

  /** Takes everything back; the plugin need not ask again in this session. */
  revoke(): void {
    this.#epoch += 1;
    this.#become({ tag: "refused", reason: "it was taken back", lasts: "session" });
  }

  /**
   * From now on this holding takes effect. `before` is the one that it replaces: permits made for
   * that one stay good for this one.
   */
  begin(before: Holding | undefined): void {
    if (before !== undefined) {
      before.end();
      [this.#permit, before.#permit] = [before.#permit, this.#permit];
    }
    this.#inForce = true;
    this.#become(this.#state);
  }

  /** From now on this holding has no effect. */
  end(): void {
    this.#inForce = false;
    this.#become(this.#state);
  }

  /** Makes the next start of an instance ask again. */
  lapse(): void {
    this.#become({ tag: "askable", lapsed: true });
  }

  endOfInstance(): void {
    const state = this.#state;
    if (state.tag === "granted") {
      const grants = state.grants.filter((grant) => grant.lasts !== "once");
      const noMore = state.noMore?.lasts === "once" ? undefined : state.noMore;
      if (grants.length > 0) this.#become({ tag: "granted", grants, noMore });
      else if (noMore) this.#become({ tag: "refused", ...noMore });
      else this.#become({ tag: "askable", lapsed: true });
    } else if (state.tag === "refused" && state.lasts === "once") {
      this.#become({ tag: "askable", lapsed: true });
    }
  }

  standing(): Standing {
    const granted = this.scopes;
    const scopes = granted.length > 0 ? granted : [this.request.scope];
    return {
      capability: this.capability.name,
      scope: this.request.scope,
      granted,
      sentence: scopes.map((scope) => sentenceOrName(this.capability, scope)).join(" and "),
      status: this.status,
      optional: this.request.optional,
      reason: this.request.reason,
    };
  }

  /** The only place where what is held changes. */
  #become(state: State): void {
    this.#state = state;
    this.#permit.allowed = this.#inForce && state.tag === "granted";
  }

  #exceptions(added: readonly GrantException[]): readonly GrantException[] {
    const all = [...this.#except];
    for (const { scope, reason } of added) {
      const one = { scope: grantedScope(this.capability, scope), reason };
      if (!all.some((known) => sameJson(known.scope, one.scope))) all.push(one);
    }
    return all;
  }

  #allowed(scopes: readonly unknown[] | undefined, wanted: unknown): readonly unknown[] {
    if (scopes === undefined) return [wanted];
    return scopes
      .map((scope) => this.capability.intersect(wanted, grantedScope(this.capability, scope)))
      .filter((scope) => scope !== undefined)
      .map((scope) => grantedScope(this.capability, scope));
  }

  #grant(scopes: readonly unknown[], lasts: Lasting): void {
    const before = this.#state.tag === "granted" ? this.#state.grants : [];
    const added = scopes.map((scope): Grant => {
      return { permission: Object.freeze({ allowed: true, scope }), lasts };
    });
    const grants = [...before, ...added].slice(-maxGrants);
    this.#become({ tag: "granted", grants, noMore: undefined });
  }

  /** A refusal of more leaves what is granted already. */
  #refuse(refusal: Refusal): void {
    const { reason, lasts } = refusal;
    if (this.#state.tag === "granted") {
      this.#become({ ...this.#state, noMore: { reason, lasts } });
    } else {
      this.#become({ tag: "refused", reason, lasts });
    }
  }

  /** A check that fails refuses: both a use of what is granted and one of what is excepted. */
  #covers(scope: unknown, use: unknown): boolean | string | TenonError {
    try {
      return this.capability.covers(scope, use);
    } catch (cause) {
      return capabilityFailed(this.capability.name, "covers", cause);
    }
  }
}

/** Throws `policy-failed` where the capability can't say it. */
export function sentenceFor(capability: Capability<unknown, unknown>, scope: unknown): string {
  let said: unknown;
  try {
    said = capability.describe(scope);
  } catch (cause) {
    throw capabilityFailed(capability.name, "describe", cause);
  }
  if (typeof said === "string") return visibleText(said, { limit: 500 });
  const cause = new TypeError(
    `it answered ${said === null ? "null" : typeof said}, and not a text`,
  );
  throw capabilityFailed(capability.name, "describe", cause);
}

/** For a list of what plugins hold, which a capability of the application's must not make fail. */
function sentenceOrName(capability: Capability<unknown, unknown>, scope: unknown): string {
  try {
    return sentenceFor(capability, scope);
  } catch {
    return `may use ${capability.name}, which can't be described`;
  }
}

function refusal(reason: string, failure?: TenonError): Verdict {
  return failure === undefined ? { allowed: false, reason } : { allowed: false, reason, failure };
}
