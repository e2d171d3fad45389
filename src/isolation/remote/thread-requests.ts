import { TenonError } from "../../errors.ts";
import { errorOf } from "../wire/error-data.ts";
import type { GuestReply, GuestRequest } from "../wire/messages.ts";
import { unsent } from "./unsent-request.ts";

export type Reply = Extract<GuestReply, { tag: "reply" }>;

export type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

/** Made by ThreadConnection. */
export interface ThreadRequestPowers {
  /** Returns a number that is unique on the thread. */
  next(): number;
  /** Throws where the request can't be posted. */
  post(request: GuestRequest): void;
  /** Called where a request could not be posted, and the thread's state is unknown since. */
  lose(thrown: unknown): void;
  /** Called when an answer of the thread is awaited. */
  begins(): void;
  /** How many messages have come from the thread so far. */
  heard(): number;
  readonly isStuck: () => boolean;
  readonly isCompiling: () => boolean;
  /** Called when the thread turns, but has said nothing for as long as it had for an answer. */
  hung(): void;
  readonly after: ((ms: number, callback: () => void) => Disposable) | undefined;
}

interface Waiting extends Pick<PromiseWithResolvers<Reply>, "resolve" | "reject"> {
  /** The instance that the request makes. */
  readonly instance: number | undefined;
}

/** The requests to a thread that are not frames, and their answers. */
export class ThreadRequests {
  readonly #powers: ThreadRequestPowers;
  readonly #waiting: Map<number, Waiting> = new Map();
  /** How many requests are waited for, not counting pings. */
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
    const posted = { ...request, id } as GuestRequest;
    try {
      post(posted);
    } catch (thrown) {
      const fault = unsent(posted, thrown);
      if (fault === undefined) lose(thrown);
      else waiting.reject(fault);
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

  /** Rejects the requests that make an instance for which `which` returns true. */
  rejectMaking(which: (instance: number) => boolean, error: TenonError): void {
    for (const { instance, reject } of this.#waiting.values()) {
      if (instance !== undefined && which(instance)) reject(error);
    }
  }

  /**
   * The thread has ended. `failure` returns the error of a request, which depends on the instance
   * that was to be made.
   */
  lost(failure: (instance: number | undefined) => TenonError): void {
    for (const { instance, reject } of this.#waiting.values()) reject(failure(instance));
    this.#waiting.clear();
  }
}
