/** What code refers to by index, as far as its cost depends on it. */
export class ModuleSpaces {
  /** By type: how many parameters, or a struct's fields; how many results. */
  readonly params: number[] = [];
  readonly results: number[] = [];
  /** By function, imported ones first: its type. */
  readonly functions: number[] = [];
  /** By tag: its type. */
  readonly tags: number[] = [];
}
