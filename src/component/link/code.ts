/// The code of a plan's functions: made when first needed, shared by all instances.
import type { Bind, CallSite, CoreFunction } from "../abi/call-site.ts";
import type { Route } from "../abi/route.ts";
import type { Implementer, LiftOptions, SideOptions } from "../abi/signature.ts";
import { parseFuncName } from "./imports.ts";
import type { HostFunc, Plan, PlannedLift, PlannedLower } from "./plan.ts";
import { methodStub, stub } from "./stub.ts";

export type Style = LiftOptions["style"];

export class Code {
  readonly plan: Plan;
  /// Exported functions answer with promises, calls between instances may wait.
  readonly suspends: boolean;
  readonly #route: Route;
  readonly #suspended: (name: string) => boolean;
  readonly #lifts: Map<string, Bind> = new Map();
  readonly #ids: Map<PlannedLift, number> = new Map();
  readonly #lowers: Map<PlannedLower, Bind> = new Map();

  constructor(plan: Plan, route: Route, suspend: boolean | readonly string[]) {
    this.plan = plan;
    this.#route = route;
    this.suspends = suspend === true || (suspend !== false && suspend.length > 0);
    const names = new Set(typeof suspend === "boolean" ? [] : suspend);
    this.#suspended = (name) => suspend === true || names.has(name);
  }

  maySuspend(func: HostFunc): boolean {
    return this.#suspended(func.name);
  }

  /// A guest's function for the host.
  lift(lift: PlannedLift, style: Style, site: CallSite): CoreFunction {
    let id = this.#ids.get(lift);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(lift, id);
    }
    const key = `${id} ${style}`;
    const bind = this.#lifts.get(key);
    if (bind !== undefined) return bind(site);
    const params = lift.type.params.length;
    const make = () => {
      let made = this.#lifts.get(key);
      if (made === undefined) {
        made = this.#makeLift(lift, style);
        this.#lifts.set(key, made);
      }
      return made(site);
    };
    return style === "method" ? methodStub(params - 1, make) : stub(params, make);
  }

  /// A function for a guest.
  lower(lower: PlannedLower, site: CallSite): CoreFunction {
    const bind = this.#lowers.get(lower);
    if (bind !== undefined) return bind(site);
    const { flat, spills } = lower.signature;
    return stub((flat?.length ?? 1) + (spills ? 1 : 0), () => {
      let made = this.#lowers.get(lower);
      if (made === undefined) {
        made = this.#makeLower(lower);
        this.#lowers.set(lower, made);
      }
      return made(site);
    });
  }

  #makeLift(lift: PlannedLift, style: Style): Bind {
    return this.#route.lift(lift.signature, {
      ...this.#side(lift.instance, lift.options.stringEncoding),
      postReturn: lift.postReturn !== undefined,
      entered: this.depth(lift.instance),
      style,
      suspends: this.suspends && style !== "constructor",
    });
  }

  #makeLower(lower: PlannedLower): Bind {
    const { callee, signature, options } = lower;
    const caller = this.#side(lower.instance, options.stringEncoding);
    if (callee.kind === "host") {
      const name = callee.name.slice(callee.name.lastIndexOf("#") + 1);
      const { call } = parseFuncName(name);
      return this.#route.lower(signature, { ...caller, call, suspends: this.maySuspend(callee) });
    }
    return this.#route.adapter(signature, {
      caller,
      callee: this.#side(callee.instance, callee.options.stringEncoding),
      postReturn: callee.postReturn !== undefined,
      entered: this.entered(callee.instance, lower.instance).length,
      suspends: this.suspends,
    });
  }

  #side(instance: number, encoding: SideOptions["encoding"]): SideOptions {
    const implementer: Implementer = (slot) => {
      const by = this.plan.resources[slot]!.instance;
      return by === undefined ? "host" : by === instance ? "self" : "other";
    };
    return { encoding, implementer };
  }

  /// Nested instances that a call from the host enters: all around it but the outermost, which the
  /// store's state stands for.
  depth(instance: number): number {
    return this.#lineage(instance).length - 1;
  }

  /// CanonicalABI.md, `entering_set`.
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
