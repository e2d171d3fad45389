import { createCache, memoryLevel, type Cache, type LoadContext } from "../../cache/index.ts";
import { errOf, WitError } from "../../errors.ts";
import { isError, isThenable } from "../../realms.ts";
import type { CacheableAnswers } from "../../interfaces/cacheable.ts";
import { canonicalText } from "./canonical-text.ts";
import type { AnswerLimits } from "../limits/limits.ts";
import { pureCopy } from "./pure-copy.ts";

/** One call of a plugin that may make it. */
export interface AnswerRequest {
  /** `tenon:plugin/workspace@0.1.0#entries` */
  readonly operation: string;
  readonly rule: CacheableAnswers;
  /** Identifies a plugin and its component: with another component it counts as another plugin. */
  readonly plugin: string;
  /** The grant that covers the call. */
  readonly scope: unknown;
  readonly args: readonly unknown[];
  /** Makes the call. What it throws or rejects with goes to this plugin only. */
  load(): unknown;
  /** Whether `load` may return a promise. */
  readonly waits: boolean;
  /** Ties something to the life of the plugin's instance; see InterfaceContext. */
  own(resource: Disposable): () => void;
  /**
   * Whether the plugin may still make the call. Asked again after it has waited for another
   * plugin's call.
   */
  mayStill(): boolean;
}

/**
 * `served`: from a kept answer, or from another plugin's call. `made`: by a call for this plugin;
 * `answer` is what the call returned. `refused`: the grant was taken back while the plugin waited.
 */
export type Answered =
  | { readonly tag: "served" | "made"; readonly answer: unknown }
  | { readonly tag: "refused" };

/** How often kept answers of cacheable host functions served calls, since the host was made. */
export interface AnswerStatistics {
  /** Calls that were served from a kept answer. */
  readonly hits: number;
  /** Calls that waited for the same call of another plugin. */
  readonly joined: number;
  /** Calls that were made, whether or not their answers were kept. */
  readonly loads: number;
  /** Calls whose arguments or answer can't be kept: they are not plain, or too large. */
  readonly unkept: number;
  /** Answers that made room for others. */
  readonly evictions: number;
  /** Answers that are kept now. */
  readonly entries: number;
  /** Roughly how many bytes the kept answers take. */
  readonly bytes: number;
}

interface Kept {
  /** The whole text of the call that this answers: the key may be a digest of it. */
  readonly text: string;
  readonly outcome:
    | { readonly ok: unknown }
    | { readonly err: unknown; readonly message: string | undefined };
  readonly bytes: number;
}

/** Carries an answer that must not be shared out of the cache, to the plugin that asked. */
class Unshared extends Error {
  readonly answer: unknown;

  constructor(answer: unknown) {
    super("not shared");
    this.answer = answer;
  }
}

const OVERHEAD = 300;
const MAX_KEY = 512;

/**
 * Keeps answers of host functions that are declared cacheable, for all plugins of a host. The gate
 * decides who may ask.
 *
 * Invariants: a failure goes only to the plugin whose call failed; a call that began before an
 * event never answers one that is made after it; when a plugin's instance ends, calls of other
 * plugins that wait for its call are made for them.
 */
export class AnswerCache {
  readonly #cache: Cache<Kept>;
  readonly #maxBytes: number;
  /**
   * How often each event was announced. Part of the keys, so that no call joins one that began
   * before the event.
   */
  readonly #announced: Map<string, number> = new Map();
  readonly #scopes: WeakMap<object, string> = new WeakMap();
  #joined = 0;
  #loads = 0;
  #unkept = 0;

  constructor({ entries, bytes }: AnswerLimits, clock: { now(): number }) {
    this.#maxBytes = Math.floor(bytes / 16);
    const sizeOf = (kept: Kept | undefined): number => kept?.bytes ?? 0;
    this.#cache = createCache<Kept>({ levels: [memoryLevel({ entries, bytes, sizeOf })], clock });
  }

