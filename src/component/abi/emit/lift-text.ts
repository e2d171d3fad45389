// CanonicalABI.md, `canon_lift`: makes a guest's function callable by the host.
import { IDLE, POISONED, RUNNING } from "../store.ts";
import type { Layout } from "../layout.ts";
import {
  borrowsForeign,
  type Implementer,
  isOutcome,
  type LiftOptions,
  type Signature,
} from "../signature.ts";
import { accept, isPlain } from "./accept.ts";
import {
  bindEntered,
  enter,
  finish,
  fresh,
  leave,
  liftResult,
  lowerParams,
  postReturn,
  type Text,
} from "./parts.ts";
import { type Side, Unit } from "./unit.ts";

export function liftText(signature: Signature, options: LiftOptions): Text {
  const { encoding, implementer, entered, style, suspends, begins } = options;
  const { params, result, area, flat } = signature;
  const unit = new Unit();
  const lends = area.owns && area.borrows;
  const side: Side = { unit, encoding, implementer, host: true, m: "m", tag: "h", lends };
  const scoped = borrowsForeign(area, implementer);
  const args = params.map((_, index) => `a${index}`);
  const reps = lends ? [] : repsOf(signature, implementer);
  const bound = reps.map((index) => `y${index}`);
  const fits = params
    .map((layout, index) =>
      reps.includes(index)
        ? `(y${index}=${unit.use("guestRep")}(R${index},a${index}))!==void 0`
        : accept(side, layout, args[index]!),
    )
    .join("&&");
  const lowered = lowerParams(
    { ...side, reps: new Set(bound) },
    signature,
    params.map((_, index) => (reps.includes(index) ? `y${index}` : `a${index}`)),
  );

  // No code that could end the store runs between the call and the check at the end, so one check
  // is enough.
  const mild = result?.form !== "handle" && !signature.spills && !options.postReturn && !lends;
  const begun = [
    bound.length === 0 ? "" : `let ${bound.join(",")};`,
    fits === "" ? "" : refuseUnless(fits, params, args),
    `if(s.state!==${IDLE})s.refuseEntry();s.state=${RUNNING};${enter(entered)}try{`,
    area.dynamic || flat === undefined ? fresh("m") : "",
    scoped ? `z=m.scope=new ${unit.use("BorrowScope")}();` : "",
    lends ? "L=m.lent=[];" : "",
    `{${lowered.code}g=b.core(${lowered.flat.join(",")});}`,
  ];
  const ended = [
    mild ? "" : `if(s.state>=${POISONED})s.settle();`,
    lends ? `${unit.use("giveBack")}(L);` : "",
    liftResult(side, signature, style === "constructor"),
    scoped ? `${unit.use("expectNoBorrows")}(z);` : "",
    options.postReturn ? postReturn("m", result !== undefined) : "",
    `if(s.state!==${RUNNING})s.settle();${leave(entered)}`,
    `${FAILED}s.state=${IDLE};`,
    isOutcome(result) ? `if(e)${unit.use("raise")}(v);` : "",
    result === undefined ? "" : "return v",
  ];
  const locals = [scoped ? ",z" : "", lends ? ",L" : ""].join("");
  const head =
    style === "method" ? `(${args.slice(1).join(",")}){const a0=this;` : `(${args.join(",")}){`;
  const types = reps.map((index) => `,R${index}=m.resources[${slotOf(params[index]!)}]`).join("");
  const opening = `const m=b.m,s=m.store${types}${bindEntered(entered)};`;
  if (begins) {
    const code = [
      bound.length === 0 ? "" : `let ${bound.join(",")};`,
      fits === "" ? "" : refuseUnless(fits, params, args),
      `try{${area.dynamic || flat === undefined ? fresh("m") : ""}`,
      scoped ? `m.scope=new ${unit.use("BorrowScope")}();` : "",
      lends ? "m.lent=[];" : "",
      `{${lowered.code}b.core(${lowered.flat.join(",")});}${FAILED}`,
    ];
    return finish(unit, `${opening}return function${head}${code.join("")}}`);
  }
  if (!suspends) {
    const body = `${head}let v,g,e=false${locals};${[...begun, ...ended].join("")}}`;
    return finish(unit, `${opening}return function${body}`);
  }
  // One call at a time, so its two halves may share variables.
  const end = `function E(g){let v,e=false;try{${ended.join("")}}`;
  const begin = `${head}let g;try{${begun.join("")}${FAILED}}catch(x){return b.refused(x)}return b.answer(g,E)}`;
  const shared = locals === "" ? "" : `let ${locals.slice(1)};`;
  return finish(unit, `${opening}${shared}${end}return function${begin}`);
}

const FAILED = `}catch(x){s.state=${POISONED};throw b.failOutermost(x)}`;

/** Where a getter or proxy throws, `refuse` looks again and names the place. */
function refuseUnless(fits: string, params: readonly Layout[], args: readonly string[]): string {
  const all = args.join(",");
  if (params.every(isPlain)) return `if(!(${fits}))b.refuse([${all}]);`;
  return `let c=false,w;try{c=${fits}}catch(x){w={cause:x}}if(!c)b.refuse([${all}],w);`;
}

/**
 * Indices of parameters that are borrowed handles of the instance's own resources, where looking at
 * one parameter can't change another: a single look at each is enough then.
 */
function repsOf({ params, flat }: Signature, implementer: Implementer): readonly number[] {
  const plain = params.every(
    ({ form }) => form === "scalar" || form === "string" || form === "handle",
  );
  if (!plain || flat === undefined) return [];
  return params.flatMap((layout, index) =>
    layout.form === "handle" && !layout.own && implementer(layout.resource.slot) === "self"
      ? [index]
      : [],
  );
}

function slotOf(layout: Layout): number {
  return layout.form === "handle" ? layout.resource.slot : 0;
}
