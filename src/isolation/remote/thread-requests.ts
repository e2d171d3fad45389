import { TenonError } from "../../errors.ts";
import { errorOf } from "../wire/error-data.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";

export type Reply = Extract<GuestReply, { tag: "reply" }>;

export type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

export interface ThreadRequestPowers {
  /** A number that nothing else on the thread has. */
  next(): number;
  /** Throws where it can't be told. */
  post(request: GuestRequest): void;
  /** It could not be told. */
  lose(thrown: unknown): void;
  /** Somebody waits for the thread. */
  begins(): void;
  /** Messages that came from the thread so far. */
  heard(): number;
  readonly isStuck: () => boolean;
  readonly isCompiling: () => boolean;
  /** It takes turns, and has said nothing for as long as it had for an answer. */
  hung(): void;
  readonly after: ((ms: number, callback: () => void) => Disposable) | undefined;
}

interface Waiting extends Pick<PromiseWithResolvers<Reply>, "resolve" | "reject"> {
  /** The instance that it makes. */
  readonly instance: number | undefined;
}

/** What a thread is asked otherwise than by frames, and answers. */
export class ThreadRequests {
  readonly #powers: ThreadRequestPowers;
  readonly #waiting: Map<number, Waiting> = new Map();
  /** How many are waited for, pings aside. */
  #asked = 0;

  constructor(powers: ThreadRequestPowers) {
    this.#powers = powers;
  }

  get underWay(): boolean {
    return this.#asked > 0;
  }

  async ask(request: WithoutId<GuestRequest>, withinMs: number): Promise<Reply> {
    const { next, post, lose, begins } = this.#powers;
    const id = next();
    const waiting = Promise.withResolvers<Reply>();
    const { tag } = request;
    const instance = tag === "instantiate" ? request.instance : undefined;
    this.#waiting.set(id, { ...waiting, instance });
    if (tag !== "ping") {
      this.#asked++;
      begins();
    }
    try {
      post({ ...request, id } as GuestRequest);
    } catch (thrown) {
      lose(thrown);
    }
    const watched = this.#limit(tag, withinMs, waiting.reject);
    try {
      return await waiting.promise;
    } finally {
      if (tag !== "ping") this.#asked--;
      watched();
      this.#waiting.delete(id);
    }
  }

  /**
   * Gives up an answer that does not come in time. A thread that turns, but has said nothing at
   * all since the request, is ended. Returns a function that ends the watch.
   */
  #limit(tag: GuestRequest["tag"], ms: number, giveUp: (error: TenonError) => void): () => void {
    const { after, heard, isCompiling, isStuck, hung } = this.#powers;
    let watch: Disposable | undefined;
    const before = heard();
    const arm = (): void => {
      watch = after?.(ms, () => {
        // While it compiles, it is silent for long.
        if (tag === "end" && isCompiling()) return arm();
        if (heard() === before && !isStuck()) hung();
        giveUp(new TenonError("isolate-failed", "The thread of the plugin does not answer."));
      });
    };
    if (ms < Infinity) arm();
    return () => watch?.[Symbol.dispose]();
  }

  answered(reply: GuestReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.tag === "reply") waiting?.resolve(reply);
    else waiting?.reject(errorOf(reply.error));
  }

  /** Rejects what makes an instance, of those that `which` is true of. */
  rejectMaking(which: (instance: number) => boolean, error: TenonError): void {
    for (const { instance, reject } of this.#waiting.values()) {
      if (instance !== undefined && which(instance)) reject(error);
    }
  }

  /** The thread has ended. `failure` answers what is said where an instance was to be made, and elsewhere. */
  lost(failure: (instance: number | undefined) => TenonError): void {
    for (const { instance, reject } of this.#waiting.values()) reject(failure(instance));
    this.#waiting.clear();
  }
}
