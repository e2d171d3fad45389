/// Where a function's code asks whether it is to go on: on its entry, if that is checked; at the starts of
/// loops or on the ways back to them; before instructions that may take as long as a loop; where an
/// exception is caught; and wherever else too much was done since the last time.
///
/// What has been done since then is on the scale: on whichever way there was most. Invariants:
/// - whoever goes round a loop once for each of its copies meets a check;
/// - what has been done since the last check is at most `base + SPAN` and one instruction more, and a
///   check takes all of it but `base` off: what had been done outside of the innermost loop around before
///   it started, at most LIGHT, which is not to be taken off once for each round;
/// - a checked function that returns leaves no more than TINY.
import type {
  AfterCall,
  BlockKind,
  BranchForm,
  BulkPlace,
  GrowPlace,
  InstructionVisitor,
} from "./instruction-visitor.ts";
import { bulkCheck, type CheckCode } from "./check-code.ts";
import type { CheckedFunctions } from "./checked-functions.ts";
import type { CodeWriter } from "./code-writer.ts";
import type { ModuleSpaces } from "./function-shape.ts";
import type { Growers } from "./growers.ts";
import type { GrowingNumbers } from "./growing.ts";
import { CAUGHT, LIGHT, type Scale, SPAN, TINY } from "./weights.ts";

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const BR = 0x0c;
const CALL = 0x10;
const EMPTY = 0x40;

/// What a block around is.
interface Around {
  /// Of a loop: its copies, or 0 where it asks at its start. Undefined: another block.
  readonly copies: number | undefined;
  /// Of a loop: `base` in it, and around it.
  readonly base: number;
  readonly outer: number;
  /// Of an `if` without an `else`: what had been done before it; else less than nothing.
  skipped: number;
  /// The most that had been done where a branch leads to its end, or in a loop's copies to the next one.
  reached: number;
  caught: boolean;
  /// Of a loop that asks at its start: where that check stands, and what it is to be
  /// charged.
  readonly place: number;
  charge: number;
}

/// A loop that is being written several times:
///
///     block $done
///       loop $again
///         block $next … br $done end   ;; ways back go to $next
///         …                            ;; ways back go to $again
///       end
///     end
interface Copying {
  readonly depth: number;
  readonly body: number;
  left: number;
  /// The most that had been done where one of them ends.
  done: number;
}

const NEVER = -1;

/// Writes one function after the other, as a walk passes over it.
export class CheckedCode implements InstructionVisitor {
  readonly #bytes: Uint8Array;
  readonly #code: CheckCode;
  readonly #functions: CheckedFunctions;
  readonly #spaces: ModuleSpaces;
  readonly #growers: Growers;
  /// Of all loops of the module, in order.
  readonly #loops: GrowingNumbers;
  readonly #scale: Scale;
  readonly #writer: CodeWriter;
  #nextLoop = 0;
  /// How far the function was copied.
  #copied = 0;
  /// Whether the function is checked on entry.
  #checked = false;
  #base = 0;
  readonly #around: Around[] = [];
  #copying: Copying | undefined;

  constructor(
    bytes: Uint8Array,
    code: CheckCode,
    module: {
      readonly functions: CheckedFunctions;
      readonly spaces: ModuleSpaces;
      readonly growers: Growers;
      readonly loops: GrowingNumbers;
    },
    scale: Scale,
    writer: CodeWriter,
  ) {
    this.#bytes = bytes;
    this.#code = code;
    this.#functions = module.functions;
    this.#spaces = module.spaces;
    this.#growers = module.growers;
    this.#loops = module.loops;
    this.#scale = scale;
    this.#writer = writer;
  }

