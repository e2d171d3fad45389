// An instance's exports in JavaScript: functions, objects of functions, classes.
import type { CoreFunction } from "../abi/call-site.ts";
import { type GuestClass, guestClass } from "../abi/resources/guest-resource.ts";
import type { ResourceState, Store } from "../abi/store.ts";
import { JsNames, parseFuncName, worldNames } from "../js-names.ts";
import type { Style } from "./code.ts";
import type { Func, Item, Plan, PlannedLift } from "./plan.ts";

/** A class for each exported resource that a guest implements, by slot. */
export type ClassPlans = ReadonlyMap<number, ClassPlan>;

interface ClassPlan {
  readonly name: string;
  construct: NamedLift | undefined;
  /** By their names in JavaScript. */
  readonly methods: Map<string, NamedLift>;
  readonly statics: Map<string, NamedLift>;
}

interface NamedLift {
  /** For messages: `interface#function`. */
  readonly name: string;
  readonly lift: PlannedLift;
}

/** Makes the parts of one instance's exports. */
export interface ExportSource {
  readonly store: Store;
  readonly classes: ClassPlans;
  /** `told` is called with the function where its code is made later. */
  lift(
    lift: PlannedLift,
    style: Style,
    name: string,
    told?: (made: CoreFunction) => void,
  ): CoreFunction;
  host(func: Extract<Func, { kind: "host" }>): unknown;
  module(item: Extract<Item, { sort: "module" }>): unknown;
}

export function planClasses(plan: Plan): ClassPlans {
  const classes = new Map<number, ClassPlan>();
  collectClasses(plan.exports, "", classes);
  return classes;
}

function collectClasses(
  exports: ReadonlyMap<string, Item>,
  prefix: string,
  classes: Map<number, ClassPlan>,
): void {
  let names: JsNames | undefined;
  for (const [name, item] of exports) {
    if (item.sort === "instance") collectClasses(item.exports, `${name}#`, classes);
    if (item.sort !== "type" || item.resource?.instance === undefined) continue;
    const { slot } = item.resource;
    names ??= namesOf(exports);
    const known = classes.get(slot);
    const plan: ClassPlan = known ?? {
      name: names.class(name),
      construct: undefined,
      methods: new Map(),
      statics: new Map(),
    };
    classes.set(slot, plan);
    addMembers(plan, exports, names, name, prefix);
  }
}

function addMembers(
  plan: ClassPlan,
  exports: ReadonlyMap<string, Item>,
  names: JsNames,
  resource: string,
  prefix: string,
): void {
  for (const [name, item] of exports) {
    if (item.sort !== "func" || item.func.kind !== "lift") continue;
    const { call, resource: owner } = parseFuncName(name);
    if (owner !== resource) continue;
    const member = { name: prefix + name, lift: item.func };
    if (call === "constructor") plan.construct ??= member;
    else {
      const members = call === "static" ? plan.statics : plan.methods;
      const key = names.function(name);
      if (!members.has(key)) members.set(key, member);
    }
  }
}

/** The JavaScript names of the items in one scope. */
function namesOf(exports: ReadonlyMap<string, Item>): JsNames {
  const lists = Map.groupBy([...exports.keys()], (name) => {
    const item = exports.get(name)!;
    if (item.sort === "func") return "functions";
    if (item.sort !== "type") return "others";
    return item.resource === undefined ? "types" : "resources";
  });
  return new JsNames(
    lists.get("functions") ?? [],
    lists.get("resources") ?? [],
    lists.get("others") ?? [],
  );
}

/** Prepares the classes of an instance. Each is made when it is first needed. */
export function prepareClasses(source: ExportSource, resources: readonly ResourceState[]): void {
  for (const [slot, plan] of source.classes) {
    const type = resources[slot]!;
    type.makeClass = () => makeClass(source, type, plan);
  }
}

function makeClass(source: ExportSource, type: ResourceState, plan: ClassPlan): GuestClass {
  const { construct } = plan;
  const made = construct && source.lift(construct.lift, "constructor", construct.name);
  const result = guestClass(type, plan.name, made);
  const { prototype } = result;
  for (const [key, { lift, name }] of plan.methods) {
    // A stub that passes `this` on costs as much as the call, so it is replaced once it has been
    // called.
    const told = (made: CoreFunction) => {
      if (Reflect.get(prototype, key) === first) define(prototype, key, made);
    };
    const first = source.lift(lift, "method", name, told);
    define(prototype, key, first);
  }
  for (const [key, { lift, name }] of plan.statics) {
    define(result, key, source.lift(lift, "function", name));
  }
  return result;
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}

/** The exports of an instance by their exact names; functions also by their camelCase names. */
export function exportRoot(source: ExportSource, plan: Plan): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  const names = namesOf(plan.exports);
  for (const [name, item] of plan.exports) {
    if (item.sort === "func") {
      if (parseFuncName(name).call !== "function") continue;
      const [exact, camel] = worldNames(names, name);
      const value = exportFunc(source, item.func, name);
      root[exact] = value;
      if (camel !== exact) define(root, camel, value);
    } else if (item.sort !== "type") lazily(root, name, () => exportItem(source, item, name));
    else if (item.resource?.instance !== undefined) {
      lazily(root, names.class(name), () => exportItem(source, item, name));
    }
  }
  return root;
}

function exportItem(source: ExportSource, item: Item, name: string): unknown {
  switch (item.sort) {
    case "func":
      return exportFunc(source, item.func, name);
    case "instance":
      return exportInstance(source, item.exports, name);
    case "type":
      return item.resource === undefined
        ? undefined
        : source.store.resources[item.resource.slot]!.class;
    case "module":
      return source.module(item);
    default:
      return undefined;
  }
}

function exportInstance(
  source: ExportSource,
  exports: ReadonlyMap<string, Item>,
  path: string,
): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  const names = namesOf(exports);
  for (const [name, item] of exports) {
    const inner = `${path}#${name}`;
    switch (item.sort) {
      case "func":
        if (parseFuncName(name).call === "function") {
          made[names.function(name)] = exportFunc(source, item.func, inner);
        }
        break;
      case "type":
        // The class of a type that the host implements is the host's.
        if (item.resource?.instance !== undefined)
          made[names.class(name)] = exportItem(source, item, inner);
        break;
      case "instance":
      case "module":
        made[name] = exportItem(source, item, inner);
        break;
      default:
    }
  }
  return made;
}

function exportFunc(source: ExportSource, func: Func, name: string): unknown {
  return func.kind === "host" ? source.host(func) : source.lift(func, "function", name);
}

/** Defines a property that is computed when it is first read. */
function lazily(target: object, key: string, make: () => unknown): void {
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get() {
      const value = make();
      Object.defineProperty(target, key, { value, enumerable: true });
      return value;
    },
  });
}
