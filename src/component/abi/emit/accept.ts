// Generates text that checks whether a host's value is of a type. It agrees with accepts.ts, which
// then words the error.
import type { CasesForm, Layout, ListForm, View } from "../layout.ts";
import { NUMBER_ARRAYS } from "../values/scalars.ts";
import { inner, type Side } from "./unit.ts";

/** Whether checking values of such a type runs no getter or proxy. */
export function isPlain({ form }: Layout): boolean {
  return form === "scalar" || form === "string";
}

/** `v` is a variable or a property of one. */
export function accept(side: Side, layout: Layout, v: string): string {
  if (layout.form === "scalar") return scalar(side, layout.scalar, v);
  if (layout.form === "string") return `typeof ${v}==="string"`;
  if (layout.form === "handle") {
    const { slot } = layout.resource;
    const guests = layout.own ? "isOwnedGuest" : "isGuest";
    const test = side.implementer(slot) === "host" ? "isHost" : guests;
    return `${side.unit.use(test)}(${side.m}.resources[${slot}],${v})`;
  }
  if (layout.form === "async") return `${side.unit.use("fitsAsync")}("${layout.kind}",${v})`;
  const name = side.unit.helper(`A${side.tag}${layout.id}`, "m,v", () =>
    acceptParts(inner(side), layout),
  );
  return `${name}(${side.m},${v})`;
}

/** The body of a function with the parameter `v`. */
function acceptParts(side: Side, layout: Layout): string {
  switch (layout.form) {
    case "record": {
      const parts = layout.fields.map((field) => accept(side, field.layout, `v["${field.key}"]`));
      return `return ${['typeof v==="object"&&v!==null', ...parts].join("&&")}`;
    }
    case "tuple": {
      const parts = layout.fields.map((field) => accept(side, field.layout, `v[${field.key}]`));
      const shape = `Array.isArray(v)&&v.length===${layout.fields.length}`;
      return `return ${[shape, ...parts].join("&&")}`;
    }
    case "flags": {
      const parts = layout.keys.map((key) => {
        const flag = `v["${key}"]`;
        return `(${flag}===void 0||typeof ${flag}==="boolean")`;
      });
      return `return typeof v==="object"&&v!==null&&${parts.join("&&")}`;
    }
    case "cases":
      return acceptCases(side, layout);
    case "list":
      return acceptList(side, layout);
    default:
      return "return true";
  }
}

function acceptCases(side: Side, layout: CasesForm): string {
  const { unit } = side;
  if (layout.style === "option") {
    return `return v===void 0||v===null||${accept(side, layout.cases[1]!.layout!, "v")}`;
  }
  const names = unit.names(layout.cases);
  if (layout.style === "enum") return `return ${names}.includes(v)`;
  const arms = layout.cases.map(({ layout: item }, index) => {
    const fits = item === undefined ? "true" : accept(side, item, "x");
    return `case ${names}_${index}:return ${fits};`;
  });
  const open = `if(typeof v!=="object"||v===null)return false;const x=v.val;`;
  return `${open}switch(v.tag){${arms.join("")}}return false`;
}

function acceptList(side: Side, layout: ListForm): string {
  const { item, length, numeric, map } = layout;
  if (map) {
    const [key, value] = item.form === "tuple" ? item.fields : [];
    const fits = `${accept(side, key!.layout, "k")}&&${accept(side, value!.layout, "e")}`;
    const isMap = `v instanceof Map||${side.unit.use("isMap")}(v)`;
    return `if(!(${isMap}))return false;for(const[k,e]of v)if(!(${fits}))return false;return true`;
  }
  const size = length === undefined ? "true" : `v.length===${length}`;
  if (numeric !== undefined) {
    const typed = `v instanceof ${NUMBER_ARRAYS[numeric].name}&&ArrayBuffer.isView(v)`;
    return `return (${typed}||${side.unit.use("fitsNumbers")}("${numeric}",v))&&${size}`;
  }
  const shape = `if(!Array.isArray(v)||!(${size}))return false;`;
  const fits = accept(side, item, "e");
  return `${shape}for(let i=0;i<v.length;i++){const e=v[i];if(!(${fits}))return false}return true`;
}

function scalar(side: Side, scalar: View | "bool" | "char", v: string): string {
  const number = `typeof ${v}==="number"`;
  switch (scalar) {
    case "bool":
      return `typeof ${v}==="boolean"`;
    case "u8":
      return `${number}&&(${v}&255)===${v}`;
    case "s8":
      return `${number}&&(${v}<<24>>24)===${v}`;
    case "u16":
      return `${number}&&(${v}&65535)===${v}`;
    case "s16":
      return `${number}&&(${v}<<16>>16)===${v}`;
    case "u32":
      return `${number}&&${v}>>>0===${v}`;
    case "s32":
      return `${number}&&(${v}|0)===${v}`;
    case "u64":
      return `typeof ${v}==="bigint"&&BigInt.asUintN(64,${v})===${v}`;
    case "s64":
      return `typeof ${v}==="bigint"&&BigInt.asIntN(64,${v})===${v}`;
    case "char":
      return `${side.unit.use("isChar")}(${v})`;
    default:
      return number;
  }
}
