/// Where a function's code asks whether it is to go on: on its entry and behind calls, if these are
/// checked, at the starts of loops or on the ways back to them, and before instructions that may take as
/// long as a loop.
///
/// Invariant: whoever goes round a loop once for each of its copies meets a check.
import { leb } from "./bytes.ts";
import { bulkCheck, type CheckCode, inlineCheck } from "./check-code.ts";
import { type CodeText, CodeWriter, type Edit } from "./code-writer.ts";
import type {
  BranchShape,
  FunctionShape,
  GrowPlace,
  LoopShape,
  ReturnPlace,
} from "./function-shape.ts";

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const BR = 0x0c;
const CALL = 0x10;
const EMPTY = 0x40;

/// Writes functions with their checks.
export class CheckedCode {
  readonly #bytes: Uint8Array;
  readonly #code: CheckCode;
  readonly #check: CodeText;
  readonly #grower: (place: GrowPlace) => number;
  readonly #writer: CodeWriter = new CodeWriter();

  /// `grower`: the index of the function that stands in for an instruction.
  constructor(bytes: Uint8Array, code: CheckCode, grower: (place: GrowPlace) => number) {
    this.#bytes = bytes;
    this.#code = code;
    this.#grower = grower;
    this.#check = inlineCheck(code);
  }

  /// The body that stands from `from` on, its locals in front. `entry`: whether its entry is checked;
  /// `returns`: behind which of its calls there are checks.
  write(
    from: number,
    shape: FunctionShape,
    checked: { readonly entry: boolean; readonly returns: readonly ReturnPlace[] },
  ): ReturnType<CodeWriter["take"]> {
    const check = this.#check;
    const edits: Edit[] = checked.entry ? [{ at: shape.start, end: shape.start, ...check }] : [];
    const branches = new Passing(shape.branches);
    const places = new Passing(this.#straight(shape, checked.returns));
    let copied = from;
    const pass = (to: number): void => {
      this.#edit(branches.before(to + 1), places.before(to + 1), 0, edits);
      this.#writer.copyEdited(this.#bytes, copied, to, inOrder(edits));
      edits.length = 0;
      copied = to;
    };
    for (const loop of shape.loops) {
      if (loop.check === "start") edits.push({ at: loop.body, end: loop.body, ...check });
      if (loop.copies === 1) continue;
      pass(loop.type - 1);
      this.#writeCopies(loop, branches.before(loop.end), places.before(loop.end + 1));
      copied = loop.end + 1;
    }
    pass(shape.end);
    return this.#writer.take();
  }

  /// A loop whose body is written several times:
  ///
  ///     block $done
  ///       loop $again
  ///         block $next … br $done end   ;; ways back go to $next
  ///         …                            ;; ways back go to $again
  ///       end
  ///     end
  #writeCopies(loop: LoopShape, branches: readonly BranchShape[], places: readonly Edit[]): void {
    const bytes = this.#bytes;
    const type = [...bytes.subarray(loop.type, loop.body)];
    const leaving = branches.filter(({ target }) => target !== loop);
    this.#writer.put({ text: [BLOCK, ...type, LOOP, ...type] });
    const next = this.#edit(leaving, places, 2, []);
    for (let left = loop.copies; left > 1; left--) {
      this.#writer.put({ text: [BLOCK, EMPTY] });
      this.#writer.copyEdited(bytes, loop.body, loop.end, inOrder(next));
      this.#writer.put({ text: [BR, 2, END] });
    }
    const last = this.#edit(leaving, places, 1, []);
    for (const branch of branches) if (branch.target === loop) last.push(this.#back(branch, 0));
    this.#writer.copyEdited(bytes, loop.body, loop.end, inOrder(last));
    this.#writer.put({ text: [END, END] });
  }

  /// Checks that stand outside of loops as they do within, in order.
  #straight({ bulks, grows }: FunctionShape, returns: readonly ReturnPlace[]): Edit[] {
    return inOrder([
      ...grows.map((grow) => ({
        at: grow.at,
        end: grow.end,
        text: [CALL, ...leb(this.#grower(grow))],
      })),
      ...returns.map(({ at }) => ({ at, end: at, ...this.#check })),
      ...bulks.map((bulk) => ({ at: bulk.at, end: bulk.at, ...bulkCheck(bulk, this.#code.weigh) })),
    ]);
  }

  /// `deeper`: blocks that were put around the branches, within those that they go to.
  #edit(
    branches: readonly BranchShape[],
    places: readonly Edit[],
    deeper: number,
    edits: Edit[],
  ): Edit[] {
    for (const branch of branches) {
      const { target, label, at, end } = branch;
      if (target?.check === "back") edits.push(this.#back(branch, deeper));
      else if (deeper > 0) edits.push({ at, end, text: leb(label + deeper) });
    }
    for (const place of places) edits.push(place);
    return edits;
  }

  /// A check before a branch. Its instruction is one byte and the label.
  #back({ form, label, at, end }: BranchShape, deeper: number): Edit {
    const { text, unlikely } = this.#check;
    if (form === "always") {
      return { at: at - 1, end, text: [...text, BR, ...leb(label + deeper)], unlikely: unlikely! };
    }
    const inside = [IF, EMPTY, ...text, BR, ...leb(label + deeper + 1), END];
    return { at: at - 1, end, text: inside, unlikely: unlikely! + 2 };
  }
}

/// What is put in at one place is in front of what is replaced there, and else stays as it is: a loop's
/// check is in front of what is put before its first instruction.
function inOrder(edits: Edit[]): Edit[] {
  return edits.sort((one, other) => one.at - other.at || one.end - other.end);
}

/// Takes what stands in order from the front.
class Passing<T extends { readonly at: number }> {
  readonly #all: readonly T[];
  #next = 0;

  constructor(all: readonly T[]) {
    this.#all = all;
  }

  before(to: number): readonly T[] {
    const first = this.#next;
    while (this.#next < this.#all.length && this.#all[this.#next]!.at < to) this.#next++;
    return this.#all.slice(first, this.#next);
  }
}
