// How large a case may be: the largest component that the caps let through, and the next larger one.
import type { SweepCase } from "./cases.ts";
import { rogueComponent } from "./rogue.ts";

export interface Frontier {
  /** Undefined: none is accepted. */
  readonly accepted: Sized | undefined;
  /** Undefined: nothing refuses the largest that is tried. */
  readonly refused: Sized | undefined;
}

export interface Sized {
  readonly n: number;
  readonly bytes: Uint8Array;
}

// Up to this size of two that follow each other the frontier is found exactly, else within a hundredth.
const EXACT = 70_000;

/** `accepts`: what it costs grows with the bytes, so it is asked of small ones first. */
export async function frontier(
  { make, top, feature }: SweepCase,
  accepts: (bytes: Uint8Array) => boolean,
): Promise<Frontier> {
  let accepted: Sized | undefined;
  let refused: Sized | undefined;
  const look = async (n: number): Promise<void> => {
    const bytes = await rogueComponent("rogue", make(n));
    if (accepts(bytes)) accepted = { n, bytes };
    else refused = { n, bytes };
  };
  // Whatever says no to it, at the latest where it starts.
  if (feature !== undefined) {
    const bytes = await rogueComponent("rogue", make(top));
    return { accepted: undefined, refused: { n: top, bytes } };
  }
  for (let n = Math.min(top, 2); refused === undefined; n = Math.min(top, n * 4)) {
    await look(n);
    if (n === top) break;
  }
  while (accepted !== undefined && refused !== undefined) {
    const apart: number = refused.n - accepted.n;
    if (apart <= 1 || (refused.n > EXACT && apart < refused.n / 100)) break;
    await look(accepted.n + (apart >> 1));
  }
  return { accepted, refused };
}
