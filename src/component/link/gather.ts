// Collects everything that a plan is run with. It does not depend on where the plan and its code
// come from.
import { TenonError } from "../../errors.ts";
import type { CompiledModule } from "../compiled/memory.ts";
import type { CoreModuleRange } from "../validate/resolved.ts";
import type { Code } from "./code.ts";
import type { ClassPlans } from "./exports.ts";
import { resolveNeeds } from "./imports.ts";
import type { Ingredients } from "./instantiate.ts";
import type { ModuleSource } from "./plan.ts";

/** What the instances of a component share. */
export interface Linked {
  readonly code: Code;
  readonly classes: ClassPlans;
}

/**
 * `embedded` returns a core module of the component. Throws `component-unsupported` for what the
 * engine or the platform can't run, and `component-unlinkable` for imports that are missing.
 */
export function gather(
  { code, classes }: Linked,
  imports: Readonly<Record<string, unknown>>,
  settings: Pick<Ingredients, "limits" | "decodeAscii" | "tasks" | "interruption" | "snapshots">,
  embedded: (module: CoreModuleRange, plain: boolean) => CompiledModule,
): Ingredients {
  const { unsupported, needs } = code.plan;
  if (code.suspends && WebAssembly.Suspending === undefined) throw notSupported(["JSPI"]);
  if (unsupported.length > 0) throw notSupported(unsupported);
  const given = resolveNeeds(needs, imports);
  const module = (source: ModuleSource, plain: boolean): CompiledModule => {
    if (source.kind === "embedded") return embedded(source.module, plain);
    const found = given[source.need]!;
    if (found.kind !== "module") throw notSupported(["module"]);
    return { module: found.module, added: undefined, state: undefined, size: undefined };
  };
  return {
    code,
    classes,
    given,
    ...settings,
    module: (source) => module(source, false),
    plainModule: (source) => module(source, true).module,
  };
}

export function notSupported(features: readonly string[]): TenonError {
  return new TenonError("component-unsupported", `not supported yet: ${features.join(", ")}`, {
    data: { features },
  });
}
