// Handles between JavaScript and a guest's table. A resource type is given by its slot.
// CanonicalABI.md, `lift_own`, `lift_borrow`, `lower_own`, `lower_borrow`.
//
// `…Rep`: with the representation itself, which is the host's object where the host implements the
// type, and what one guest passes to another.
import type { LiftLowerContext } from "../context.ts";
import {
  type GuestResource,
  lendGuest,
  liveRep,
  revokeGuest,
  takeGuest,
  wrap,
} from "./guest-resource.ts";
import { disposeHost } from "../store.ts";
import { addBorrow, addOwn, lend, ResourceHandle, takeOwn } from "./handles.ts";

export function liftOwnRep(cx: LiftLowerContext, index: number, slot: number): unknown {
  return takeOwn(cx.inst, index, cx.resources[slot]!).rep;
}

/** For a constructor, which makes its object of the handle. */
export function liftOwnHandle(cx: LiftLowerContext, index: number, slot: number): ResourceHandle {
  return takeOwn(cx.inst, index, cx.resources[slot]!);
}

export function liftOwn(cx: LiftLowerContext, index: number, slot: number): GuestResource {
  const type = cx.resources[slot]!;
  return wrap(type, takeOwn(cx.inst, index, type));
}

export function liftBorrowRep(cx: LiftLowerContext, index: number, slot: number): unknown {
  return lend(cx.inst, index, cx.resources[slot]!, cx.lent);
}

export function liftBorrow(cx: LiftLowerContext, index: number, slot: number): GuestResource {
  const type = cx.resources[slot]!;
  const rep = lend(cx.inst, index, type, cx.lent);
  const borrowed = wrap(type, rep as number);
  cx.lent.push(borrowed);
  return borrowed;
}

/**
 * A host's object that finds no place in the table is disposed of, because nothing else refers to
 * it.
 */
export function lowerOwnRep(cx: LiftLowerContext, rep: unknown, slot: number): number {
  const type = cx.resources[slot]!;
  try {
    return addOwn(cx.inst, type, rep);
  } catch (full) {
    if (type.implementer === undefined) disposeHost(rep);
    throw full;
  }
}

export function lowerOwn(cx: LiftLowerContext, resource: unknown, slot: number): number {
  const type = cx.resources[slot]!;
  return addOwn(cx.inst, type, takeGuest(type, resource));
}

export function lowerBorrowRep(cx: LiftLowerContext, rep: unknown, slot: number): number {
  return addBorrow(cx.inst, cx.resources[slot]!, rep, cx.scope!);
}

export function lowerBorrow(cx: LiftLowerContext, resource: unknown, slot: number): number {
  const type = cx.resources[slot]!;
  return addBorrow(cx.inst, type, liveRep(type, resource), cx.scope!);
}

/** For the instance that implements the resource. */
export function lowerOwnBorrow(cx: LiftLowerContext, resource: unknown, slot: number): number {
  return liveRep(cx.resources[slot]!, resource);
}

/** The same as `lowerOwnBorrow` and `lowerBorrow`, in a call that takes resources as well. */
export function lowerOwnLent(cx: LiftLowerContext, resource: unknown, slot: number): number {
  return lendGuest(cx.resources[slot]!, resource, cx.lent);
}

export function lowerLent(cx: LiftLowerContext, resource: unknown, slot: number): number {
  const type = cx.resources[slot]!;
  const rep = lendGuest(type, resource, cx.lent);
  return addBorrow(cx.inst, type, rep, cx.scope!);
}

/** CanonicalABI.md, `deliver_resolve`: called at the end of the call that lent them. */
export function giveBack(lent: readonly (ResourceHandle | GuestResource)[]): void {
  for (const one of lent) {
    if (one instanceof ResourceHandle) one.lends--;
    else revokeGuest(one);
  }
}
