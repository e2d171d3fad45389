// Where a function's code asks whether it is to go on: on its entry, if that is checked; at the starts of
// loops or on the ways back to them; before instructions that may take as long as a loop; behind calls of
// imports; where an exception is caught; and wherever else too much was done since the last time
// (work-done.ts).
//
// Invariants:
// - whoever goes round a loop once for each of its copies meets a check;
// - what has been done since the last check is at most LIGHT, before the innermost loop around started, and
// SPAN and one instruction in it. What had been done before it is not counted once for each round;
// - a checked function leaves no more than it counted on its entry when it returns, or EPILOGUE where it
// comes back from a call: the next check may be as many returns away as the stack holds.
import type {
  AfterCall,
  BlockKind,
  BranchForm,
  BulkPlace,
  GrowPlace,
  InstructionVisitor,
  StridePlace,
} from "./instruction-visitor.ts";
import { bulkCheck, type CheckCode, ifLong } from "./check-code.ts";
import type { Called, CheckedFunctions } from "./checked-functions.ts";
import type { CodeWriter } from "./code-writer.ts";
import { type Around, block, type Copying } from "./open-blocks.ts";
import type { ModuleSpaces } from "./function-shape.ts";
import type { Growers } from "./growers.ts";
import type { Strides } from "./strides.ts";
import type { GrowingNumbers } from "./growing.ts";
import { CAUGHT, ENTERED, EPILOGUE, IMPORTED, LIGHT, type Scale, TINY } from "./weights.ts";
import { unreached, type WorkAt, WorkDone } from "./work-done.ts";

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const BR = 0x0c;
const CALL = 0x10;
const EMPTY = 0x40;

/** What the code is checked by. */
export interface CheckedModule {
  readonly functions: CheckedFunctions;
  readonly spaces: ModuleSpaces;
  readonly growers: Growers;
  readonly strides: Strides;
  /** Of all loops of the module, in order; see FunctionShapes. */
  readonly loops: GrowingNumbers;
}

/** Writes one function after the other, while a walk passes over it. */
export class CheckedCode implements InstructionVisitor {
  readonly #bytes: Uint8Array;
  readonly #code: CheckCode;
  readonly #functions: CheckedFunctions;
  readonly #spaces: ModuleSpaces;
  readonly #growers: Growers;
  readonly #strides: Strides;
  /** Of all loops of the module, in order. */
  readonly #loops: GrowingNumbers;
  readonly #done: WorkDone;
  readonly #writer: CodeWriter;
  #nextLoop = 0;
  /** Up to where the function has been copied. */
  #copied = 0;
  /** Whether the function is checked on entry. */
  #checked = false;
  readonly #around: Around[] = [];
  #copying: Copying | undefined;

  constructor(
    bytes: Uint8Array,
    code: CheckCode,
    module: CheckedModule,
    scale: Scale,
    writer: CodeWriter,
  ) {
    this.#bytes = bytes;
    this.#code = code;
    this.#functions = module.functions;
    this.#spaces = module.spaces;
    this.#growers = module.growers;
    this.#strides = module.strides;
    this.#loops = module.loops;
    this.#done = new WorkDone(scale);
    this.#writer = writer;
  }

  /**
   * Starts function `index`: its locals stand at `from`, its instructions at `start`. The caller
   * then walks over them and calls `end`.
   */
  begin(index: number, from: number, start: number): void {
    this.#copied = from;
    this.#checked = this.#functions.isEntryChecked(index);
    this.#around.length = 0;
    this.#copying = undefined;
    this.#done.begin();
    this.#around.push(block(undefined));
    if (this.#checked) this.#check(start, this.#functions.entryCharge(index));
  }

  end(end: number): void {
    this.#copyTo(end);
  }

  open(kind: BlockKind, type: number, body: number): void {
    const done = this.#done;
    if (kind !== "loop") {
      this.#around.push(block(kind === "if" ? this.#here() : undefined));
      return;
    }
    const copies = this.#loops.at(this.#nextLoop++);
    if (done.all > LIGHT) this.#check(type - 1, done.since);
    const outer = done.base;
    const base = done.all;
    done.base = base;
    if (copies === 0) this.#check(body, 0);
    const place = this.#writer.length - this.#code.text.length;
    this.#around.push({ ...block(undefined), copies, base, outer, place });
    if (copies < 2) return;
    this.#copyTo(type - 1);
    for (const opcode of [BLOCK, LOOP]) {
      this.#writer.byte(opcode);
      this.#writer.copy(this.#bytes, type, body);
    }
    this.#copying = { depth: this.#around.length - 1, body, left: copies, done: unreached() };
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
    const ended = this.#around.pop();
    if (ended === undefined) return;
    if (ended.copies !== undefined) {
      if (ended.copies === 0) this.#charge(ended.place, ended.charge);
      this.#done.base = ended.outer;
      return;
    }
    // The end of the function itself.
    if (this.#around.length === 0) return this.#leave(start);
    this.#done.joins(ended.reached);
    if (ended.skipped !== undefined) this.#done.joins(ended.skipped);
    if (ended.caught) this.#check(end, Math.max(CAUGHT, this.#done.since));
  }

  #lastCopy({ done }: Copying, start: number, end: number): void {
    this.#copyTo(start);
    this.#put(END, END);
    this.#copied = end;
    this.#copying = undefined;
    this.#done.joins(done);
    this.#done.base = this.#around.pop()!.outer;
  }

  #nextCopy(copying: Copying, end: number): number {
    const around = this.#around.at(-1)!;
    this.#copyTo(end);
    this.#put(BR, 2, END);
    this.#done.leadsTo(copying.done);
    this.#done.checked();
    this.#done.joins(around.reached);
    around.reached = unreached();
    copying.left--;
    this.#beginCopy(copying);
    return copying.body;
  }

