export { createHost } from "./host/host.ts";
export type {
  BatchCall,
  BatchOutcome,
  CallOptions,
  DisableOptions,
  DispatchOptions,
  Emitted,
  ExecuteOptions,
  Host,
  HostOptions,
  InstallAllOptions,
  InstallOptions,
  StopOptions,
  UninstallOptions,
} from "./host/options.ts";
export { TenonError, WitError } from "./errors.ts";
export type { TenonErrorCode, TenonErrorDetails } from "./errors.ts";
export type { PackageErrorCode } from "./catalogues/error-codes.ts";
export type { Isolation } from "./catalogues/isolations.ts";
export type {
  GrantedLimitOption,
  LimitErrorCode,
  LimitOption,
  ManifestLimitKey,
} from "./catalogues/limit-options.ts";

export { describeIdentity, identityText } from "./identity/identity.ts";
export type { Identity, KeyId } from "./identity/identity.ts";
export type { KnownKey, KnownKeys, Revocation } from "./identity/known-keys.ts";

export { defineCapability } from "./capability/capability.ts";
export type { Capability, ScopeIssue, ScopeResult, ScopeSchema } from "./capability/capability.ts";
export type { SchemaIssue } from "./capability/schema-issues.ts";
export { grantAll, staticPolicy } from "./capability/static-policy.ts";
export type { Makers, StaticRule, StaticRules } from "./capability/static-policy.ts";
export { askingPolicy } from "./capability/asking-policy.ts";
export type { AskingOptions, Consent, Takeover } from "./capability/asking-policy.ts";
export { combine, firstOf } from "./capability/combined-policy.ts";
export { rememberedPolicy } from "./capability/remembered-policy.ts";
export type { RememberedPolicy } from "./capability/remembered-policy.ts";
export type {
  GrantStore,
  RememberedApproval,
  RememberedDecision,
  RememberedDenial,
} from "./capability/remembered-decisions.ts";
export type {
  Decision,
  GrantException,
  IdentityChange,
  IdentityDecision,
  KnownMaker,
  Lasting,
  Policy,
  PolicyRequest,
  PolicyScope,
} from "./capability/policy.ts";
export type { StorageWatch } from "./storage-watch.ts";
export { noAudit, ringAudit, teeAudit } from "./capability/audit.ts";
export { jsonLinesAudit } from "./capability/json-lines-audit.ts";
export type { JsonLinesOptions } from "./capability/json-lines-audit.ts";
export type {
  AuditDecision,
  AuditEntry,
  CrashFacts,
  AuditTrail,
  RingAudit,
} from "./capability/audit.ts";
export type {
  CapabilityRequest,
  CapabilityStatus,
  Permission,
  Standing,
} from "./capability/authority.ts";
export { pluginWords, visibleJson, visibleText } from "./visible-text.ts";
export type { VisibleTextOptions } from "./visible-text.ts";

export type { Promised } from "./component/index.ts";
export type { Implementation } from "./interfaces/contract/implementation.ts";
export type { CacheableAnswers } from "./interfaces/cacheable.ts";
export { defineInterface } from "./interfaces/define.ts";
export type {
  Caller,
  CountedQuantity,
  InterfaceContext,
  InterfaceDefinition,
  InterfaceParts,
} from "./interfaces/define.ts";
export type {
  AnyFunction,
  FunctionName,
  FunctionRules,
  FunctionTable,
} from "./interfaces/functions.ts";
export type { LocalAnswers, LocalAnswersOf, LocalModule } from "./platform/local-answers.ts";
export { createDocuments } from "./interfaces/text/documents.ts";
export type {
  Documents,
  DocumentsOptions,
  OpenDocumentOptions,
} from "./interfaces/text/documents.ts";
export type { DocumentEvent } from "./interfaces/text/document-event.ts";
export type { DocumentMark, MarkLayer } from "./interfaces/text/document-marks.ts";
export type {
  ByteEdit,
  DocumentState,
  EditOutcome,
  OpenDocument,
  RebaseOutcome,
} from "./interfaces/text/open-document.ts";

