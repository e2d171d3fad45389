// What the texts of whole functions have in common.
import { POISONED } from "../store.ts";
import type { Layout } from "../layout.ts";
import { isOutcome, MANY_NODES, type Signature } from "../signature.ts";
import { element, liftFlat, load } from "./lift.ts";
import { lowerFlat, storeFields } from "./lower.ts";
import type { Side, Unit } from "./unit.ts";

export interface Text {
  /**
   * The body of a function of `$` (runtime.ts) and `T` (tables). It returns a function of a call
   * site, which returns the function itself.
   */
  readonly text: string;
  readonly tables: readonly (readonly string[])[];
}

/** Lowers arguments, which are variables. `flat` are the callee's core arguments. */
export function lowerParams(
  side: Side,
  signature: Signature,
  args: readonly string[],
): { readonly code: string; readonly flat: readonly string[] } {
  const { params, area, flat } = signature;
  if (flat === undefined && area.form === "tuple") {
    const make = `const q=${side.m}.reallocate(0,0,${area.align},${area.size});`;
    const given = `const A=[${args.join(",")}];`;
    return { code: make + given + storeFields(side, area, "A", "q", 0), flat: ["q"] };
  }
  const code: string[] = [];
  const out: string[] = [];
  for (const [index, layout] of params.entries()) lowerFlat(side, layout, args[index]!, out, code);
  return { code: code.join(""), flat: out };
}

/**
 * Lifts the arguments of a guest's call: core parameters `f0`…, and `o` where there is a pointer
 * for the result. The values are in `v0`…, what was lent in `L`.
 */
export function liftParams(
  side: Side,
  signature: Signature,
): { readonly names: readonly string[]; readonly code: string; readonly lends: boolean } {
  const { params, area, flat } = signature;
  const { m } = side;
  const names = (flat ?? ["i32"]).map((_, index) => `f${index}`);
  const lends = area.borrows;
  const code: string[] = [];
  if (area.dynamic || flat === undefined) code.push(fresh(m));
  code.push(budget(side, area));
  if (lends) code.push(`const L=${m}.lent=[];`);
  const rest = [...names];
  if (flat === undefined) code.push(`const q=f0>>>0;${inArea(m, "q", area)}`);
  for (const [index, layout] of params.entries()) {
    const field = area.form === "tuple" ? area.fields[index]! : undefined;
    const value =
      flat === undefined ? load(side, layout, "q", field!.offset) : liftFlat(side, layout, rest);
    code.push(`const v${index}=${value};`);
  }
  return { names: signature.spills ? [...names, "o"] : names, code: code.join(""), lends };
}

/** Starts the budget of a lift, where it takes from one. */
export function budget(side: Side, layout: Layout): string {
  const { m } = side;
  const many = layout.nodes > MANY_NODES;
  if (!layout.spends && !many) return "";
  const give = side.host ? `${m}.budget();` : `${m}.budgetWithin();`;
  return many ? `${give}${m}.spend(0,${layout.nodes});` : give;
}

/**
 * Lifts a result with the core value `g` into the variable `v`; for a result that is ok or err, `e`
 * tells which.
 */
export function liftResult(side: Side, signature: Signature, raw: boolean): string {
  const { result, spills } = signature;
  if (result === undefined) return "";
  const { m } = side;
  const spilled = `${fresh(m)}const q=g>>>0;${inArea(m, "q", result)}`;
  const head = spills ? spilled : result.dynamic ? fresh(m) : "";
  const take = (layout: Layout, offset: number) => {
    if (raw && layout.form === "handle") {
      const index = spills ? element(m, "u32", "q", offset) : "g";
      return `v=${side.unit.use("liftOwnHandle")}(${m},${index},${layout.resource.slot});`;
    }
    const value = spills ? load(side, layout, "q", offset) : liftFlat(side, layout, ["g"]);
    return `${budget(side, layout)}v=${value};`;
  };
  if (!side.host || !isOutcome(result)) return `${head}${take(result, 0)}`;
  const [ok, err] = result.cases.map(({ layout }) =>
    layout === undefined ? "" : take(layout, result.payload),
  );
  const bad = `${side.unit.use("badCase")}(d)`;
  const which = spills ? element(m, result.view, "q", 0) : "g";
  return `${head}const d=${which};if(d===0){${ok}}else if(d===1){e=true;${err}}else ${bad};`;
}

/** Renews the views where the memory has grown. */
export function fresh(m: string): string {
  return `if(${m}.u8.length===0)${m}.fresh();`;
}

/**
 * Checks that parameters or results are in memory at the variable `p`. The method throws where they
 * are not.
 */
export function inArea(m: string, p: string, { size, align }: Layout): string {
  const odd = align === 1 ? "" : `(${p}&${align - 1})!==0||`;
  return `if(${odd}${p}+${size}>${m}.u8.length)${m}.area(${p},${size},${align});`;
}

/**
 * CanonicalABI.md, `canon_lift`: called once, with the core result, while the instance must not be
 * left.
 */
export function postReturn(m: string, hasResult: boolean): string {
  return `${m}.inst.mayLeave=false;b.post(${hasResult ? "g" : ""});if(s.state>=${POISONED})s.settle();${m}.inst.mayLeave=true;`;
}

/** The nested instances that a call enters. */
export function enter(count: number): string {
  return range(count, (index) => `n${index}.mayEnter=false;`);
}

export function leave(count: number): string {
  return range(count, (index) => `n${index}.mayEnter=true;`);
}

export function mayEnter(count: number): string {
  return range(count, (index) => `if(!n${index}.mayEnter)s.refuseReentrance();`);
}

export function bindEntered(count: number): string {
  return range(count, (index) => `,n${index}=b.entered[${index}]`);
}

function range(count: number, each: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => each(index)).join("");
}

/**
 * Calls the callee; its core result is in the variable `g`. Check afterwards whether the store has
 * ended: a guest can catch the trap that poisoned it.
 */
export function callCore(flat: readonly string[], suspends: boolean): string {
  const call = `b.core(${flat.join(",")})`;
  const waits = `const j=${call};s.suspend();g=await s.wait(j);s.resume();`;
  return suspends ? waits : `g=${call};`;
}

export function finish(unit: Unit, main: string): Text {
  return { text: unit.text(main), tables: unit.tables };
}
