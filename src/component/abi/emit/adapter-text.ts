// Makes one guest's function callable by another guest: `canon_lower` of a `canon_lift`, in one
// function.
import { POISONED } from "../store.ts";
import { type AdapterOptions, borrowsForeign, type Signature } from "../signature.ts";
import { lowerFlat, store } from "./lower.ts";
import {
  bindEntered,
  callCore,
  enter,
  finish,
  fresh,
  inArea,
  leave,
  liftParams,
  liftResult,
  lowerParams,
  mayEnter,
  postReturn,
  type Text,
} from "./parts.ts";
import { type Side, Unit } from "./unit.ts";

export function adapterText(signature: Signature, given: Signature, options: AdapterOptions): Text {
  const { entered, suspends, begins } = options;
  const { params, result, area, flat } = signature;
  const unit = new Unit();
  const { caller, callee } = sides(unit, options);
  const scoped = borrowsForeign(area, options.callee.implementer);
  const { names, code, lends } = liftParams(caller, given);
  const lowered = lowerParams(
    callee,
    signature,
    params.map((_, index) => `v${index}`),
  );
  const answer = giveResult(caller, given);
  const lines = [
    `if(!i.mayLeave)s.refuseLeave();${mayEnter(entered)}${enter(entered)}let v,g;try{${code}`,
    area.dynamic || flat === undefined ? fresh("k") : "",
    scoped ? `${begins ? "" : "const z="}k.scope=new ${unit.use("BorrowScope")}();` : "",
    `{${lowered.code}${callCore(lowered.flat, suspends)}}if(s.state>=${POISONED})s.settle();`,
    `{${liftResult(callee, signature, false)}}`,
    scoped && !begins ? `${unit.use("expectNoBorrows")}(z);` : "",
    result?.dynamic === true || given.spills ? fresh("m") : "",
    answer.code,
    options.postReturn ? postReturn("k", result !== undefined) : "",
    lends && !begins ? `${unit.use("giveBack")}(L);` : "",
    `${leave(entered)}return ${answer.value}}catch(x){s.state=${POISONED};throw b.fail(x)}`,
  ];
  const opening = `const m=b.m,k=b.k,s=m.store,i=m.inst${bindEntered(entered)};`;
  const body = `${suspends ? "async " : ""}function(${names.join(",")}){${lines.join("")}}`;
  return finish(unit, `${opening}return ${body}`);
}

/** See `Route.resolve`. The callee is still running. */
export function resolveText(given: Signature, returned: Signature, options: AdapterOptions): Text {
  const unit = new Unit();
  const { caller, callee } = sides(unit, options);
  const { names, code } = liftParams(callee, returned);
  const answer = giveResult(caller, given);
  const value = given.result === undefined ? "" : `const v=v0;${fresh("m")}`;
  const body = `${code}${value}${answer.code}return ${answer.value}`;
  return finish(unit, `const m=b.m,k=b.k;return function(${["o", ...names].join(",")}){${body}}`);
}

function sides(
  unit: Unit,
  options: AdapterOptions,
): { readonly caller: Side; readonly callee: Side } {
  const common = { unit, host: false, lends: false };
  return {
    caller: { ...options.caller, ...common, m: "m", tag: "m" },
    callee: { ...options.callee, ...common, m: "k", tag: "k" },
  };
}

/** Lowers `v` into the caller. */
function giveResult(
  side: Side,
  { result, spills }: Signature,
): { readonly code: string; readonly value: string } {
  if (result === undefined) return { code: "", value: "" };
  if (spills) {
    const check = `const p=o>>>0;${inArea("m", "p", result)}`;
    return { code: check + store(side, result, "v", "p", 0), value: "" };
  }
  const out: string[] = [];
  const code: string[] = [];
  lowerFlat(side, result, "v", out, code);
  return { code: code.join(""), value: out.join("") };
}
