// What is known of the blocks around an instruction, while checks are written into code (checked-code.ts).
import { unreached, type WorkAt } from "./work-done.ts";

/** What is known of a block around the current instruction. */
export interface Around {
  /**
   * For a loop: the number of its copies, or 0 if it asks at its start. Undefined: another block.
   */
  readonly copies: number | undefined;
  /** For a loop: the base around it, and the base in it. */
  readonly base: number;
  readonly outer: number;
  /** For an `if` without an `else`. */
  skipped: WorkAt | undefined;
  /** What branches to its end bring along or, in a loop's copies, branches to the next copy. */
  reached: WorkAt;
  caught: boolean;
  /** For a loop with a check at its start: the place of the check, and the work it will count. */
  readonly place: number;
  charge: number;
}

/**
 * A loop that is being written several times:
 *
 *     block $done
 *       loop $again
 *         block $next … br $done end   ;; ways back go to $next
 *         …                            ;; ways back go to $again
 *       end
 *     end
 */
export interface Copying {
  readonly depth: number;
  readonly body: number;
  left: number;
  /** Where one copy ends. */
  readonly done: WorkAt;
}

/** A block that is no loop; see Around.skipped. */
export function block(skipped: WorkAt | undefined): Around {
  return {
    copies: undefined,
    base: 0,
    outer: 0,
    skipped,
    reached: unreached(),
    caught: false,
    place: 0,
    charge: 0,
  };
}
