import type { ContractFault } from "../../plugin/package/contract-faults.ts";
import type { OutlinedWorld } from "../../plugin/package/component-outline.ts";
import type { Surface, TakenInterface } from "./surface.ts";

/** What a program imports and exports, in the words in which a component's world is told. */
export function outlineOf({ imports, exports }: Surface): OutlinedWorld {
  return {
    imports: imports.map(({ name, known, functions, lacking }) => ({
      name,
      kind: "instance" as const,
      functions: [...functions.map((one) => one.name), ...lacking],
      resources: known?.resources.map(({ label }) => label) ?? [],
    })),
    exports: exports.map(({ name, known }) => ({
      name,
      kind: known === undefined ? ("func" as const) : ("instance" as const),
    })),
    faults: imports.flatMap(faultsOf),
  };
}

/** An interface of which there is no WIT has no names to compare with. */
function faultsOf({ name, known, lacking }: TakenInterface): readonly ContractFault[] {
  if (known === undefined) return [];
  return lacking.map((one) => ({
    side: "import" as const,
    interface: name,
    function: one,
    expected: undefined,
    found: "func",
  }));
}