  /// Function `index` starts: its locals at `from`, its instructions at `start`. They are to be walked
  /// over, and `end` to be called.
  begin(index: number, from: number, start: number): void {
    this.#copied = from;
    this.#checked = this.#functions.isEntryChecked(index);
    this.#around.length = 0;
    this.#copying = undefined;
    this.#scale.weight = 0;
    this.#setBase(0);
    this.#around.push(block(NEVER));
    if (this.#checked) this.#check(start, this.#functions.entryCharge(index));
  }

  end(end: number): void {
    this.#copyTo(end);
  }

  open(kind: BlockKind, type: number, body: number): void {
    const scale = this.#scale;
    if (kind !== "loop") {
      this.#around.push(block(kind === "if" ? scale.weight : NEVER));
      return;
    }
    const copies = this.#loops.at(this.#nextLoop++);
    if (scale.weight > LIGHT) this.#check(type - 1, this.#uncharged());
    const outer = this.#base;
    this.#setBase(scale.weight);
    if (copies === 0) this.#check(body, 0);
    const place = this.#writer.length - this.#code.text.length;
    const base = this.#base;
    const loop = { copies, base, outer, place };
    this.#around.push({ ...loop, skipped: NEVER, reached: NEVER, caught: false, charge: 0 });
    if (copies < 2) return;
    this.#copyTo(type - 1);
    for (const opcode of [BLOCK, LOOP]) {
      this.#writer.byte(opcode);
      this.#writer.copy(this.#bytes, type, body);
    }
    this.#copying = { depth: this.#around.length - 1, body, left: copies, done: NEVER };
    this.#beginCopy(this.#copying);
  }

  #beginCopy({ body, left }: Copying): void {
    this.#copied = body;
    if (left > 1) this.#put(BLOCK, EMPTY);
  }

  close(start: number, end: number): number | undefined {
    const copying = this.#copying;
    if (copying === undefined || copying.depth < this.#around.length - 1) this.#end(start, end);
    else if (copying.left > 1) return this.#nextCopy(copying, start);
    else this.#lastCopy(copying, start, end);
    return undefined;
  }

  #end(start: number, end: number): void {
    const scale = this.#scale;
    const ended = this.#around.pop();
    if (ended === undefined) return;
    if (ended.copies !== undefined) {
      if (ended.copies === 0) this.#charge(ended.place, ended.charge);
      this.#setBase(ended.outer);
      return;
    }
    // The function's own end.
    if (this.#around.length === 0) return this.#leave(start, 0);
    scale.weight = Math.max(scale.weight, ended.reached, ended.skipped);
    if (ended.caught) this.#check(end, Math.max(CAUGHT, this.#uncharged()));
  }

  #lastCopy({ done }: Copying, start: number, end: number): void {
    this.#copyTo(start);
    this.#put(END, END);
    this.#copied = end;
    this.#copying = undefined;
    this.#scale.weight = Math.max(this.#scale.weight, done);
    this.#setBase(this.#around.pop()!.outer);
  }

  #nextCopy(copying: Copying, end: number): number {
    const around = this.#around.at(-1)!;
    this.#copyTo(end);
    this.#put(BR, 2, END);
    copying.done = Math.max(copying.done, this.#scale.weight);
    this.#scale.weight = Math.max(around.reached, this.#base);
    around.reached = NEVER;
    copying.left--;
    this.#beginCopy(copying);
    return copying.body;
  }

