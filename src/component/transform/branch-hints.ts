/// The custom section that tells a compiler which branches are hardly ever taken: it then keeps the
/// code that they lead to out of the way, and what is in registers there.
/// https://webassembly.github.io/branch-hinting/
import { concatenate, leb, name } from "./bytes.ts";
import { CodeWriter } from "./code-writer.ts";

export class BranchHints {
  readonly #functions: CodeWriter = new CodeWriter();
  #count = 0;

  /**
   * Of each function once, in order: how far behind the start of its body, the locals included, such
   * branches stand, in order.
   */
  add(func: number, unlikely: readonly number[]): void {
    if (unlikely.length === 0) return;
    this.#count++;
    this.#functions.leb(func);
    this.#functions.leb(unlikely.length);
    for (const at of unlikely) {
      this.#functions.leb(at);
      this.#functions.byte(1);
      this.#functions.byte(0);
    }
  }

  /** Stands before the section of code. Undefined where there is nothing to tell. */
  section(): Uint8Array | undefined {
    if (this.#count === 0) return undefined;
    const head = Uint8Array.from([...name("metadata.code.branch_hint"), ...leb(this.#count)]);
    const functions = this.#functions.written();
    const length = head.length + functions.length;
    return concatenate([Uint8Array.from([0, ...leb(length)]), head, functions]);
  }
}
