import type { Growth } from "./caps/growth.ts";
import type { StorageSize } from "./decode/starting-size.ts";
import type { StateNames } from "./transform/expose-state.ts";
import type { InterruptMode, InterruptParts } from "./transform/interrupt.ts";

/** The form in which a core module is compiled. */
export interface ModuleForm extends Growth {
  /** How it can be stopped. Undefined: its code is unchanged. */
  readonly interrupt?: InterruptMode | undefined;
  /** Whether its state is exported, so that it can be restored. Default: false. */
  readonly restorable?: boolean | undefined;
}

export interface CompiledModule {
  readonly module: WebAssembly.Module;
  /** The parts that were added to make it interruptible. */
  readonly added: InterruptParts | undefined;
  /**
   * The names of the exports with its state. Undefined where not all of its state can be exported,
   * or the form does not ask for it.
   */
  readonly state: StateNames | undefined;
  /**
   * The size of its memories and tables at the start. Undefined for a module that the host gave.
   */
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