  otherwise(): void {
    const around = this.#around.at(-1);
    if (around?.skipped === undefined) return;
    this.#done.leadsTo(around.reached);
    this.#done.checked();
    this.#done.joins(around.skipped);
    around.skipped = undefined;
  }

  caught(end: number): void {
    const around = this.#around.at(-1);
    if (around === undefined) return;
    this.#done.leadsTo(around.reached);
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
      // The labels of a `br_table` are handled together.
      if (this.#bytes[start] !== 0x0e) this.#leave(start);
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
      const since = this.#done.all - target.base;
      target.charge = Math.max(target.charge, since, caught ? CAUGHT : 0);
    } else if (caught) target.caught = true;
    else this.#done.leadsTo(target.reached);
  }

  /** A check before a branch, whose instruction is one byte and the label. */
  #back(target: Around, label: number, form: BranchForm, start: number, end: number): void {
    this.#copyTo(start);
    if (form !== "always") this.#put(IF, EMPTY);
    this.#putCheck(this.#done.all - target.base);
    this.#writer.byte(BR);
    this.#writer.leb(form === "always" ? label : label + 1);
    if (form !== "always") this.#writer.byte(END);
    this.#copied = end;
  }

  choice(start: number, deepest: number): void {
    if (deepest >= this.#around.length - 1) this.#leave(start);
  }

  leave(start: number): void {
    this.#leave(start);
  }

  dead(): void {
    this.#done.checked();
  }

  call(func: number, next: AfterCall, start: number, end: number): void {
    const { weight, calls } = this.#functions.called(func);
    this.#call(weight, calls, next, start);
    if (next === "next" && this.#functions.isImported(func)) {
      this.#check(end, IMPORTED + this.#done.since);
    }
  }

  indirectCall(next: AfterCall, start: number): void {
    this.#call(this.#functions.elsewhere, "other", next, start);
  }

  #call(weight: number, calls: Called["calls"], next: AfterCall, start: number): void {
    // Work that this function leaves uncounted is counted before it returns.
    if (next === "return") {
      if (this.#checked && this.#done.all + weight > TINY)
        this.#check(start, this.#done.all + weight);
      return;
    }
    if (this.#done.isTooMuch(weight)) this.#check(start, this.#done.since);
    this.#done.call(weight, calls);
  }

  bulk(at: number, memories: readonly number[] | undefined, local: number | undefined): void {
    this.#copyTo(at);
    this.#writer.put(bulkCheck({ length: this.#lengthOf(memories), local }, this.#code.interrupt));
  }

  stride(place: StridePlace, local: number | undefined, start: number, end: number): void {
    const inStrides = this.#strides.of(place);
    this.#copyTo(start);
    this.#copied = end;
    if (local === undefined) {
      this.#writer.byte(CALL);
      return this.#writer.leb(inStrides.func);
    }
    // Most lengths are short, and a comparison costs less than a call.
    this.#writer.put(ifLong(local, place.space, inStrides));
    this.#writer.copy(this.#bytes, start, end);
    this.#put(END);
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
    this.#check(start, this.#done.since);
  }

  /** The function may return there. */
  #leave(start: number): void {
    const { all, behind } = this.#done;
    if (this.#checked && (all > ENTERED || behind > EPILOGUE)) this.#check(start, all);
  }

  #here(): WorkAt {
    const place = unreached();
    this.#done.leadsTo(place);
    return place;
  }

  #check(at: number, charge: number): void {
    this.#copyTo(at);
    this.#putCheck(charge);
    this.#done.checked();
  }

  #putCheck(charge: number): void {
    const at = this.#writer.length;
    this.#writer.put(this.#code);
    this.#charge(at, charge);
  }

  /** Of a check that stands there. */
  #charge(at: number, charge: number): void {
    const { charge: place } = this.#code;
    if (place !== undefined) this.#writer.patch(at + place, Math.min(charge, MOST_CHARGED));
  }

  #copyTo(to: number): void {
    this.#writer.copy(this.#bytes, this.#copied, to);
    this.#copied = to;
  }

  #put(...bytes: readonly number[]): void {
    for (const byte of bytes) this.#writer.byte(byte);
  }
}

/**
 * Of one instruction, or of everything that a function may do: more than this asks at once in any
 * case.
 */
const MOST_CHARGED = 1 << 24;
