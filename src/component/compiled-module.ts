import type { Growth } from "./caps/growth.ts";
import type { StorageSize } from "./decode/starting-size.ts";
import type { StateNames } from "./transform/expose-state.ts";
import type { InterruptMode, InterruptParts } from "./transform/interrupt.ts";

/** What a core module is compiled to. */
export interface ModuleForm extends Growth {
  /** Undefined: its code runs as it is. */
  readonly interrupt?: InterruptMode | undefined;
  /** Whether its state is exported, to be put back. Default: false. */
  readonly restorable?: boolean | undefined;
}

export interface CompiledModule {
  readonly module: WebAssembly.Module;
  /** What was added to it to make it interruptible. */
  readonly added: InterruptParts | undefined;
  /** Where its state is found. Undefined: not everywhere, or it was not asked for. */
  readonly state: StateNames | undefined;
  /** What its memories and tables hold at the start. Undefined of one that the host gave. */
  readonly size: StorageSize | undefined;
}

export function sameForm(one: ModuleForm, other: ModuleForm): boolean {
  return (
    one.memoryBytes === other.memoryBytes &&
    one.tableElements === other.tableElements &&
    one.interrupt === other.interrupt &&
    (one.restorable ?? false) === (other.restorable ?? false)
  );
}
