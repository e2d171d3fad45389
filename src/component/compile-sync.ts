import { closureRoute } from "./abi/closures/route.ts";
import {
  type CompileOptions,
  Component,
  coreModulesOf,
  maxBytes,
  planned,
  validated,
} from "./compile.ts";
import { adapters } from "./abi/emit/adapters.ts";
import { interruptions } from "./link/interruption.ts";
import { snapshots } from "./link/snapshot.ts";
import { tasks } from "./link/tasks.ts";
import { bytesOf, type ComponentBytes } from "./source.ts";

/**
 * Compiles a component that is in memory. Throws a TenonError: `component-malformed` or
 * `component-invalid` (both with `data.offset`), `component-limit`, `component-unsupported`,
 * `component-source`.
 */
export function compileSync(bytes: ComponentBytes, options: CompileOptions = {}): Component {
  const features = { adapters, closures: closureRoute, interruptions, snapshots, tasks };
  const [parts, customs] = validated(bytesOf(bytes, maxBytes(options)), options, features);
  planned(parts);
  for (const module of coreModulesOf(parts.resolved)) parts.modules.get(module, parts.form);
  return new Component(parts, customs);
}
