import type { Caps } from "./decode/caps.ts";
import type { InterruptMode, InterruptParts } from "./transform/interrupt.ts";

/// What a core module is compiled to.
export interface ModuleForm extends Caps {
  /// Undefined: its code runs as it is.
  readonly interrupt?: InterruptMode | undefined;
}

export interface CompiledModule {
  readonly module: WebAssembly.Module;
  /// What was added to it to make it interruptible.
  readonly added: InterruptParts | undefined;
}

export function sameForm(one: ModuleForm, other: ModuleForm): boolean {
  return (
    one.memoryBytes === other.memoryBytes &&
    one.tableElements === other.tableElements &&
    one.interrupt === other.interrupt
  );
}
