import { fitsAsync } from "../values/accepts.ts";
import type { Layout } from "../layout.ts";
import { unsupportedValue } from "../values/values.ts";
import type { Codec, Side } from "./codec.ts";

/** Streams and futures. See abi/async/values.ts. */
export function endCodec(side: Side, layout: Extract<Layout, { form: "async" }>): Codec {
  const { kind, payload } = layout;
  if (kind === "error-context") {
    const refuse = () => unsupportedValue(kind);
    return {
      fits: () => false,
      take: undefined,
      load: refuse,
      store: refuse,
      lift: refuse,
      lower: refuse,
    };
  }
  const lift: (cx: Parameters<Codec["lift"]>[0], index: number) => unknown = side.host
    ? (cx, index) => cx.store.asyncValues!.liftHost(cx, index, kind, payload)
    : (cx, index) => cx.store.asyncValues!.lift(cx, index, kind, payload);
  const lower: (cx: Parameters<Codec["lift"]>[0], value: unknown) => number = side.host
    ? (cx, value) => cx.store.asyncValues!.lowerHost(cx, value, kind, payload)
    : (cx, value) => cx.store.asyncValues!.lower(cx, value);
  return {
    fits: (_, value) => fitsAsync(kind, value),
    take: undefined,
    load: (cx, pointer) => lift(cx, cx.u32[pointer >>> 2]!),
    store(cx, value, pointer) {
      const index = lower(cx, value);
      cx.u32[pointer >>> 2] = index;
    },
    lift: (cx, core, at) => lift(cx, core[at] as number),
    lower(cx, value, core, at) {
      core[at] = lower(cx, value);
    },
  };
}
