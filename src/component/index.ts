export { compile } from "./compile.ts";
export type { CodeKind, CompileOptions, Component, CoreModule } from "./compile.ts";
export { compileSync } from "./compile-sync.ts";
export { CATALOGUE, DEFAULT_CAPS } from "./caps/catalogue.ts";
export type { CapName, CapRow, Caps } from "./caps/catalogue.ts";
export { FEATURES, PLUGIN_FEATURES } from "./caps/features.ts";
export type { FeatureRow, WasmFeature } from "./caps/features.ts";
export type { AsciiDecoder } from "./abi/context.ts";
export type { Limits } from "./abi/limits.ts";
export type { TrapKind } from "./abi/trap.ts";
export type { Instance } from "./link/instance.ts";
export { createLinker, instantiate, instantiateAsync } from "./link/linker.ts";
export type { Interrupt, Verdict } from "./link/interrupt.ts";
export type { Imports, InstantiateOptions, Linker } from "./link/linker.ts";
export type { ComponentBytes, ComponentSource } from "./source.ts";
export type {
  ComponentType,
  CoreExternType,
  CoreFuncType,
  CoreModuleType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  NamedType,
  ResourceType,
  TypeExtern,
  ValueType,
  VariantCase,
} from "./types.ts";
export type { InterruptMode } from "./transform/interrupt.ts";
export { TenonError, WitError } from "../errors.ts";
