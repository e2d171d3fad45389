/**
 * The proposals that have been added to WebAssembly, by their usual names. An allow-list says which
 * of them code may use. The instructions of WebAssembly 1.0 are always allowed.
 */
export type WasmFeature =
  | "mutable-globals"
  | "sign-extension"
  | "saturating-float-to-int"
  | "multi-value"
  | "bulk-memory"
  | "reference-types"
  | "simd"
  | "relaxed-simd"
  | "tail-call"
  | "extended-const"
  | "multi-memory"
  | "memory64"
  | "threads"
  | "exceptions"
  | "legacy-exceptions"
  | "function-references"
  | "branch-hinting"
  | "wide-arithmetic"
  | "custom-page-sizes"
  | "gc"
  | "stored-exceptions"
  | "stack-switching";

/** A proposal in `FEATURES`. */
export interface FeatureRow {
  /** Whether plugins may use it, unless the host says otherwise. */
  readonly plugins: boolean;
  /** What shows in a module that it is used. */
  readonly shownBy: string;
}

/** WebAssembly's proposals that this engine knows. */
export const FEATURES: Readonly<Record<WasmFeature, FeatureRow>> = {
  "mutable-globals": { plugins: true, shownBy: "mutable globals in imports and exports" },
  "sign-extension": { plugins: true, shownBy: "i32.extend8_s and the like" },
  "saturating-float-to-int": { plugins: true, shownBy: "i32.trunc_sat_f32_s and the like" },
  "multi-value": { plugins: true, shownBy: "several results; blocks with a type of their own" },
  "bulk-memory": {
    plugins: true,
    shownBy: "memory.copy, table.init and the like; passive segments",
  },
  "reference-types": {
    plugins: true,
    shownBy: "externref, funcref outside of tables, table.get and the like, several tables",
  },
  simd: { plugins: true, shownBy: "v128" },
  "relaxed-simd": { plugins: true, shownBy: "i8x16.relaxed_swizzle and the like" },
  "tail-call": { plugins: true, shownBy: "return_call, return_call_indirect, return_call_ref" },
  "extended-const": { plugins: true, shownBy: "arithmetic in constant expressions" },
  "multi-memory": { plugins: true, shownBy: "several memories" },
  memory64: { plugins: true, shownBy: "memories and tables with 64-bit addresses" },
  threads: {
    plugins: true,
    shownBy: "atomic instructions; shared memory is refused all the same",
  },
  exceptions: { plugins: true, shownBy: "tags, throw, try_table, exnref" },
  "legacy-exceptions": { plugins: true, shownBy: "try, catch, rethrow, delegate" },
  "function-references": { plugins: true, shownBy: "call_ref, br_on_null, typed references" },
  "branch-hinting": { plugins: true, shownBy: "a section metadata.code.branch_hint" },
  "wide-arithmetic": { plugins: true, shownBy: "i64.add128 and the like" },
  "custom-page-sizes": { plugins: true, shownBy: "memories with pages of another size" },
  gc: {
    plugins: false,
    shownBy: "struct, array and i31 types and their instructions, recursion groups, subtypes",
  },
  "stored-exceptions": {
    plugins: false,
    shownBy:
      "exnref in tables, globals and fields, where a guest could keep any number of exceptions",
  },
  "stack-switching": { plugins: false, shownBy: "continuation types, resume, suspend" },
};

export const ALL_FEATURES: readonly WasmFeature[] = Object.keys(FEATURES) as WasmFeature[];

/** The proposals that toolchains use for programs with their own memory management. */
export const PLUGIN_FEATURES: readonly WasmFeature[] = ALL_FEATURES.filter(
  (name) => FEATURES[name].plugins,
);
