import { isOverRules, type Rules } from "../../component/engine.ts";
import {
  type Extern,
  type InstanceType,
  type ReadComponent,
  type ComponentReading,
  readSteps,
  type Steps,
} from "../../component/outline.ts";
import { TenonError } from "../../errors.ts";
import { assertComponent } from "../../identity/preamble.ts";
import { type ContractFault, contractFaults } from "./contract-faults.ts";

/** What a component imports and exports, by name. */
export interface OutlinedWorld {
  readonly imports: readonly OutlinedImport[];
  readonly exports: readonly OutlinedExport[];
  /**
   * Where the component differs from the contract, whether or not it is served there, and whether
   * or not its manifest promises it.
   */
  readonly faults: readonly ContractFault[];
}

export interface OutlinedImport {
  /** Exactly as the binary has it: `tenon:plugin/http@0.1.0`. */
  readonly name: string;
  readonly kind: OutlinedKind;
  /**
   * Functions of an imported instance, by WIT name (`[method]response.read`). A function of an
   * instance inside it is named with a prefix (`inner.run`). An instance without functions carries
   * only types and needs no capability.
   */
  readonly functions: readonly string[];
  /** Resource types of an imported instance, by WIT name. */
  readonly resources: readonly string[];
}

export interface OutlinedExport {
  readonly name: string;
  readonly kind: OutlinedKind;
}

export type OutlinedKind = "func" | "value" | "type" | "instance" | "component" | "module";

export interface OutlinedComponent {
  readonly outline: OutlinedWorld;
  /**
   * Contents of the component's own custom sections with the requested name, in order; sections of
   * nested components and modules do not count. They share the component's memory.
   */
  readonly sections: readonly Uint8Array[];
}

/** An outline, and the result of reading the bytes, to be passed to `compile`. */
export interface FoundComponent extends OutlinedComponent {
  readonly read: ReadComponent;
}

/**
 * Reads what a component imports and exports from its bytes, which may be anything, and compiles
 * nothing. Throws `package-not-a-component`; `component-limit` for a component over a cap or with a
 * feature that is not allowed; `component-unsupported` for what this engine does not have (both as
 * compiling and instantiating would); and `package-malformed` with `data.offset` in bytes. A
 * component that passes is valid; its core code may still fail to compile.
 */
export function* outlineSteps(
  bytes: Uint8Array,
  sectionName: string,
  rules: Rules,
): Steps<FoundComponent> {
  assertComponent(bytes, "install");
  const { type, sections, read } = yield* readType(bytes, rules);
  const imports: OutlinedImport[] = [];
  for (const extern of type.imports.values()) {
    imports.push(outlineImport(extern));
    yield;
  }
  const exports = Array.from(type.exports.values(), ({ name, type }) => ({
    name,
    kind: type.kind,
  }));
  const outline = { imports, exports, faults: contractFaults(type) };
  return { outline, sections: sections(sectionName), read };
}

function outlineImport({ name, type }: Extern): OutlinedImport {
  const functions: string[] = [];
  const resources: string[] = [];
  if (type.kind === "instance") collect(type.type, functions, resources);
  return { name, kind: type.kind, functions, resources };
}

/**
 * Visits each instance type once, however often it is named: written out in full, nested and shared
 * types can be exponentially large.
 */
function collect(instance: InstanceType, functions: string[], resources: string[]): void {
  const seen = new Set<InstanceType>([instance]);
  const open: { type: InstanceType; prefix: string }[] = [{ type: instance, prefix: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { name, type } of next.type.exports.values()) {
      const path = next.prefix + name;
      if (type.kind === "type") {
        if (type.type.kind === "resource") resources.push(path);
      } else if (type.kind !== "instance") {
        // A function, or anything else that is not only a type.
        functions.push(path);
      } else if (!seen.has(type.type)) {
        seen.add(type.type);
        // The end of the path is enough to say where it is, and a chain of names must not grow
        // without bound.
        open.push({ type: type.type, prefix: `${path.slice(-200)}.` });
      }
    }
  }
}

function* readType(bytes: Uint8Array, rules: Rules): Steps<ComponentReading> {
  try {
    return yield* readSteps(bytes, rules);
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause;
    const { code, message, data } = cause;
    if (isOverRules(cause) || code === "component-unsupported") {
      throw new TenonError(code, message, { operation: "install", cause, data });
    }
    throw new TenonError("package-malformed", `the component cannot be read: ${message}`, {
      operation: "install",
      cause,
      data: { ...data, reason: code },
    });
  }
}
