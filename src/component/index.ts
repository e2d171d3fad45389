export { compile } from "./compile.ts";
export type { CodeKind, CompileOptions, Component, CoreModule } from "./compile.ts";
export { compileSync } from "./compile-sync.ts";
export { writeAhead, type AheadOptions } from "./aot/write.ts";
export { CATALOGUE, DEFAULT_CAPS } from "./caps/catalogue.ts";
export type { CapName, CapRow, Caps } from "./caps/cap-row.ts";
export { FEATURES, PLUGIN_FEATURES } from "./caps/features.ts";
export type { FeatureRow, WasmFeature } from "./caps/features.ts";
export type { AsciiDecoder } from "./abi/context.ts";
export type { GuestLimits } from "./abi/limits.ts";
export type { TrapKind } from "./abi/trap.ts";
export type { Instance } from "./link/instance.ts";
export type { InstanceSnapshot } from "./link/snapshot.ts";
export type {
  CallOptions as EngineCallOptions,
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineExports,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
  EngineLimits,
  EngineSnapshot,
  InstanceRoom,
  InTurn,
  TimeAccount,
} from "./engine.ts";
export type { LentFunction, LentInterface, Lease, Lender, MostTold } from "./lent.ts";
export type { MemoryAccount, MemoryShare, ShareWords } from "./memory-account.ts";
export type { Answers } from "./abi/store.ts";
export type { GivenRules } from "./caps/rules.ts";
export type { Promised } from "./promised.ts";
export { componentTypes, witTypes } from "./types-of-world.ts";
export type { ComponentTypesOptions, WitTypesOptions } from "./types-of-world.ts";
export type { UnusableFunction } from "./world-types/unusable.ts";
export { createLinker, instantiate, instantiateAsync } from "./link/linker.ts";
export type { Interrupt, Verdict } from "./link/interrupt.ts";
export type { Imports, InstantiateOptions, Linker } from "./link/linker.ts";
export type { ComponentBytes, ComponentSource } from "./source.ts";
export type {
  AbstractResource,
  ComponentType,
  CoreExternType,
  CoreFuncType,
  CoreImport,
  CoreLimits,
  CoreModuleType,
  CoreValueType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  NamedType,
  Primitive,
  ResourceType,
  TypeExtern,
  ValueType,
  VariantCase,
} from "./types.ts";
export type { InterruptMode } from "./transform/interrupt.ts";
export { TenonError, WitError } from "../errors.ts";
