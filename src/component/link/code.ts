// The code of a plan's functions: made when it is first needed, and shared by all instances.
import { type Bind, CallSite, type CoreFunction } from "../abi/call-site.ts";
import type { Route } from "../abi/route.ts";
import type { Stub, StubShape } from "../abi/stub.ts";
import {
  type AdapterOptions,
  type Implementer,
  type ItemOptions,
  type LiftOptions,
  type LowerOptions,
  type SideOptions,
  type Signature,
  started,
} from "../abi/signature.ts";
import {
  exportedLifts,
  type HostFunc,
  type Plan,
  type PlannedLift,
  type PlannedLower,
  type Step,
} from "./plan.ts";
import type { StackModules } from "../abi/async/stacks.ts";
import { parseFuncName } from "../js-names.ts";
import { ParkedLifts } from "./parked-lifts.ts";

export type Style = LiftOptions["style"];

/** Where code comes from: a route makes it, or it was written ahead of time (aot/). */
export interface CodeSource {
  lift(code: Code, lift: PlannedLift, style: Style): Bind;
  lower(code: Code, lower: PlannedLower): Bind;
  /** What `task.return` runs for a function that the host has called. */
  returning(code: Code, lift: PlannedLift): Bind;
  /** What it runs for a function that a guest has called. */
  resolve(code: Code, lower: PlannedLower): Bind;
  /** The elements that a built-in reads or writes. */
  items(code: Code, step: CopyStep, host: boolean): Bind;
  readonly stubs: Route["stubs"];
}

/** A built-in of streams or futures that reads or writes. */
export type CopyStep = Extract<Step, { kind: "builtin" }>;

export function madeBy(route: Route): CodeSource {
  return {
    lift: (code, lift, style) => route.lift(begun(lift), code.liftOptions(lift, style)),
    lower(code, lower) {
      const { signature, callee } = lower;
      if (callee.kind === "host") return route.lower(signature, code.lowerOptions(lower, callee));
      return route.adapter(begun(callee), given(lower, callee), code.adapterOptions(lower, callee));
    },
    returning: (code, lift) => route.lower(lift.task!.returned, code.returnOptions(lift)),
    resolve(code, lower) {
      const callee = lower.callee as PlannedLift;
      const options = code.adapterOptions(lower, callee);
      return route.resolve(lower.signature, callee.task!.returned, options);
    },
    items: (code, step, host) => route.items(step.copy!.item!, code.itemOptions(step, host)),
    stubs: (shapes) => route.stubs(shapes),
  };
}

/** The signature of the part of a function that calling its core function covers. */
export function begun({ signature, task }: PlannedLift): Signature {
  return task === undefined ? signature : started(signature);
}

/** The same for a function as its caller sees it. */
export function given({ signature }: PlannedLower, { task }: PlannedLift): Signature {
  return task === undefined ? signature : started(signature);
}

type Part = PlannedLift | PlannedLower;
type Way = Style | "lower";

/** A place for the code of one function, and the stub that is used before it is made. */
interface Place {
  readonly stub: Stub;
  bind: Bind | undefined;
}

type Places = ReadonlyMap<Part, ReadonlyMap<Way, Place>>;

export class Code {
  readonly plan: Plan;
  /**
   * A class for each component: what JavaScript engines learn of its fields then holds until one of
   * the component's own instances ends. Only the component's own code reads them.
   */
  readonly Site: typeof CallSite = class extends CallSite {};
  /** Whether exported functions return promises, and calls between instances may wait. */
  readonly suspends: boolean;
  readonly #source: CodeSource;
  readonly #suspended: (name: string) => boolean;
  #places: Places | undefined = undefined;
  /** Functions that are called on a parked stack where the guest may be suspended. */
  readonly parked: ParkedLifts;
  readonly #endings: Map<Part, Bind> = new Map();
  readonly #items: Map<CopyStep, readonly (Bind | undefined)[]> = new Map();
  /** What `abi/async/stacks.ts` keeps for the plan. */
  stackModules: StackModules | undefined = undefined;

  /** `pauses`: whether the guest may be suspended in the middle of its code. */
  constructor(
    plan: Plan,
    source: CodeSource,
    suspend: boolean | readonly string[],
    pauses: boolean = false,
  ) {
    this.plan = plan;
    this.parked = new ParkedLifts(plan);
    this.#source = source;
    this.suspends = pauses || suspend === true || (suspend !== false && suspend.length > 0);
    const names = new Set(typeof suspend === "boolean" ? [] : suspend);
    this.#suspended = (name) => suspend === true || names.has(name);
  }

  maySuspend(func: HostFunc): boolean {
    return this.#suspended(func.name);
  }

  /**
   * A guest's function for the host. `told` is called with the function where its code is made
   * later.
   */
  lift(
    lift: PlannedLift,
    style: Style,
    site: CallSite,
    told: (made: CoreFunction) => void = () => {},
  ): CoreFunction {
    const place = this.#place(lift, style);
    if (place.bind !== undefined) return place.bind(site);
    return place.stub(() => {
      place.bind ??= this.#source.lift(this, lift, style);
      const func = place.bind(site);
      told(func);
      return func;
    });
  }

