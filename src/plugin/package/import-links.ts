import type { CapabilityRequest } from "../../capability/authority.ts";
import { visibleText } from "../../visible-text.ts";
import { TenonError } from "../../errors.ts";
import type { InterfaceDefinition } from "../../interfaces/define.ts";
import { rulesOf } from "../../interfaces/functions.ts";
import type { OutlinedWorld, OutlinedImport } from "./component-outline.ts";
import { type ContractFault, contractFaultText } from "./contract-faults.ts";
import { parseInterfaceName, serves, type InterfaceName } from "./interface-name.ts";
import type { Manifest } from "../manifest/manifest.ts";

/** How one import is served. */
export type ImportLink =
  | {
      readonly tag: "served";
      readonly import: OutlinedImport;
      readonly definition: InterfaceDefinition;
      /**
       * The manifest's request for the capability. Undefined where none is needed: the interface is
       * open to all plugins, or only its ungated functions are imported.
       */
      readonly request: CapabilityRequest | undefined;
    }
  /**
   * The import carries only types: link nothing but its resource types. `definition` is there where
   * the host offers the interface, for classes of resources that the plugin gets in another way.
   */
  | {
      readonly tag: "types";
      readonly import: OutlinedImport;
      readonly definition: InterfaceDefinition | undefined;
    }
  /**
   * The capability is optional, and this host does not offer the interface, or not in a version
   * that fits: link functions that trap as `unavailable`.
   */
  | { readonly tag: "unavailable"; readonly import: OutlinedImport; readonly capability: string };

/** Why an import cannot be served. An entry of `data.missing` in `package-imports`. */
export interface MissingImport {
  readonly import: string;
  /**
   * `unknown`: this host does not offer it. `wasi`: nor does it offer this part of WASI. `version`:
   * this host offers only the versions in `offered`. `capability`: the manifest must ask for
   * `capability`. `kind`: a host can offer interfaces only, and this import is something else.
   * `type`: one of its functions has another type than in the contract, or the contract has no such
   * function; `wrong` says which.
   */
  readonly reason: "unknown" | "wasi" | "version" | "capability" | "kind" | "type";
  readonly wrong?: readonly ContractFault[];
  readonly offered?: readonly string[];
  readonly capability?: string;
  /** What to do about it, for a person. */
  readonly remedy: string;
}

/** How many missing imports a message names. */
const SHOWN = 12;

/**
 * Matches each import with what the manifest asks for and what the host offers. Throws
 * `package-imports`, which lists everything that is missing.
 */
export function linkImports(
  { imports, faults }: Pick<OutlinedWorld, "imports" | "faults">,
  manifest: Manifest,
  offers: readonly InterfaceDefinition[],
): readonly ImportLink[] {
  const shelf = new Shelf(offers);
  const links: ImportLink[] = [];
  const missing: MissingImport[] = [];
  const mistyped = Map.groupBy(
    faults.filter(({ side }) => side === "import"),
    (fault) => fault.interface,
  );
  for (const one of imports) {
    if (one.kind === "type") continue;
    const wrong = mistyped.get(one.name);
    const link = asTyped(linkImport(one, manifest, shelf), wrong);
    if ("reason" in link) missing.push(link);
    else links.push(link);
  }
  if (missing.length === 0) return links;
  const lines = missing
    .slice(0, SHOWN)
    .map((one) => `\n  ${visibleText(`${one.import}: ${one.remedy}`, { limit: 300 })}`);
  const more = missing.length > SHOWN ? `\n  and ${missing.length - SHOWN} more` : "";
  throw new TenonError(
    "package-imports",
    `the component imports what it cannot be given:${lines.join("")}${more}`,
    { plugin: manifest.name, operation: "install", data: { missing } },
  );
}

/**
 * An interface of the contract is served only where the imported functions have the contract's
 * types. An application's interface has no types to compare with.
 */
function asTyped(
  link: ImportLink | MissingImport,
  wrong: readonly ContractFault[] | undefined,
): ImportLink | MissingImport {
  if (wrong === undefined || "reason" in link || link.tag !== "served") return link;
  const remedy = `${wrong.slice(0, 2).map(contractFaultText).join("; ")}`;
  return { import: link.import.name, reason: "type", wrong, remedy };
}

/** What the host offers, by name without version, so that each lookup is cheap. */
class Shelf {
  readonly #offers: Map<string, { name: InterfaceName; definition: InterfaceDefinition }[]>;

  constructor(offers: readonly InterfaceDefinition[]) {
    const named = offers.map((definition) => {
      return { name: parseInterfaceName(definition.name), definition };
    });
    this.#offers = Map.groupBy(named, ({ name }) => name.base);
  }

  /** The interface of the same version, or else of the newest version that serves the import. */
  find(wanted: InterfaceName): InterfaceDefinition | undefined {
    const serving = this.all(wanted).filter(({ name }) => serves(name, wanted));
    const exact = serving.find(({ name }) => name.version === wanted.version);
    if (exact) return exact.definition;
    return serving.reduce<(typeof serving)[number] | undefined>(
      (best, one) => (best && serves(best.name, one.name) ? best : one),
      undefined,
    )?.definition;
  }

  all(wanted: InterfaceName): readonly { name: InterfaceName; definition: InterfaceDefinition }[] {
    return this.#offers.get(wanted.base) ?? [];
  }
}

function linkImport(
  one: OutlinedImport,
  manifest: Manifest,
  shelf: Shelf,
): ImportLink | MissingImport {
  if (one.kind !== "instance") {
    const remedy = `a host offers interfaces, and this is a ${one.kind} outside of one`;
    return { import: one.name, reason: "kind", remedy };
  }
  const wanted = parseInterfaceName(one.name);
  const definition = shelf.find(wanted);
  if (one.functions.length === 0) return { tag: "types", import: one, definition };
  const asksFor = (name: string): CapabilityRequest | undefined =>
    manifest.capabilities.find((request) => request.capability === name);
  if (definition) {
    const capability = definition.capability?.name;
    const request = capability === undefined ? undefined : asksFor(capability);
    const gated = one.functions.filter((name) => {
      const { ungated, says } = rulesOf(definition, name);
      return !ungated && says === undefined;
    });
    if (capability === undefined || request || gated.length === 0) {
      return { tag: "served", import: one, definition, request };
    }
    const remedy =
      `add the capability "${capability}", with a reason, to the manifest ` +
      `(for ${gated.slice(0, 8).join(", ")})`;
    return { import: one.name, reason: "capability", capability, remedy };
  }
  const others = shelf.all(wanted);
  // An interface that this host does not have is assumed to need the capability of its own name.
  const names = [...others.map((other) => other.definition.capability?.name), wanted.local];
  const optional = names.find((name) => name !== undefined && asksFor(name)?.optional);
  if (optional !== undefined) return { tag: "unavailable", import: one, capability: optional };
  return missingImport(
    one,
    wanted,
    others.map((other) => other.definition.name),
  );
}

function missingImport(
  one: OutlinedImport,
  wanted: InterfaceName,
  offered: readonly string[],
): MissingImport {
  if (offered.length > 0) {
    const remedy = `this host offers ${offered.join(", ")}`;
    return { import: one.name, reason: "version", offered, remedy };
  }
  if (wanted.pkg.startsWith("wasi:")) {
    const remedy =
      "this is WASI, which this host does not offer here; " +
      "build without it (for Rust: the target wasm32-unknown-unknown), or pass the host an interface for it";
    return { import: one.name, reason: "wasi", remedy };
  }
  const remedy = `nothing on this host offers it; pass the host an interface of that name`;
  return { import: one.name, reason: "unknown", remedy };
}
