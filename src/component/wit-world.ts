// Worlds of WIT text, and what values of their types are in JavaScript, for who runs programs that know
// no WIT themselves.
export { fieldNames, JsNames, parseFuncName, pascalCase } from "./js-names.ts";
export { nullable } from "./abi/layout.ts";
export type { Misfit } from "./abi/values/misfit.ts";
export { misfitError } from "./abi/values/misfit.ts";
export { fitsNumbers, fitsScalar, NUMBER_ARRAYS, SCALARS } from "./abi/values/scalars.ts";
export type { ComponentType, FuncType, InstanceType, ResourceType, ValueType } from "./types.ts";
export { readWitWorld } from "./wit-source/worlds.ts";
