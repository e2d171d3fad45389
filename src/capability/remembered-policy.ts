import { TenonError } from "../errors.ts";
import { checkShape } from "../options.ts";
import { identityText, isSameMaker } from "../identity/identity.ts";
import type {
  Decision,
  IdentityChange,
  IdentityDecision,
  Policy,
  PolicyRequest,
} from "./policy.ts";
import type { GrantStore, RememberedApproval, RememberedDecision } from "./remembered-decisions.ts";
import type { StorageWatch } from "../storage-watch.ts";
import { readDecisions, writeDecisions } from "./remembered-decisions.ts";
import { sameJson } from "./scope.ts";

/** Approvals of different scopes of one capability that are kept for one plugin; the oldest goes. */
const maxApprovals = 16;

/** A policy that keeps what another one decided for good. */
export interface RememberedPolicy extends Policy {
  /** What is remembered for good, oldest first. Rejects with `grants-unreadable`. */
  list(): Promise<readonly RememberedDecision[]>;
  /** Lets go of remembered decisions, in the store too. Rejects with `storage-failed`. */
  forget(plugin: string, capability?: string): Promise<void>;
}

/**
 * Returns what was decided before about the same maker's plugin: decisions for the session from
 * memory, others from the store. Everything else goes to `next`. A plugin that asks for more than
 * was allowed is asked about again. Once the answer was never, nothing is asked about that
 * capability again, whatever scope the plugin asks for; what was approved before stays approved.
 *
 * `decide` fails with `grants-unreadable` where the store is damaged; its text is then kept aside,
 * and the next question starts with an empty memory. A decision that cannot be stored holds for the
 * session, and the audit trail and the host's event `storage-failed` say so.
 *
 * Throws `usage` for arguments of a wrong kind.
 */
export function rememberedPolicy(
  store: GrantStore,
  next: Policy,
  clock: { now(): number },
): RememberedPolicy {
  checkShape("rememberedPolicy's store", store, ["read", "write", "setAside"], "a GrantStore");
  checkShape("rememberedPolicy's next policy", next, ["decide"], "a Policy");
  checkShape("rememberedPolicy's clock", clock, ["now"], "an object with `now`");
  return new Memory(store, next, clock);
}

class Memory implements RememberedPolicy {
  readonly names: readonly string[];
  readonly scopes: NonNullable<Policy["scopes"]>;
  readonly #store: GrantStore;
  readonly #next: Policy;
  readonly #clock: { now(): number };
  #session: readonly RememberedDecision[] = [];
  #stored: Promise<readonly RememberedDecision[]> | undefined;
  #lastChange: Promise<unknown> = Promise.resolve();
  #watch: StorageWatch | undefined;

  constructor(store: GrantStore, next: Policy, clock: { now(): number }) {
    this.names = next.names ?? [];
    this.scopes = next.scopes ?? [];
    this.#store = store;
    this.#next = next;
    this.#clock = clock;
  }

