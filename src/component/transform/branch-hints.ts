// The custom section that tells a compiler which branches are rarely taken. The compiler then
// moves the code that they lead to out of the way. https://webassembly.github.io/branch-hinting/
import { concatenate, leb, name } from "./bytes.ts";
import { CodeWriter } from "./code-writer.ts";

export class BranchHints {
  readonly #functions: CodeWriter = new CodeWriter();
  #count = 0;

  /**
   * Each function once, in order: the offsets of such branches from the start of its body, locals
   * included, in order.
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

  /** It stands before the code section. Undefined if there are no hints. */
  section(): Uint8Array | undefined {
    if (this.#count === 0) return undefined;
    const head = Uint8Array.from([...name("metadata.code.branch_hint"), ...leb(this.#count)]);
    const functions = this.#functions.written();
    const length = head.length + functions.length;
    return concatenate([Uint8Array.from([0, ...leb(length)]), head, functions]);
  }
}
