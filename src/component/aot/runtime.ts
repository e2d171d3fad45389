/// What a component that was written beforehand needs of the engine: `tenon/component/runtime`.
export { written } from "./written.ts";
export type { Imports, WrittenComponent, WrittenOptions, WrittenParts } from "./written.ts";
export type { Instance } from "../link/instance.ts";
export { TenonError, WitError } from "../../errors.ts";
