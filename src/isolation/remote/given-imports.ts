import {
  type EngineImports,
  type Given,
  type HostClass,
  type LentInterface,
  type Lender,
  resolveNeed,
} from "../../component/engine.ts";
import type { WireItems } from "../../component/wire/index.ts";

type GivenFunction = Extract<Given, { kind: "func" }>;

/** Those of a component's imports that the host implements. */
export interface GivenImports {
  readonly functions: ReadonlyMap<number, GivenFunction>;
  /** By index. */
  readonly resources: ReadonlyMap<number, HostClass>;
}

/** `lent`: interfaces whose lenders are told of each call. */
export function givenImports(
  wire: WireItems,
  imports: EngineImports,
  lent: ReadonlyMap<string, LentInterface> = new Map(),
): GivenImports {
  const functions = new Map<number, GivenFunction>();
  const resources = new Map<number, HostClass>();
  const path = (scope: string | undefined, name: string) =>
    scope === undefined ? [name] : [scope, name];
  for (const { index, scope, name, parsed } of wire.functions) {
    const place = wire.names.get(scope)!;
    const given = resolveNeed({ kind: "func", path: path(scope, name) }, imports, place);
    if (given?.kind !== "func") continue;
    const plain = scope !== undefined && parsed.call === "function";
    const lender = plain ? lent.get(scope)?.lender : undefined;
    functions.set(index, lender === undefined ? given : heardBy(lender, given));
  }
  for (const [index, { scope, name, resource }] of wire.resources.entries()) {
    const planned = { ...resource, instance: undefined };
    const given = resolveNeed(
      { kind: "class", path: path(scope, name), resource: planned },
      imports,
      wire.names.get(scope)!,
    );
    if (given?.kind === "class") resources.set(index, given.hostClass);
  }
  return { functions, resources };
}

function heardBy(lender: Lender, { kind, func, self }: GivenFunction): GivenFunction {
  return {
    kind,
    self,
    func: function (this: unknown, ...args: unknown[]): unknown {
      const value: unknown = Reflect.apply(func, this, args);
      lender.asked();
      return value;
    },
  };
}
