import type { ComponentType, Extern } from "../../component/outline.ts";
import { contractName } from "../../interfaces/contract/contract.ts";
import { contractExports, contractImports } from "../../interfaces/generated/contract-types.ts";
import { contractInterface, interfaceFunctions, resourceNames } from "./interface-functions.ts";

/** How many faults are listed at most. These are enough to refuse a component. */
const MAX_FAULTS = 32;

/** A function of the contract that has another type in a component. */
export interface ContractFault {
  /** Whether the component imports or exports the interface. */
  readonly side: "import" | "export";
  /** The interface's name, exactly as in the binary. */
  readonly interface: string;
  readonly function: string;
  /** The type in the contract, as text. Undefined: the contract has no such function. */
  readonly expected: string | undefined;
  /**
   * The type in the component, as text, or its kind (`instance`) where it is not a function.
   * Undefined: the component lacks it.
   */
  readonly found: string | undefined;
}

/**
 * Compares the interfaces of the contract that a component imports and exports with the contract,
 * function by function, by type. An import may leave functions out; an export may have additional
 * ones.
 */
export function contractFaults(type: ComponentType): readonly ContractFault[] {
  const nameOf = resourceNames(type);
  const faults: ContractFault[] = [];
  const note = (
    side: ContractFault["side"],
    { name }: Extern,
    list: readonly Difference[],
  ): void => {
    const room = MAX_FAULTS - faults.length;
    for (const one of list.slice(0, room)) faults.push({ side, interface: name, ...one });
  };
  for (const extern of type.imports.values()) {
    const expected = imported.get(contractInterface(extern.name) ?? "");
    if (expected === undefined || extern.type.kind !== "instance") continue;
    const found = interfaceFunctions(extern.type.type, nameOf);
    note("import", extern, differences(found.keys(), expected, found));
  }
  for (const [local, expected] of exported) {
    const extern = type.exports.get(contractName(local));
    if (extern === undefined) continue;
    const found =
      extern.type.kind === "instance" ? interfaceFunctions(extern.type.type, nameOf) : nothing;
    note("export", extern, differences(expected.keys(), expected, found));
  }
  return faults;
}

type Functions = ReadonlyMap<string, string>;

const imported = tableOf(contractImports);
const exported = tableOf(contractExports);
const nothing: Functions = new Map();

/**
 * A map, because the names that are looked up come from plugins and must not reach an object's
 * prototype.
 */
function tableOf(types: typeof contractImports): ReadonlyMap<string, Functions> {
  const entries = Object.entries(types);
  return new Map(entries.map(([local, functions]) => [local, new Map(Object.entries(functions))]));
}

type Difference = Pick<ContractFault, "function" | "expected" | "found">;

function differences(
  names: Iterable<string>,
  expected: Functions,
  found: Functions,
): readonly Difference[] {
  return Array.from(names, (name) => {
    return { function: name, expected: expected.get(name), found: found.get(name) };
  }).filter(({ expected, found }) => expected !== found);
}

/** The fault as text for a person, around the place where the two types differ. */
export function contractFaultText({ function: name, expected, found }: ContractFault): string {
  if (expected === undefined) return `${name}: the contract has no such function`;
  if (found === undefined) return `${name}: it is missing, and should be ${shortened(expected, 0)}`;
  let at = 0;
  while (at < found.length && found[at] === expected[at]) at++;
  return `${name}: it has ${shortened(found, at)}, and the contract has ${shortened(expected, at)}`;
}

/** The part of a text around a place. */
function shortened(text: string, at: number): string {
  const start = Math.max(0, at - 24);
  const end = at + 48;
  return `\`${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}\``;
}
