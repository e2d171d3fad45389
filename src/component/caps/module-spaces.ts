/** The index spaces of a module, as far as the cost of code depends on them. */
export class ModuleSpaces {
  /**
   * For each type: the number of parameters, or of a struct's fields; and the number of results.
   */
  readonly params: number[] = [];
  readonly results: number[] = [];
  /** For each function, imported ones first: its type. */
  readonly functions: number[] = [];
  /** For each tag: its type. */
  readonly tags: number[] = [];
}
