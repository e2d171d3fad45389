// The core types of a value. CanonicalABI.md, "Flattening".
import type { Layout } from "./layout.ts";

export type CoreType = "i32" | "i64" | "f32" | "f64";

/** CanonicalABI.md, "Flattening". More parameters than this are passed through memory. */
export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_RESULTS = 1;
/** The same for functions lowered with `async`. */
export const MAX_FLAT_ASYNC_PARAMS = 4;

/** CanonicalABI.md, `flatten_types`. Undefined where they are more than MAX_FLAT_PARAMS. */
export function flatten(layouts: readonly Layout[]): readonly CoreType[] | undefined {
  const flat: CoreType[] = [];
  for (const layout of layouts) {
    if (layout.flat === undefined) return undefined;
    flat.push(...layout.flat);
    if (flat.length > MAX_FLAT_PARAMS) return undefined;
  }
  return flat;
}

/** CanonicalABI.md, `flatten_variant`. */
export function joinCases(layouts: readonly Layout[]): readonly CoreType[] | undefined {
  const joined: CoreType[] = ["i32"];
  for (const layout of layouts) {
    if (layout.flat === undefined) return undefined;
    for (const [index, type] of layout.flat.entries()) {
      const other = joined[index + 1];
      joined[index + 1] = other === undefined ? type : join(other, type);
    }
  }
  return joined.length > MAX_FLAT_PARAMS ? undefined : joined;
}

function join(a: CoreType, b: CoreType): CoreType {
  if (a === b) return a;
  return (a === "i32" && b === "f32") || (a === "f32" && b === "i32") ? "i32" : "i64";
}
