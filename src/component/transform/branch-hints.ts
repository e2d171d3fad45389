/// The custom section that tells a compiler which branches are hardly ever taken: it then keeps the
/// code that they lead to out of the way, and what is in registers there.
/// https://webassembly.github.io/branch-hinting/
import { concatenate, leb, name } from "./bytes.ts";

export class BranchHints {
  readonly #functions: Uint8Array[] = [];

  /// Of each function once, in order: how far behind the start of its body, the locals included, such
  /// branches stand, in order.
  add(func: number, unlikely: readonly number[]): void {
    if (unlikely.length === 0) return;
    const hints = unlikely.flatMap((at) => [...leb(at), 1, 0]);
    this.#functions.push(Uint8Array.from([...leb(func), ...leb(unlikely.length), ...hints]));
  }

  /// Stands before the section of code. Undefined where there is nothing to tell.
  section(): Uint8Array | undefined {
    if (this.#functions.length === 0) return undefined;
    const content = concatenate([
      Uint8Array.from([...name("metadata.code.branch_hint"), ...leb(this.#functions.length)]),
      ...this.#functions,
    ]);
    return concatenate([Uint8Array.from([0, ...leb(content.length)]), content]);
  }
}
