// Streams and futures as values. CanonicalABI.md, `lift_stream`, `lift_future`, `lower_stream`,
// `lower_future`.
import type { LiftLowerContext } from "../context.ts";
import type { Store } from "../store.ts";
import { trap } from "../trap.ts";
import { ReadableEnd } from "./ends.ts";
import { FutureSource, StreamSource } from "./host-sources.ts";
import { futureForHost, HostStream, sharedOf } from "./host-stream.ts";
import type { Readable } from "./shared.ts";
import { addWaitable, waitableAt } from "./waitables.ts";

type Kind = Readable["kind"];

/** What generated text and closures do with streams and futures, by `Store.asyncValues`. */
export class AsyncValues {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes the readable end from a guest. */
  lift(cx: LiftLowerContext, index: number, kind: Kind, payload: number): Readable {
    const { inst } = cx;
    const end = waitableAt(inst, index);
    if (
      !(end instanceof ReadableEnd) ||
      end.shared.kind !== kind ||
      end.shared.payload !== payload
    ) {
      return trap("wrong-handle", `handle ${index} is no readable end of such a ${kind}`);
    }
    if (end.state !== "idle") {
      const why = end.copying ? "while it is read" : "after its end was read or seen";
      trap("end-in-use", `cannot lift ${kind} ${why}`);
    }
    if (end.set !== undefined)
      trap("end-in-use", `cannot lift ${kind} while it's in a waitable set`);
    inst.handles.remove(index, this.#store.waitables);
    return end.shared;
  }

  /** Gives the readable end to a guest. */
  lower(cx: LiftLowerContext, shared: unknown): number {
    return addWaitable(new ReadableEnd(cx.inst, shared as Readable));
  }

  /** For the host: a HostStream or a promise. */
  liftHost(cx: LiftLowerContext, index: number, kind: Kind, payload: number): unknown {
    const shared = this.lift(cx, index, kind, payload);
    return kind === "stream"
      ? new HostStream(this.#store, shared)
      : futureForHost(this.#store, shared);
  }

  /** `value` has passed `fitsAsync`. */
  lowerHost(cx: LiftLowerContext, value: unknown, kind: Kind, payload: number): number {
    const store = this.#store;
    if (kind === "future") {
      return this.lower(cx, new FutureSource(store, payload, value as PromiseLike<unknown>));
    }
    const own = sharedOf(value, store);
    if (own?.payload === payload) return this.lower(cx, own);
    return this.lower(cx, new StreamSource(store, payload, value));
  }
}
