import type { CapabilityRequest } from "../capability/authority.ts";
import type { Capability } from "../capability/capability.ts";
import { TenonError } from "../errors.ts";
import type { InterfaceDefinition } from "../interfaces/define.ts";
import type { Manifest } from "./manifest.ts";

/// A plugin as it comes: one component, its manifest, and what the two amount to. Nothing in it has
/// been compiled.
export interface Package {
  readonly bytes: Uint8Array;
  /// `sha256:` and 64 hexadecimal digits, of `bytes`.
  readonly digest: string;
  /// Bytes.
  readonly size: number;
  readonly manifest: Manifest;
  readonly outline: ComponentOutline;
  /// How each import that has functions is served, in the component's order.
  readonly links: readonly ImportLink[];
}

/// What a component wants and gives, by name.
export interface ComponentOutline {
  readonly imports: readonly OutlinedImport[];
  readonly exports: readonly OutlinedExport[];
}

export interface OutlinedImport {
  /// Exactly as the binary has it: `tenon:plugin/http@0.1.0`.
  readonly name: string;
  readonly kind: OutlinedKind;
  /// Functions of an imported instance, by WIT name (`[method]response.read`). Empty: it carries
  /// only types and needs no capability.
  readonly functions: readonly string[];
}

export interface OutlinedExport {
  readonly name: string;
  readonly kind: OutlinedKind;
}

export type OutlinedKind = "func" | "value" | "type" | "instance" | "component" | "module";

export type ImportLink =
  | {
      readonly tag: "served";
      readonly import: OutlinedImport;
      readonly definition: InterfaceDefinition;
      /// What the manifest asks for to use it; undefined where it needs nothing.
      readonly request: CapabilityRequest | undefined;
    }
  /// Its capability is optional and this host does not offer the interface, or not in a version
  /// that fits: link functions that trap as `unavailable`.
  | { readonly tag: "unavailable"; readonly import: OutlinedImport; readonly capability: string };

export interface ReadPackageOptions {
  /// A manifest beside the component. Where the component carries one too, they must be the same.
  readonly manifest?: string | Uint8Array;
  /// `sha256:…`, checked before anything is parsed.
  readonly digest?: string;
  readonly offers: readonly InterfaceDefinition[];
  /// What manifests may ask for. Default: the capabilities of `offers`.
  readonly capabilities?: Iterable<Capability<unknown, unknown>>;
  readonly sha256: (bytes: Uint8Array) => Promise<Uint8Array>;
  /// Bytes. Default: 64 MiB.
  readonly maxSize?: number;
}

/// Reads a plugin and compiles nothing. Rejects with `package-*`, `manifest-*`.
export function readPackage(_bytes: Uint8Array, _options: ReadPackageOptions): Promise<Package> {
  return Promise.reject(new TenonError("package-unreadable", "not there yet"));
}
