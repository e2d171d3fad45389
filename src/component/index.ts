export { compile, compileSync } from "./compile.ts";
export type { CompileOptions, Component, CoreModule } from "./compile.ts";
export type { ComponentSource } from "./source.ts";
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
