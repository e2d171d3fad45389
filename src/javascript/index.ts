export { javascript, type JavaScriptOptions } from "./language.ts";
export type { StripTypes } from "./source/program.ts";
export type { GivenWorld } from "./worlds/known-worlds.ts";
