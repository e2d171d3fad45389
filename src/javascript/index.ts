export { javascript, type JavaScriptOptions } from "./language.ts";
export { sourceWorld, type SourceWorld, type SourceWorldOptions } from "./source-world.ts";
export type { StripTypes } from "./source/program.ts";
export type { GivenWorld } from "./worlds/known-worlds.ts";
