// The elements of streams and futures, between memory and values. See Route.items.
import type { Layout } from "../layout.ts";
import type { ItemOptions } from "../signature.ts";
import { load } from "./lift.ts";
import { store } from "./lower.ts";
import { finish, fresh, type Text } from "./parts.ts";
import { type Side, Unit } from "./unit.ts";

export function itemsText(item: Layout, options: ItemOptions): Text {
  const { encoding, implementer, host, way } = options;
  const unit = new Unit();
  const side: Side = { unit, encoding, implementer, host, lends: false, m: "m", tag: "h" };
  const { size, align, nodes } = item;
  if (way === "store") {
    const each = store(side, item, "e", "p", 0);
    const loop = `for(let i=0;i<v.length;i++,p+=${size}){const e=v[i];${each}}`;
    return finish(unit, `const m=b.m;return function(v,p){${fresh("m")}${loop}}`);
  }
  const check = `m.${host ? "budget" : "budgetWithin"}();m.list(p,n,${size},${align},${nodes});`;
  const loop = `const r=[];for(let i=0;i<n;i++,p+=${size})r.push(${load(side, item, "p", 0)});`;
  return finish(unit, `const m=b.m;return function(p,n){${fresh("m")}${check}${loop}return r}`);
}