  /** A function for a guest. */
  lower(lower: PlannedLower, site: CallSite): CoreFunction {
    const place = this.#place(lower, "lower");
    if (place.bind !== undefined) return place.bind(site);
    return place.stub(() => (place.bind ??= this.#source.lower(this, lower))(site));
  }

  #place(part: Part, way: Way): Place {
    this.#places ??= this.#allPlaces();
    return this.#places.get(part)!.get(way)!;
  }

  #allPlaces(): Places {
    const places: Map<Part, Map<Way, Place>> = new Map();
    const shapes: StubShape[] = [];
    const add = (part: Part, way: Way, params: number): void => {
      const index = shapes.push({ params, method: way === "method" }) - 1;
      const ways = places.get(part) ?? new Map<Way, Place>();
      places.set(part, ways.set(way, { stub: (make) => stubs[index]!(make), bind: undefined }));
    };
    for (const step of this.plan.steps) {
      if (step.kind !== "lower") continue;
      const { flat, spills } = step.lower.signature;
      add(step.lower, "lower", (flat?.length ?? 1) + (spills ? 1 : 0));
    }
    for (const [lift, styles] of exportedLifts(this.plan.exports)) {
      const { length } = lift.signature.params;
      for (const style of styles) add(lift, style, style === "method" ? length - 1 : length);
    }
    const stubs = this.#source.stubs(shapes);
    return places;
  }

  liftOptions(lift: PlannedLift, style: Style): LiftOptions {
    return {
      ...this.#side(lift.instance, lift.options.stringEncoding),
      postReturn: lift.postReturn !== undefined && lift.task === undefined,
      entered: lift.task === undefined ? this.depth(lift.instance) : 0,
      style,
      suspends: this.suspends && style !== "constructor" && lift.task === undefined,
      begins: lift.task !== undefined,
    };
  }

  lowerOptions({ options, instance }: PlannedLower, callee: HostFunc): LowerOptions {
    const caller = this.#side(instance, options.stringEncoding);
    const name = callee.name.slice(callee.name.lastIndexOf("#") + 1);
    return {
      ...caller,
      call: parseFuncName(name).call,
      suspends: this.maySuspend(callee) || callee.async,
    };
  }

  adapterOptions({ options, instance }: PlannedLower, callee: PlannedLift): AdapterOptions {
    return {
      caller: this.#side(instance, options.stringEncoding),
      callee: this.#side(callee.instance, callee.options.stringEncoding),
      postReturn: callee.postReturn !== undefined && callee.task === undefined,
      entered: callee.task === undefined ? this.entered(callee.instance, instance).length : 0,
      suspends: this.suspends && callee.task === undefined,
      begins: callee.task !== undefined,
    };
  }

  returnOptions({ instance, options }: PlannedLift): LowerOptions {
    const side = this.#side(instance, options.stringEncoding);
    return { ...side, call: "function", suspends: false };
  }

  itemOptions({ instance, builtin, copy }: CopyStep, host: boolean): ItemOptions {
    const way = builtin.name.endsWith("read") ? "store" : "load";
    return { ...this.#side(instance, copy!.encoding), host, way };
  }

  items(step: CopyStep, host: boolean, site: CallSite): CoreFunction {
    const [guests, hosts] = this.#items.get(step) ?? [];
    const bind = (host ? hosts : guests) ?? this.#source.items(this, step, host);
    this.#items.set(step, host ? [guests, bind] : [bind, hosts]);
    return bind(site);
  }

  returning(lift: PlannedLift, site: CallSite): CoreFunction {
    return this.#ends(lift, () => this.#source.returning(this, lift))(site);
  }

  resolve(lower: PlannedLower, site: CallSite): CoreFunction {
    return this.#ends(lower, () => this.#source.resolve(this, lower))(site);
  }

  #ends(part: Part, make: () => Bind): Bind {
    let bind = this.#endings.get(part);
    if (bind === undefined) this.#endings.set(part, (bind = make()));
    return bind;
  }

  #side(instance: number, encoding: SideOptions["encoding"]): SideOptions {
    const implementer: Implementer = (slot) => {
      const by = this.plan.resources[slot]!.instance;
      return by === undefined ? "host" : by === instance ? "self" : "other";
    };
    return { encoding, implementer };
  }

  /**
   * How many nested instances a call from the host enters: all around it except for the outermost,
   * which the store's state covers.
   */
  depth(instance: number): number {
    return this.#lineage(instance).length - 1;
  }

  /** CanonicalABI.md, `entering_set`. */
  entered(callee: number, caller: number): readonly number[] {
    const inside = new Set(this.#lineage(caller));
    return this.#lineage(callee).filter((one) => !inside.has(one));
  }

  #lineage(instance: number): number[] {
    const lineage: number[] = [];
    let at: number | undefined = instance;
    while (at !== undefined) {
      lineage.push(at);
      at = this.plan.instances[at];
    }
    return lineage;
  }
}
