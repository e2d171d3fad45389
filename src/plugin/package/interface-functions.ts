import {
  type ComponentType,
  type InstanceType,
  type ResourceType,
  spelledFunction,
} from "../../component/outline.ts";
import { contractVersion } from "../../interfaces/contract/contract.ts";
import { parseInterfaceName, serves } from "./interface-name.ts";

const contract = parseInterfaceName(`tenon:plugin@${contractVersion}`);
/** Longer than the type of any function of the contract. In UTF-16 code units. */
const MAX_SPELLED = 4_096;

/**
 * The functions of an interface by WIT name, with their types as text. Exports that are neither
 * functions nor types have their kind in place of a type.
 */
export function interfaceFunctions(
  { exports }: InstanceType,
  nameOf: (resource: ResourceType) => string,
): ReadonlyMap<string, string> {
  const functions = new Map<string, string>();
  for (const { name, type } of exports.values()) {
    if (type.kind === "type") continue;
    const isFunction = type.kind === "func";
    functions.set(name, isFunction ? spelledFunction(type.type, nameOf, MAX_SPELLED) : type.kind);
  }
  return functions;
}

/**
 * Returns a function that names the resource types of a component. Those of the contract have the
 * same names in all components, such as `tenon:plugin/text.document`; no other type has such a
 * name.
 */
export function resourceNames(type: ComponentType): (resource: ResourceType) => string {
  const names = new Map<ResourceType, string>();
  for (const { resource, path } of type.importedResources) {
    const [from = "", ...inner] = path;
    const local = contractInterface(from);
    const name = inner.join(".");
    const known = local !== undefined && inner.length === 1;
    names.set(resource, known ? `${contract.pkg}/${local}.${name}` : `${name} of ${from}`);
  }
  return (resource) => names.get(resource) ?? `${resource.name ?? "resource"} of its own`;
}

/**
 * `http` for `tenon:plugin/http@0.1.0` in a version that this host serves; undefined for other
 * names.
 */
export function contractInterface(name: string): string | undefined {
  const { pkg, local, base, version } = parseInterfaceName(name);
  if (pkg !== contract.pkg || base === pkg) return undefined;
  const served = { base, pkg, local, version: contract.version };
  return serves(served, { base, pkg, local, version }) ? local : undefined;
}
