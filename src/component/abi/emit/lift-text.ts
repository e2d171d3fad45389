/// CanonicalABI.md, `canon_lift`: a guest's function for the host to call.
import { borrowsForeign, isOutcome, type LiftOptions, type Signature } from "../signature.ts";
import { accept } from "./accept.ts";
import {
  bindEntered,
  callCore,
  enter,
  finish,
  leave,
  liftResult,
  lowerParams,
  postReturn,
  type Text,
} from "./parts.ts";
import { type Side, Unit } from "./unit.ts";

export function liftText(signature: Signature, options: LiftOptions): Text {
  const { encoding, implementer, entered, style, suspends } = options;
  const { params, result, area, flat } = signature;
  const unit = new Unit();
  const lends = area.owns && area.borrows;
  const side: Side = { unit, encoding, implementer, host: true, m: "m", tag: "h", lends };
  const scoped = borrowsForeign(area, implementer);
  const args = params.map((_, index) => `a${index}`);
  const fits = params.map((layout, index) => accept(side, layout, args[index]!)).join("&&");
  const lowered = lowerParams(side, signature, args);

  const lines = [
    fits === "" ? "" : `if(!(${fits}))b.refuse([${args.join(",")}]);`,
    `if(s.state!==0)s.refuseEntry();s.state=1;${enter(entered)}let v,g,e=false;try{`,
    area.dynamic || flat === undefined ? "m.fresh();" : "",
    scoped ? `const z=m.scope=new ${unit.use("BorrowScope")}();` : "",
    lends ? "const L=m.lent=[];" : "",
    `{${lowered.code}${callCore(lowered.flat, suspends)}}`,
    lends ? `${unit.use("giveBack")}(L);` : "",
    liftResult(side, signature, style === "constructor"),
    scoped ? `${unit.use("expectNoBorrows")}(z);` : "",
    options.postReturn ? postReturn("m", result !== undefined) : "",
    `if(s.state!==1)s.settle();${leave(entered)}`,
    "}catch(x){s.state=4;throw b.failOutermost(x)}s.state=0;",
    isOutcome(result) ? `if(e)${unit.use("raise")}(v);` : "",
    result === undefined ? "" : "return v",
  ];
  const head =
    style === "method" ? `(${args.slice(1).join(",")}){const a0=this;` : `(${args.join(",")}){`;
  const opening = `const m=b.m,s=m.store${bindEntered(entered)};`;
  const body = `${suspends ? "async " : ""}function${head}${lines.join("")}}`;
  return finish(unit, `${opening}return ${body}`);
}