  /** Returns a promise only where something has to be waited for. */
  answer(request: AnswerRequest): Answered | Promise<Answered> {
    const text = this.#textOf(request);
    if (text === undefined) {
      this.#unkept += 1;
      return this.#make(request);
    }
    let led = false;
    const lead = (context: LoadContext<Kept>): Kept | Promise<Kept> => {
      led = true;
      return this.#lead(request, text, context);
    };
    const take = (kept: Kept | undefined): Answered => {
      // Two texts with the same digest: neither may get the other's answer.
      if (kept === undefined || kept.text !== text) return this.#make(request);
      return { tag: led ? "made" : "served", answer: answerOf(kept) };
    };
    const { ttlMs, events = [] } = request.rule;
    let found: Kept | undefined | Promise<Kept | undefined>;
    try {
      found = this.#cache.getOrLoad(keyOf(text), lead, { ttl: ttlMs, events });
    } catch (error) {
      if (error instanceof Unshared) return { tag: "made", answer: error.answer };
      if (led) throw error;
      // The implementation called itself with the same arguments, or the host is closed.
      return this.#make(request);
    }
    if (!(found instanceof Promise)) return take(found);
    if (led) return found.then(take, unshared);
    this.#joined += 1;
    return found.then(
      (kept) => (request.mayStill() ? take(kept) : { tag: "refused" }),
      () => (request.mayStill() ? this.#make(request) : { tag: "refused" }),
    );
  }

  /**
   * Drops the answers that named one of the events. Answers of calls under way are not kept either.
   */
  announce(events: readonly string[]): void {
    for (const event of events) this.#announced.set(event, (this.#announced.get(event) ?? 0) + 1);
    this.#cache.announce(...events);
  }

  statistics(): AnswerStatistics {
    const [memory] = this.#cache.statistics().levels;
    const { hits, evictions, entries, bytes } = memory!;
    const [joined, loads, unkept] = [this.#joined, this.#loads, this.#unkept];
    return { hits, joined, loads, unkept, evictions, entries, bytes };
  }

  #make(request: AnswerRequest): Answered {
    this.#loads += 1;
    return { tag: "made", answer: request.load() };
  }

  #lead(request: AnswerRequest, text: string, context: LoadContext<Kept>): Kept | Promise<Kept> {
    this.#loads += 1;
    const { errors } = request.rule;
    const failed = (error: unknown): Kept => {
      const err = errOf(error);
      if (err === undefined || errors?.only(err.payload) !== true) throw error;
      const copy = pureCopy(err.payload, this.#maxBytes);
      if (copy === undefined) throw error;
      context.keep({ ttl: errors.ttlMs });
      const message = isError(error) ? error.message : undefined;
      const outcome = { err: copy.value, message };
      return { text, outcome, bytes: sizeOf(text, copy.bytes) };
    };
    const loaded = (value: unknown): Kept => {
      const copy = pureCopy(value, this.#maxBytes);
      if (copy !== undefined) {
        return { text, outcome: { ok: copy.value }, bytes: sizeOf(text, copy.bytes) };
      }
      this.#unkept += 1;
      throw new Unshared(value);
    };
    let value: unknown;
    try {
      value = request.load();
    } catch (error) {
      return failed(error);
    }
    if (!isThenable(value)) return loaded(value);
    if (!request.waits) throw new Unshared(value);
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const disown = request.own({ [Symbol.dispose]: () => reject(new Error("the caller ended")) });
    return Promise.race([value, ended]).then(loaded, failed).finally(disown);
  }

  #textOf({ operation, rule, plugin, scope, args }: AnswerRequest): string | undefined {
    const given = canonicalText(args);
    const grant = rule.shared === "everyone" ? "" : this.#scopeText(scope);
    if (given === undefined || grant === undefined) return undefined;
    const who = rule.shared === "plugin" ? plugin : "";
    const since = (rule.events ?? []).map((event) => this.#announced.get(event) ?? 0);
    return `${operation}\n${since.join()}\n${who}\n${grant}\n${given}`;
  }

  #scopeText(scope: unknown): string | undefined {
    if (typeof scope !== "object" || scope === null) return canonicalText(scope);
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const text = canonicalText(scope);
    if (text !== undefined) this.#scopes.set(scope, text);
    return text;
  }
}

function keyOf(text: string): string {
  return text.length <= MAX_KEY ? text : `${textDigest(text)} ${text.length}`;
}

function sizeOf(text: string, bytes: number): number {
  return OVERHEAD + 2 * text.length + bytes;
}

function answerOf({ outcome }: Kept): unknown {
  if ("ok" in outcome) return outcome.ok;
  throw new WitError(outcome.err, outcome.message);
}

function unshared(error: unknown): Answered {
  if (error instanceof Unshared) return { tag: "made", answer: error.answer };
  throw error;
}

/**
 * A short text, of hexadecimal digits, that stands for a long one. It is fast and not
 * cryptographic: a caller that uses it as a key must keep the long text beside it, to compare.
 */
function textDigest(text: string): string {
  let [a, b, c, d] = [0xdeadbeef, 0x41c6ce57, 0x9e3779b9, 0x7f4a7c15];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
    c = Math.imul(c ^ unit, 2246822507);
    d = Math.imul(d ^ unit, 3266489909);
  }
  return [mix(a, b), mix(b, c), mix(c, d), mix(d, a)].map((part) => part.toString(16)).join("-");
}

function mix(one: number, other: number): number {
  const mixed = Math.imul(one ^ (one >>> 16), 2246822507);
  return (mixed ^ Math.imul(other ^ (other >>> 13), 3266489909)) >>> 0;
}
