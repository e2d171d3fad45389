/** What is counted, and against how much. */
export interface CapRow {
  /**
   * What it is counted for: each function, each core module, or a component with everything nested
   * in it.
   */
  readonly scope: "function" | "module" | "component";
  /** What is counted: `bytes`, `functions`. */
  readonly unit: string;
  /** The default. */
  readonly most: number;
  /** The largest value that the survey found in a component (`scripts/survey.ts`). */
  readonly seen: number;
  /** Why the cap exists. */
  readonly purpose: string;
}

/** The rows of one scope, whose names begin with it. */
export type CapsOf<Scope extends CapRow["scope"]> = Readonly<
  Record<Extract<CapName, `${Scope}${string}`>, CapRow>
>;

/** The names of the catalogue's caps. */
export type CapName =
  | "functionBytes"
  | "functionLocals"
  | "functionLocalBytes"
  | "functionHeight"
  | "functionDepth"
  | "functionBlocks"
  | "functionBlockSlots"
  | "functionBranches"
  | "functionBranchSlots"
  | "functionTargets"
  | "functionTableTargets"
  | "functionLoops"
  | "functionLoopDepth"
  | "functionLoopDepths"
  | "functionLoopSlots"
  | "functionCalls"
  | "functionCallSlots"
  | "functionCaughtCalls"
  | "functionIndirectCalls"
  | "functionCallValues"
  | "functionAccesses"
  | "functionStrain"
  | "functionBulk"
  | "functionTableAccesses"
  | "functionAggregates"
  | "functionAggregateValues"
  | "moduleBytes"
  | "moduleFunctions"
  | "moduleTypes"
  | "moduleTypeParameters"
  | "moduleTypeResults"
  | "moduleTypeFields"
  | "moduleTypeParts"
  | "moduleGlobals"
  | "moduleTables"
  | "moduleStartElements"
  | "moduleMemories"
  | "moduleStartPages"
  | "moduleStartBytes"
  | "moduleTags"
  | "moduleTagValues"
  | "moduleDataSegments"
  | "moduleElementSegments"
  | "moduleElements"
  | "moduleConstants"
  | "moduleImports"
  | "moduleExports"
  | "moduleNameBytes"
  | "moduleCustomSections"
  | "componentBytes"
  | "componentBlocks"
  | "componentLoops"
  | "componentLocals"
  | "componentLocalBytes"
  | "componentBlockSlots"
  | "componentBranchSlots"
  | "componentCoreModules"
  | "componentCoreInstances"
  | "componentComponents"
  | "componentInstances"
  | "componentLinkedInstances"
  | "componentMemories"
  | "componentStartWork"
  | "componentDepth"
  | "componentTypes"
  | "componentTypeDepth"
  | "componentTypeSize"
  | "componentTypeWork"
  | "componentAliases"
  | "componentCanons"
  | "componentImports"
  | "componentExports"
  | "componentParts"
  | "componentListParts"
  | "componentCoreParts"
  | "componentNameBytes"
  | "componentCustomSections";

/**
 * The most of each. A host raises one for plugins that it trusts with the time and memory that V8
 * then takes.
 */
export type Caps = Readonly<Record<CapName, number>>;
