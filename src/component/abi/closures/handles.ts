import { fitsHandle } from "../values/accepts.ts";
import type { LiftLowerContext } from "../context.ts";
import { guestRep } from "../resources/guest-resource.ts";
import type { Layout } from "../layout.ts";
import {
  liftBorrow,
  liftBorrowRep,
  liftOwn,
  liftOwnRep,
  lowerBorrow,
  lowerBorrowRep,
  lowerLent,
  lowerOwn,
  lowerOwnBorrow,
  lowerOwnLent,
  lowerOwnRep,
} from "../resources/resources.ts";
import type { Codec, Side } from "./codec.ts";

type HandleLayout = Extract<Layout, { form: "handle" }>;

type Lift = (cx: LiftLowerContext, index: number, slot: number) => unknown;
type Lower = (cx: LiftLowerContext, value: unknown, slot: number) => number;

export function handleCodec(side: Side, layout: HandleLayout): Codec {
  const { slot } = layout.resource;
  const lift = liftHandle(side, layout);
  const lower = lowerHandle(side, layout);
  return {
    take: lower === lowerOwnBorrow ? takingOf(slot) : undefined,
    fits: (cx, value) => fitsHandle(cx.resources[slot]!, layout.own, value),
    load: (cx, pointer) => lift(cx, cx.u32[pointer >>> 2]!, slot),
    store(cx, value, pointer) {
      const index = lower(cx, value, slot);
      cx.u32[pointer >>> 2] = index;
    },
    lift: (cx, core, at) => lift(cx, core[at] as number, slot),
    lower(cx, value, core, at) {
      core[at] = lower(cx, value, slot);
    },
  };
}

function takingOf(slot: number): Codec["take"] {
  return (cx, value, core, at) => {
    const rep = guestRep(cx.resources[slot]!, value);
    core[at] = rep;
    return rep !== undefined;
  };
}

function liftHandle(side: Side, { own, resource }: HandleLayout): Lift {
  const wraps = side.host && side.implementer(resource.slot) !== "host";
  if (own) return wraps ? liftOwn : liftOwnRep;
  return wraps ? liftBorrow : liftBorrowRep;
}

function lowerHandle(side: Side, { own, resource }: HandleLayout): Lower {
  const by = side.implementer(resource.slot);
  const wrapped = side.host && by !== "host";
  if (own) return wrapped ? lowerOwn : lowerOwnRep;
  if (by !== "self") return wrapped ? (side.lends ? lowerLent : lowerBorrow) : lowerBorrowRep;
  if (!wrapped) return (_, rep) => rep as number;
  return side.lends ? lowerOwnLent : lowerOwnBorrow;
}