export type { JsonSchema, JsonType } from "./plugin/manifest/json-schema-form.ts";
export { manifestJsonSchema } from "./plugin/manifest/manifest-schema.ts";
export type {
  ActivationEvent,
  CommandContribution,
  Dependency,
  Manifest,
  ManifestLimits,
  SettingContribution,
} from "./plugin/manifest/manifest.ts";
export type { DispatchedEvent } from "./plugin/calls/dispatched-event.ts";
export type { DispatchOutcome, DispatchReport } from "./plugin/installed/dispatch.ts";
export type { FolderReport, RefusedPackage } from "./plugin/installed/folder-installer.ts";
export type { Replace } from "./plugin/installed/installer.ts";
export type { AnswerStatistics } from "./plugin/gate/answer-cache.ts";
export type {
  InterfaceLimitName,
  InterfaceLimitOption,
  LimitValues,
} from "./catalogues/limit-options.ts";
export { defaultLimits } from "./plugin/limits/limits.ts";
export type {
  AnswerLimits,
  GivenLimits,
  GrantedLimits,
  LimitName,
  LimitPolicies,
  Limits,
  OverLimit,
  TimeLimit,
} from "./plugin/limits/limits.ts";
export type {
  Budget,
  BudgetFigure,
  Budgets,
  HostUsage,
  PluginUsage,
  UsageFigures,
} from "./plugin/installed/usage.ts";
export type { BreakerLimit } from "./plugin/limits/breaker.ts";
export type { CrashLimit } from "./plugin/limits/quarantine.ts";
export type { InterfaceLimits } from "./interfaces/define.ts";
export type { InterfaceBytes } from "./telemetry/meter.ts";
export type { EndReason } from "./plugin/calls/outcome.ts";
export type { PlaceState, PluginStanding, PluginState } from "./plugin/life/plugin-state.ts";
export type { PluginStatus } from "./plugin/life/status.ts";
export type { HostEvent, HostListener, ListenOptions, LoggedRecord } from "./telemetry/events.ts";
export type { PluginNumbers } from "./telemetry/meter.ts";

export type { Engine, EngineComponent, EngineInstance } from "./component/engine.ts";
export type { DerivedStore, MostTold } from "./component/engine.ts";
export type {
  PackageFile,
  PackageFolder,
  PackageFolders,
  SourceFolder,
} from "./platform/package-folders.ts";
export type { Platform } from "./platform/platform.ts";
export type {
  NoProcesses,
  ProcessSource,
  ProcessWalls,
  StartedProcess,
} from "./platform/processes.ts";
export type {
  AnswerTarget,
  StartedThread,
  ThreadEnd,
  ThreadMemory,
  ThreadOwn,
  ThreadPort,
  ThreadRings,
  ThreadSource,
  Ticker,
  WrittenAnswer,
} from "./platform/threads.ts";
export type { Clock, Timers } from "./platform/clock.ts";
export type { OneTimer, PendingCall } from "./long-timers.ts";
export type { Entropy } from "./platform/entropy.ts";
export { FileFailure } from "./platform/files.ts";
export type { FileEntry, FileFailureReason, FileTree } from "./platform/files.ts";
export { HttpFailure } from "./platform/http.ts";
export type {
  HttpAbilities,
  HttpAnswer,
  HttpExchange,
  HttpFailureReason,
  HttpPower,
} from "./platform/http.ts";
export type {
  ClipboardPower,
  UiInput,
  UiMessage,
  UiPick,
  UiPower,
  UiProgress,
  UiStatus,
  UiStatusItem,
  UiTask,
} from "./platform/ui.ts";
export type { CacheStore } from "./platform/cache-store.ts";
export { entryCost } from "./platform/key-value.ts";
export type {
  KeyRange,
  KeyValueSpace,
  KeyValueStore,
  StoredEntry,
  WriteOutcome,
  WriteRule,
} from "./platform/key-value.ts";
export { memoryKeyValue } from "./platform/memory-key-value.ts";
export type { Language } from "./plugin/package/language.ts";
export type { BytesLater, PackageSource } from "./plugin/package/package-source.ts";