  async decide(request: PolicyRequest): Promise<Decision> {
    const stored = await this.list();
    const known = recall([...this.#session, ...stored], request);
    if (known) {
      // The audit trail says how it was decided.
      const isForGood = known.by.every((one) => !this.#session.includes(one));
      return { ...known.decision, lasts: isForGood ? "always" : "session" };
    }
    const decision = await this.#next.decide(request);
    if (decision.tag === "silent" || decision.lasts === "once") return decision;
    const entry = this.#entry(request, decision);
    if (decision.lasts === "always") {
      try {
        await this.#change((decisions) => withDecision(decisions, entry));
        return decision;
      } catch (error) {
        this.#session = withDecision(this.#session, entry);
        const reason = `decided for good, but could not be stored: it holds for the session (${(error as Error).message})`;
        return { ...decision, lasts: "session", reason };
      }
    }
    this.#session = withDecision(this.#session, entry);
    return decision;
  }

  async decideIdentity(change: IdentityChange): Promise<IdentityDecision> {
    return (await this.#next.decideIdentity?.(change)) ?? { tag: "silent" };
  }

  watch(storage: StorageWatch): void {
    this.#watch = storage;
    this.#next.watch?.(storage);
  }

  async forget(plugin: string, capability?: string): Promise<void> {
    const stays = (one: RememberedDecision): boolean =>
      one.plugin !== plugin || (capability !== undefined && one.capability !== capability);
    this.#session = this.#session.filter(stays);
    const stored = await this.list();
    if (!stored.every(stays)) await this.#change((decisions) => decisions.filter(stays));
    await this.#next.forget?.(plugin, capability);
  }

  async list(): Promise<readonly RememberedDecision[]> {
    const reading = (this.#stored ??= readDecisions(this.#store));
    try {
      return await reading;
    } catch (error) {
      // All who waited for this reading fail with it; the next call reads again.
      if (this.#stored === reading) this.#stored = undefined;
      throw error;
    }
  }

  /**
   * Changes are made one after another, each on what the store holds at that time: other hosts and
   * processes write to it too.
   */
  #change(
    change: (decisions: readonly RememberedDecision[]) => readonly RememberedDecision[],
  ): Promise<void> {
    const store = this.#store;
    const work = async (): Promise<readonly RememberedDecision[]> => {
      const decisions = change(await readDecisions(store));
      await writeDecisions(store, decisions);
      return decisions;
    };
    const done = this.#lastChange.then(async () => {
      try {
        const decisions = await (store.alone?.(work) ?? work());
        this.#watch?.works();
        this.#stored = Promise.resolve(decisions);
      } catch (error) {
        const isRead = !(error instanceof TenonError && error.code === "grants-unreadable");
        if (isRead) this.#watch?.failed(error);
        throw error;
      }
    });
    this.#lastChange = done.catch(() => undefined);
    return done;
  }

  #entry(
    request: PolicyRequest,
    decision: Exclude<Decision, { tag: "silent" }>,
  ): RememberedDecision {
    const asked = {
      plugin: request.plugin,
      identity: identityText(request.identity),
      capability: request.capability,
      at: this.#clock.now(),
    };
    if (decision.tag === "deny") return { ...asked, decision: "deny", reason: decision.reason };
    const except = decision.except?.length ? { except: [...decision.except] } : {};
    const scopes = [...(decision.scopes ?? [request.scope])];
    return { ...asked, decision: "allow", asked: request.scope, scopes, ...except };
  }
}

/** Decisions about a key that the publisher had before are about this request, too. */
function isAbout(
  one: RememberedDecision,
  { plugin, identity, capability }: PolicyRequest,
): boolean {
  return (
    one.plugin === plugin && one.capability === capability && isSameMaker(one.identity, identity)
  );
}

/** What was decided before, without how long it lasts, and the decisions that it follows from. */
interface Recalled {
  readonly decision:
    | Omit<Extract<Decision, { tag: "allow" }>, "lasts">
    | Omit<Extract<Decision, { tag: "deny" }>, "lasts">;
  readonly by: readonly RememberedDecision[];
}

function recall(
  decisions: readonly RememberedDecision[],
  request: PolicyRequest,
): Recalled | undefined {
  const earlier = decisions.filter((one) => isAbout(one, request));
  const approvals = earlier.filter((one) => one.decision === "allow");
  const same = approvals.find((one) => answers(one, request));
  if (same) return approve([same]);
  const denial = earlier.find((one) => one.decision === "deny");
  if (!denial) return undefined;
  if (approvals.length > 0) return approve(approvals);
  return { decision: { tag: "deny", reason: denial.reason }, by: [denial] };
}

function approve(approvals: readonly RememberedApproval[]): Recalled {
  const decision = {
    tag: "allow",
    scopes: approvals.flatMap((one) => one.scopes),
    except: approvals.flatMap((one) => one.except ?? []),
  } as const;
  return { decision, by: approvals };
}

/** The same question as before, or one for a part of what was allowed. */
function answers(one: RememberedApproval, request: PolicyRequest): boolean {
  try {
    return sameJson(one.asked, request.scope) || one.scopes.some((scope) => request.within(scope));
  } catch {
    // The capability's schema no longer accepts what was stored: a new question.
    return false;
  }
}

function withDecision(
  decisions: readonly RememberedDecision[],
  entry: RememberedDecision,
): readonly RememberedDecision[] {
  const earlier = decisions.filter(
    (one) =>
      one.plugin === entry.plugin &&
      one.identity === entry.identity &&
      one.capability === entry.capability,
  );
  const others = decisions.filter((one) => !earlier.includes(one));
  if (entry.decision === "deny") {
    const approvals = earlier.filter((one) => one.decision === "allow");
    return [...others, ...approvals, entry];
  }
  const kept = earlier.filter(
    (one) => one.decision === "deny" || !sameJson(one.asked, entry.asked),
  );
  return [...others, ...kept.slice(1 - maxApprovals), entry];
}
