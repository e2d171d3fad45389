export {
  type BufferLease,
  type BufferPool,
  type BufferPoolOptions,
  type BufferPoolStatistics,
  createBufferPool,
} from "./buffers.ts";
export { type InstancePool, type InstancePoolOptions, createInstancePool } from "./instances.ts";
export {
  type Interner,
  type InternerOptions,
  type InternerStatistics,
  createInterner,
} from "./interner.ts";
export {
  type MemoryLease,
  type MemoryPool,
  type MemoryPoolOptions,
  type MemoryShape,
  createMemoryPool,
} from "./memories.ts";
export { type Lease, type Pool, type PoolOptions, createPool } from "./pool.ts";
export { type QueuedPool, type QueuedPoolOptions, createQueuedPool } from "./queued-pool.ts";
export type { PoolStatistics } from "./shelf.ts";
export { type GlobalCell, type InstanceState, Snapshot, type TouchedPages } from "./snapshot.ts";
export type { Timers, TrimOptions } from "./timers.ts";
