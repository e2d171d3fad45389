import {
  type FuncType,
  type InstanceType,
  JsNames,
  parseFuncName,
  type ResourceType,
} from "../../component/wit-world.ts";

/** One function of an interface. */
export interface KnownFunction {
  /** In WIT: `fetch`, `[method]response.read`. */
  readonly name: string;
  readonly call: "function" | "constructor" | "method" | "static";
  /** The label of the resource that it belongs to. */
  readonly resource: string | undefined;
  /** In JavaScript: `fetch`, `read`. Without a meaning for a constructor. */
  readonly js: string;
  readonly type: FuncType;
}

/** A resource of an interface. */
export interface KnownResource {
  /** In WIT. */
  readonly label: string;
  /** The name of its class. */
  readonly js: string;
  readonly type: ResourceType;
}

/** An interface of a known world: what a program in JavaScript can import, or exports. */
export class KnownInterface {
  /** `tenon:plugin/kv@0.1.0`. */
  readonly name: string;
  /** `tenon:plugin/kv`. */
  readonly base: string;
  /** `kv`. */
  readonly local: string;
  readonly functions: readonly KnownFunction[];
  /** Those that the interface itself defines. */
  readonly resources: readonly KnownResource[];

  /** `isOwn`: whether the interface defines a resource, and does not only use it. */
  constructor(
    name: string,
    { exports }: InstanceType,
    isOwn: (resource: ResourceType) => boolean = () => true,
  ) {
    this.name = name;
    this.base = name.replace(/@.*$/u, "");
    this.local = this.base.slice(this.base.indexOf("/") + 1);
    const found = [...exports.values()];
    const functions = found.flatMap(({ name: label, type }) =>
      type.kind === "func" ? [[label, type.type] as const] : [],
    );
    const resources = found.flatMap(({ name: label, type }) =>
      type.kind === "type" && type.type.kind === "resource"
        ? [[label, type.type.resource] as const]
        : [],
    );
    const names = new JsNames(
      functions.map(([label]) => label),
      resources.map(([label]) => label),
    );
    this.functions = functions.map(([label, type]) => {
      const { call, resource } = parseFuncName(label);
      return { name: label, call, resource, js: names.function(label), type };
    });
    this.resources = resources.flatMap(([label, type]) =>
      isOwn(type) ? [{ label, js: names.class(label), type }] : [],
    );
  }

  /** The functions that belong to a resource. */
  membersOf(label: string): readonly KnownFunction[] {
    return this.functions.filter(({ resource }) => resource === label);
  }
}
