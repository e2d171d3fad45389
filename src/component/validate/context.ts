import { CodeSums } from "../caps/code-sums.ts";
import type { ScanDepth } from "../caps/module-scanner.ts";
import type { Rules } from "../caps/rules.ts";
import { type Tally, Work } from "../caps/tally.ts";
import { CoreTypeTable } from "./core-types.ts";
import { FactTable } from "./facts.ts";
import { Flattening } from "./flattening.ts";
import { Remapping } from "./remapping.ts";
import { Subtyping } from "./subtyping.ts";
import type { ResourceType } from "../types.ts";

/** What a resource type counts as: it is kept, with the path to it, in each type that opens it. */
const resourceWork = 10;

/** What all scopes of one validation share. */
export class Context {
  readonly bytes: Uint8Array;
  readonly tally: Tally;
  readonly rules: Rules;
  /** How much of core modules is set against the rules. */
  readonly depth: ScanDepth;
  readonly sums: CodeSums;
  readonly facts: FactTable;
  readonly work: Work;
  readonly coreTypes: CoreTypeTable = new CoreTypeTable();
  readonly narrow: Flattening = new Flattening(false);
  readonly wide: Flattening = new Flattening(true);
  #resources = 0;

  constructor(bytes: Uint8Array, tally: Tally, rules: Rules, depth: ScanDepth) {
    this.bytes = bytes;
    this.tally = tally;
    this.rules = rules;
    this.depth = depth;
    this.sums = new CodeSums(rules.caps);
    this.facts = new FactTable(tally);
    this.work = new Work(tally);
  }

  get resourceCount(): number {
    return this.#resources;
  }

  /** A resource type that is equal to no other. */
  resource(name: string | undefined): ResourceType {
    this.work.step(resourceWork);
    return { slot: this.#resources++, name };
  }

  remapping(): Remapping {
    return new Remapping(new Map(), this.facts, this.work);
  }

  subtyping(offset: number): Subtyping {
    return new Subtyping(this.facts, this.work, offset);
  }
}