  otherwise(): void {
    const around = this.#around.at(-1);
    if (around === undefined) return;
    around.reached = Math.max(around.reached, this.#scale.weight);
    this.#scale.weight = Math.max(around.skipped, this.#base);
    around.skipped = NEVER;
  }

  caught(end: number): void {
    const around = this.#around.at(-1);
    if (around === undefined) return;
    around.reached = Math.max(around.reached, this.#scale.weight);
    this.#check(end, CAUGHT);
  }

  branch(label: number, form: BranchForm, start: number, at: number, end: number): void {
    const depth = this.#around.length - 1 - label;
    const copying = this.#copying;
    const leaves = copying !== undefined && depth < copying.depth;
    const deeper = !leaves ? 0 : copying.left > 1 ? 2 : 1;
    const target = form === "never" ? undefined : this.#around[depth];
    if (target?.copies !== undefined && target.copies > 0) {
      if (leaves || copying?.depth !== depth || copying.left === 1) {
        return this.#back(target, label + deeper, form, start, end);
      }
    }
    // The handlers of a `try_table` come before it: nothing was done in it yet.
    if (depth === 0 && (form === "always" || form === "if" || form === "other")) {
      // Labels of a `br_table` were looked at together.
      if (this.#bytes[start] !== 0x0e) this.#leave(start, 0);
    }
    if (target !== undefined) this.#reach(target, form);
    if (deeper === 0) return;
    this.#copyTo(at);
    this.#writer.leb(label + deeper);
    this.#copied = end;
  }

  #reach(target: Around, form: BranchForm): void {
    const caught = form === "caught";
    if (target.copies === 0) {
      const done = Math.max(this.#scale.weight - target.base, caught ? CAUGHT : 0);
      target.charge = Math.max(target.charge, done);
    } else if (caught) target.caught = true;
    else target.reached = Math.max(target.reached, this.#scale.weight);
  }

  /// A check before a branch, whose instruction is one byte and the label.
  #back(target: Around, label: number, form: BranchForm, start: number, end: number): void {
    this.#copyTo(start);
    if (form !== "always") this.#put(IF, EMPTY);
    this.#putCheck(this.#scale.weight - target.base);
    this.#writer.byte(BR);
    this.#writer.leb(form === "always" ? label : label + 1);
    if (form !== "always") this.#writer.byte(END);
    this.#copied = end;
  }

  choice(start: number, deepest: number): void {
    if (deepest >= this.#around.length - 1) this.#leave(start, 0);
  }

  leave(start: number): void {
    this.#leave(start, 0);
  }

  dead(): void {
    this.#scale.weight = this.#base;
  }

  call(func: number, next: AfterCall, start: number): void {
    const checked = this.#functions.isChecked(func);
    this.#call(this.#functions.costOf(func), checked, next, start);
  }

  indirectCall(next: AfterCall, start: number): void {
    this.#call(this.#functions.elsewhere, false, next, start);
  }

  /// `cost`: what the caller is to reckon with.
  #call(cost: number, checked: boolean, next: AfterCall, start: number): void {
    if (next === "return") {
      // What a checked one leaves is what this one may leave.
      this.#leave(start, checked ? TINY : cost);
      return;
    }
    const scale = this.#scale;
    if (!checked && scale.weight + cost > scale.limit) this.#check(start, this.#uncharged());
    scale.weight += cost;
  }

  bulk(at: number, memories: readonly number[] | undefined, local: number | undefined): void {
    this.#copyTo(at);
    this.#writer.put(bulkCheck({ length: this.#lengthOf(memories), local }, this.#code.interrupt));
  }

  #lengthOf(memories: readonly number[] | undefined): BulkPlace["length"] {
    if (memories === undefined || memories.some((memory) => this.#spaces.isWide(memory))) {
      return "unknown";
    }
    return memories.length === 0 ? "elements" : "bytes";
  }

  grow(space: GrowPlace["space"], index: number, start: number, end: number): void {
    this.#copyTo(start);
    this.#writer.byte(CALL);
    this.#writer.leb(this.#growers.of({ space, index }));
    this.#copied = end;
  }

  fields(type: number): number {
    return this.#spaces.fields(type);
  }

  heavy(start: number): void {
    this.#check(start, this.#uncharged());
  }

  /// The function may return from there, after `more` that is not on the scale.
  #leave(start: number, more: number): void {
    const done = this.#scale.weight + more;
    if (this.#checked && done > TINY) this.#check(start, done);
  }

  #uncharged(): number {
    return this.#scale.weight - this.#base;
  }

  #check(at: number, charge: number): void {
    this.#copyTo(at);
    this.#putCheck(charge);
    this.#scale.weight = this.#base;
  }

  #putCheck(charge: number): void {
    const at = this.#writer.length;
    this.#writer.put(this.#code);
    this.#charge(at, charge);
  }

  /// Of a check that stands there.
  #charge(at: number, charge: number): void {
    const { charge: place } = this.#code;
    if (place !== undefined) this.#writer.patch(at + place, Math.min(charge, MOST_CHARGED));
  }

  #setBase(base: number): void {
    this.#base = base;
    this.#scale.limit = base + SPAN;
  }

  #copyTo(to: number): void {
    this.#writer.copy(this.#bytes, this.#copied, to);
    this.#copied = to;
  }

  #put(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#writer.byte(byte);
  }
}

/// Of one instruction, or of all that a function may do: more asks at once anyway.
const MOST_CHARGED = 1 << 24;

function block(skipped: number): Around {
  return {
    copies: undefined,
    base: 0,
    outer: 0,
    skipped,
    reached: NEVER,
    caught: false,
    place: 0,
    charge: 0,
  };
}
