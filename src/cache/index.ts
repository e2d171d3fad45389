export type { EntryOptions } from "./entry-options.ts";
export type { Cache } from "./cache.ts";
export { type Clock, type Timers, coarseClock, systemClock } from "./clock.ts";
export { type CacheCodec, bytesCodec, structuredCodec } from "./codec/codec.ts";
export { type CacheOptions, createCache } from "./create-cache.ts";
export { type Checksum, crc32 } from "./levels/crc32.ts";
export type { CacheEvents, CacheEventType, CacheListener } from "./events.ts";
export type { LoadContext, LoadOptions, Loader } from "./flight.ts";
export type { GraphLimits } from "./dependencies/graph.ts";
export type {
  CacheLevel,
  Entry,
  EntryMetadata,
  EntrySummary,
  LeaveReason,
  LevelListener,
  LevelSize,
  StoredEntry,
} from "./levels/level.ts";
export { type MemoryLevel, type MemoryLevelOptions, memoryLevel } from "./levels/memory-level.ts";
export { openEntry, sealEntry } from "./levels/seal.ts";
export {
  type Compression,
  type SerialisedLevel,
  type SerialisedLevelOptions,
  serialisedLevel,
} from "./levels/serialised-level.ts";
export type { NamespaceOptions } from "./namespace.ts";
export { type PortLevel, portLevel } from "./shared/port-level.ts";
export { type SharedLevel, sharedLevel } from "./shared/shared-level.ts";
export type { CachePort } from "./shared/sharing.ts";
export type { LevelLimits, Slot } from "./sieve.ts";
export type { CacheStatistics, Latency, LevelStatistics, LoadStatistics } from "./statistics.ts";
export type { PackFile, PackFileInfo, PackFiles } from "./pack/files.ts";
export { type PackLevel, type PackLevelOptions, packLevel } from "./pack/level.ts";
export type { ForeignChange, PairStore, StoreChange, StoredPair } from "./levels/pair-store.ts";
export { type StoreLevel, type StoreLevelOptions, storeLevel } from "./levels/store-level.ts";
