import { TenonError } from "../errors.ts";
import type { CacheableAnswers } from "./cacheable.ts";
import type { InterfaceDefinition } from "./define.ts";

/** Throws `interface-cacheable` for a declaration that cannot hold. */
export function checkCacheable(definition: InterfaceDefinition): void {
  for (const [name, rule] of Object.entries(definition.cacheable ?? {})) {
    const wrong = wrongWith(definition, name, rule);
    if (wrong === undefined) continue;
    throw new TenonError("interface-cacheable", `${definition.name}#${name}: ${wrong}`, {
      data: { interface: definition.name, function: name },
    });
  }
}

function wrongWith(
  definition: InterfaceDefinition,
  name: string,
  { ttlMs, errors, use }: CacheableAnswers,
): string | undefined {
  if (name.startsWith("[")) return "what a resource answers depends on the resource";
  if (!(ttlMs >= 1)) return "ttlMs is 1 or more";
  if (errors !== undefined && !(errors.ttlMs >= 1)) return "errors.ttlMs is 1 or more";
  if (definition.asksPerson?.includes(name)) return "a person's answer is for the one who asked";
  if (definition.capability === undefined) return undefined;
  if (definition.ungated?.includes(name))
    return "a function that never asks the gate has no sharers";
  return use === undefined ? "say with `use` what a call does, for the check" : undefined;
}
