// CanonicalABI.md, `canon_lower`: makes a host's function callable by a guest.
import { POISONED } from "../store.ts";
import {
  answersFuture,
  type HostCall,
  isOutcome,
  type LowerOptions,
  type Signature,
} from "../signature.ts";
import { accept, isPlain } from "./accept.ts";
import { lowerFlat, store, storeOutcome } from "./lower.ts";
import { finish, fresh, inArea, liftParams, type Text } from "./parts.ts";
import { type Side, Unit } from "./unit.ts";

export function lowerText(signature: Signature, options: LowerOptions): Text {
  const { encoding, implementer, call, suspends } = options;
  const { params, result } = signature;
  const unit = new Unit();
  const side: Side = { unit, encoding, implementer, host: true, m: "m", tag: "h", lends: false };
  const { names, code, lends } = liftParams(side, signature);
  const passed = params.map((_, index) => `v${index}`).join(",");
  const caught = isOutcome(result) ? `r=b.err(x);k=false;` : `throw ${unit.use("hostFailure")}(x);`;
  const answer = [
    `if(s.state>=${POISONED})s.settle();`,
    checkResult(side, signature),
    result?.dynamic === true || signature.spills ? fresh("m") : "",
    giveResult(side, signature, lends ? `${unit.use("giveBack")}(L);` : ""),
  ].join("");

  const given = `${signature.spills ? "o" : "0"},${lends ? "L" : "0"}`;
  const thenable = `if(k&&${unit.use("isThenable")}(r)){s.suspend();return b.later(r,(r)=>done(r,true,${given}),(x)=>{let r,k=true;${caught}return done(r,k,${given})})}`;
  const lines = [
    `if(!i.mayLeave)s.refuseLeave();try{${code}`,
    `let r,k=true;try{r=${callHost(call, passed)}}catch(x){${caught}}`,
    suspends ? `${answersFuture(result) ? "" : thenable}return done(r,k,${given});` : answer,
    `}catch(x){s.state=${POISONED};throw b.fail(x)}`,
  ];
  const done = suspends ? `function done(r,k,o,L){${answer}}` : "";
  const opening = `const m=b.m,s=m.store,i=m.inst,h=b.host;${done}`;
  return finish(unit, `${opening}return function(${names.join(",")}){${lines.join("")}}`);
}

function callHost(call: HostCall, passed: string): string {
  switch (call) {
    case "function":
      return `h(${passed})`;
    case "method":
      return `h.call(${passed})`;
    case "static":
      return `h.call(b.self${passed === "" ? "" : "," + passed})`;
    case "constructor":
      return `new h(${passed})`;
  }
}

/** `r` is what the host has returned; `k` tells whether it is the ok of a result. */
function checkResult(side: Side, { result }: Signature): string {
  const thenable = `${side.unit.use("isThenable")}(r)`;
  if (result === undefined) return `if(r!==void 0&&${thenable})b.refuseResult(void 0,r);`;
  if (isOutcome(result)) {
    const [ok, err] = result.cases.map(({ layout }) =>
      layout === undefined ? `(r===void 0||!${thenable})` : accept(side, layout, "r"),
    );
    return refuseUnless(`k?${ok}:${err}`, "b.refuseOutcome(k,r)");
  }
  // A promise would fit a record that has only optional fields.
  const promise = result.form === "record" || result.form === "flags" ? `&&!${thenable}` : "";
  const fits = accept(side, result, "r");
  const refuse = "b.refuseResult(b.signature.result,r)";
  if (isPlain(result)) return `if(!(${fits}))${refuse};`;
  return refuseUnless(`(${fits})${promise}`, refuse);
}

/** Where a getter or proxy throws, `refuse` looks again and names the place. */
function refuseUnless(fits: string, refuse: string): string {
  return `{let c=false;try{c=${fits}}catch{}if(!c)${refuse};}`;
}

/** Lowers `r`, and returns. `before` runs when everything is lowered. */
function giveResult(side: Side, signature: Signature, before: string): string {
  const { result, spills } = signature;
  if (result === undefined) return before;
  if (spills) {
    const area = `const p=o>>>0;${inArea("m", "p", result)}`;
    const write = isOutcome(result)
      ? storeOutcome(side, result, "k", "r", "p")
      : store(side, result, "r", "p", 0);
    return area + write + before;
  }
  if (isOutcome(result)) return `${before}return k?0:1;`;
  const out: string[] = [];
  const code: string[] = [];
  lowerFlat(side, result, "r", out, code);
  return `${code.join("")}${before}return ${out.join("")};`;
}
