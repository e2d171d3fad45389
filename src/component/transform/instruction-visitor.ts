// What a walk over a function's code tells of.

/**
 * Told of the instructions of a function in order. When it is told of one that stands from `start`
 * to `end`, the weight of that instruction is on the scale already.
 */
export interface InstructionVisitor {
  /** A block starts, of any kind; its type stands at `type` and its first instruction at `body`. */
  open?(kind: BlockKind, type: number, body: number): void;
  /**
   * The innermost block, or the function, ends with an instruction from `start` to `end`. May
   * return where the walk is to go on.
   */
  close?(start: number, end: number): number | undefined;
  /** An `else` ends there. */
  otherwise?(end: number): void;
  /** A `catch` or `catch_all` of the legacy kind ends there. */
  caught?(end: number): void;
  /** An instruction that starts at `start` has a label, which stands from `at` to `end`. */
  branch?(label: number, form: BranchForm, start: number, at: number, end: number): void;
  /** Before the labels of a `br_table`, the largest. */
  choice?(start: number, deepest: number): void;
  /** A `return`. */
  leave?(start: number): void;
  /** The instructions that follow are unreachable. */
  dead?(): void;
  /** `call` and `return_call`. */
  call(func: number, next: AfterCall, start: number, end: number): void;
  /** A call whose callee is found when it is made. */
  indirectCall(next: AfterCall, start: number, end: number): void;
  /** An index of a memory, table or global, in any instruction that has one. */
  memory?(index: number, at: number): void;
  table?(index: number, at: number): void;
  global?(index: number, at: number): void;
  /** How many fields a structure of that type has. */
  fields?(type: number): number;
  /** `memory.size` and `memory.grow`. */
  pages?(memory: number, start: number, end: number): void;
  /** `memory.grow` and `table.grow`. */
  grow?(space: GrowPlace["space"], index: number, start: number, end: number): void;
  /**
   * An instruction that may take as long as a loop; its length is on top of the stack. `memories`:
   * the memories whose bytes it works on; none if the length counts elements of arrays; undefined
   * if how long it takes cannot be told. `local`: the local that the length was just read from, if
   * it was.
   */
  bulk?(start: number, memories: readonly number[] | undefined, local: number | undefined): void;
  /**
   * An instruction that fills or copies, in place of `bulk`, from `start` to `end`. `local`: as of
   * `bulk`.
   */
  stride?(place: StridePlace, local: number | undefined, start: number, end: number): void;
  /** The scale was above its limit before the instruction that starts there. */
  heavy?(start: number): void;
}

export type BlockKind = "block" | "loop" | "if";

/** What grows. */
export interface GrowPlace {
  readonly space: "memory" | "table";
  readonly index: number;
}

/** Which memories or tables are filled, or copied. `from` is `to` where one is filled. */
export interface StridePlace {
  readonly space: "memory" | "table";
  readonly work: "fill" | "copy";
  readonly to: number;
  readonly from: number;
}

/** What a bulk instruction's length counts. */
export interface BulkPlace {
  readonly length: "bytes" | "elements" | "unknown";
  readonly local: number | undefined;
}

/**
 * `br`, which has its label behind one byte; `br_if`, likewise; any other; the handler of a `try_table`;
 * one that names a block without going there.
 */
export type BranchForm = "always" | "if" | "other" | "caught" | "never";

/**
 * What follows a call that returns: the next instruction, which may be `unreachable`, or the end of
 * the function.
 */
export type AfterCall = "next" | "trap" | "return";
