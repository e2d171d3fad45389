import type { HostClass } from "../../component/abi/store.ts";
import type { EngineImports } from "../../component/engine.ts";
import { type Given, resolveNeed } from "../../component/link/imports.ts";
import type { WireSurface } from "../wire/surface.ts";

/// What the host gives of what a component imports.
export interface GivenImports {
  readonly functions: ReadonlyMap<number, Extract<Given, { kind: "func" }>>;
  /// By index.
  readonly resources: ReadonlyMap<number, HostClass>;
}

export function givenImports(surface: WireSurface, imports: EngineImports): GivenImports {
  const functions = new Map<number, Extract<Given, { kind: "func" }>>();
  const resources = new Map<number, HostClass>();
  const path = (scope: string | undefined, name: string) =>
    scope === undefined ? [name] : [scope, name];
  for (const { index, scope, name } of surface.functions) {
    const given = resolveNeed({ kind: "func", path: path(scope, name) }, imports);
    if (given?.kind === "func") functions.set(index, given);
  }
  for (const [index, { scope, name, resource }] of surface.resources.entries()) {
    const planned = { ...resource, instance: undefined };
    const given = resolveNeed(
      { kind: "class", path: path(scope, name), resource: planned },
      imports,
    );
    if (given?.kind === "class") resources.set(index, given.hostClass);
  }
  return { functions, resources };
}
