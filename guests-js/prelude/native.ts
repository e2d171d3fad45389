/** Functions of the runtime's own. The build hands them over as `native`, which nothing else can name. */
export interface Native {
  /** Calls a host function: returns what it returns, throws what it throws. */
  call(target: number, args: readonly unknown[]): unknown;
  /** Begins a call of a host function. */
  start(target: number, args: readonly unknown[]): Promise<unknown>;
  /** The number of the call that was begun last. */
  lastCall(): number;
  /** The answer of a call is not wanted any more: its promise stays as it is. */
  abandon(call: number): void;
  /** Registers the class whose instances the resources of this number are. */
  resourceClass(number: number, type: abstract new (...args: never[]) => object): void;
  /** Tells the host that a resource is not used any more. */
  drop(resource: object): void;
  /** A resource's handle has gone to the host; answers whether it had one. */
  forget(resource: object): boolean;
  /** Whether it is a resource of this class that still has its handle. */
  isResource(value: unknown, number: number): boolean;
  /** Tells the host of an error that nobody is there to handle. */
  report(error: unknown): void;
}

declare global {
  const native: Native;
}

/** The host functions that every realm has, by number. */
export const TARGETS = {
  console: 0,
  random: 1,
  sleep: 2,
  drop: 3,
  now: 4,
  fetch: 5,
  readBody: 6,
  closeBody: 7,
} as const;
