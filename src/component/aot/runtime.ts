/**
 * The part of the engine that a component written ahead of time needs: `tenon/component/runtime`.
 */
export { written } from "./written.ts";
export type { PlanNode, PlanNodes, PlanValue, WrittenFunction, WrittenModule } from "./format.ts";
export type { WrittenComponent, WrittenOptions, WrittenParts } from "./written.ts";
export type { Imports } from "../link/linker.ts";
export type { Promised } from "../promised.ts";
export type { Instance } from "../link/instance.ts";
export { TenonError, WitError } from "../../errors.ts";
