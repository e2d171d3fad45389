/**
 * What the transpiler made of a component: the glue in JavaScript and the core modules it names.
 */
export interface Artifact {
  readonly glue: string;
  readonly modules: readonly CoreModule[];
  /** The functions that the component calls, and those that it offers. */
  readonly imports: readonly FunctionName[];
  readonly exports: readonly FunctionName[];
  /** Top-level names, exact. */
  readonly exported: readonly string[];
}

export interface CoreModule {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A function by the exact name of its interface and its own WIT name. A function that is itself an
 * import or export of the component carries its name twice.
 */
export interface FunctionName {
  readonly interface: string;
  readonly name: string;
}
