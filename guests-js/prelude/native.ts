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
  /** The name of the class that QuickJS made an object of, whatever the object says. */
  classOf(value: object): string;
  /** UTF-8; lone surrogates become U+FFFD. */
  utf8Encode(text: string): Uint8Array;
  /** Writes what fits: how many units were read, and how many bytes were written. */
  utf8EncodeInto(text: string, into: Uint8Array): readonly number[];
  /** Throws a TypeError for what is malformed if it is fatal, else puts U+FFFD in its place. */
  decodeText(bytes: Uint8Array, encoding: string, isFatal: boolean): string;
  /** How many bytes at the end are the beginning of a character. */
  incompleteTail(bytes: Uint8Array, encoding: string): number;
  /** The parts of a URL; undefined if it is none. */
  urlParse(url: string, base: string | undefined): readonly string[] | undefined;
  /** The parts of a URL after one was set; undefined if it can't be set. */
  urlSet(href: string, part: string, value: string): readonly string[] | undefined;
  /** Names and values in turn, of `application/x-www-form-urlencoded`. */
  formParse(query: string): string[];
  formSerialize(pairs: readonly string[]): string;
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
