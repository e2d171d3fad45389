import {
  type ComponentType,
  type InstanceType,
  type ResourceType,
  spelledFunction,
} from "../../component/outline.ts";
import { contractVersion } from "../../interfaces/contract/contract.ts";
import { parseInterfaceName, serves } from "./interface-name.ts";

const contract = parseInterfaceName(`tenon:plugin@${contractVersion}`);
/** Longer than any function of the contract. UTF-16 code units. */
const MAX_SPELLED = 4_096;

/**
 * Functions of an interface by WIT name, their types spelt out. Of what is there and is no function, nor a
 * type, its kind.
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
 * Names for the resource types of a component: those of the contract are the same in all components,
 * `tenon:plugin/text.document`, and no other is called so.
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

/** `http` of `tenon:plugin/http@0.1.0`, of a version that this host's serves; undefined of another name. */
export function contractInterface(name: string): string | undefined {
  const { pkg, local, base, version } = parseInterfaceName(name);
  if (pkg !== contract.pkg || base === pkg) return undefined;
  const served = { base, pkg, local, version: contract.version };
  return serves(served, { base, pkg, local, version }) ? local : undefined;
}
