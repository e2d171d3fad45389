// What the instances of a host hold together, in words that all its threads see where memory can be
// shared: whoever grows looks there first, wherever it runs.
import type { Verdict } from "./link/interrupt.ts";

/** Words of the account: KiB that are held, and KiB that may be. */
const USED = 0;
const MOST = 1;

const KIB = 1024;
/** Words of shares that lie together. */
const TOGETHER = 1024;

/**
 * What guests that can't be set aside may grow to beyond what all may hold: the host is ending others
 * meanwhile.
 */
const BEYOND = 1.25;

/** Where one instance is counted. Can be posted where memory is shared. */
export interface ShareWords {
  readonly account: Int32Array;
  readonly shares: Int32Array;
  readonly index: number;
}

/** The host's end. */
export class MemoryAccount {
  /** Whether other threads see what is held. */
  readonly isShared: boolean = typeof SharedArrayBuffer !== "undefined";
  readonly #words: Int32Array;
  readonly #free: Omit<ShareWords, "account">[] = [];
  /** Bytes that may be held. */
  readonly limit: number;
  #leaving = 0;
  /** Have what ended instances left given back. */
  readonly #reclaimers: Set<() => void> = new Set();

  constructor(limitBytes: number) {
    this.limit = limitBytes;
    this.#words = this.#newWords(2);
    this.#words[MOST] = kib(limitBytes);
  }

  /** Bytes that are held, by instances that are being ended, too. */
  get bytes(): number {
    return Atomics.load(this.#words, USED) * KIB;
  }

  /** Whether so much more is more than may be held, once those have ended that are being ended. */
  lacks(more: number): boolean {
    return this.bytes - this.#leaving + more > this.limit;
  }

  /** Whether there is no room but for what is being ended. */
  get isShort(): boolean {
    return this.bytes > this.limit;
  }

  /** `reclaim` gives back what ended instances left that count still. Disposing of the answer ends that. */
  onReclaim(reclaim: () => void): Disposable {
    this.#reclaimers.add(reclaim);
    return { [Symbol.dispose]: () => void this.#reclaimers.delete(reclaim) };
  }

  /** Somebody waits for what ended instances left. */
  reclaim(): void {
    for (const reclaim of this.#reclaimers) reclaim();
  }

  /** Something that the host keeps on their behalf. To be called with how many bytes it has now. */
  keep(): (bytes: number) => void {
    let held = 0;
    return (bytes) => {
      Atomics.add(this.#words, USED, kib(bytes) - held);
      held = kib(bytes);
    };
  }

  /** For an instance that is about to be made. `wants`: it would grow by so much, and there is no room. */
  open(wants: (bytes: number) => void): MemoryShare {
    if (this.#free.length === 0) {
      const shares = this.#newWords(TOGETHER);
      for (let index = 0; index < TOGETHER; index++) this.#free.push({ shares, index });
    }
    const place = this.#free.pop()!;
    return new MemoryShare({ account: this.#words, ...place }, this, {
      wants,
      leaves: (bytes) => (this.#leaving += bytes),
      left: () => this.#free.push(place),
    });
  }

  #newWords(count: number): Int32Array {
    const Buffer = this.isShared ? SharedArrayBuffer : ArrayBuffer;
    return new Int32Array(new Buffer(count * 4));
  }
}

interface ShareUses {
  wants(bytes: number): void;
  leaves(bytes: number): void;
  left(): void;
}

/** The host's end of what one instance holds. */
export class MemoryShare {
  readonly words: ShareWords;
  readonly #account: MemoryAccount;
  readonly #uses: ShareUses;
  #leaving: number | undefined;
  #released = false;

  constructor(words: ShareWords, account: MemoryAccount, uses: ShareUses) {
    this.words = words;
    this.#account = account;
    this.#uses = uses;
  }

  /** Whether its thread counts it here. */
  get isShared(): boolean {
    return this.#account.isShared;
  }

  /** Whether others wait for what it holds. */
  get isWanted(): boolean {
    return this.#account.isShort;
  }

  get bytes(): number {
    return this.#released ? 0 : Atomics.load(this.words.shares, this.words.index) * KIB;
  }

  /** It holds so much, where its thread can't count it here. */
  told(bytes: number): void {
    if (this.isShared || this.#released) return;
    add(this.words, kib(bytes) - this.bytes / KIB);
    if (this.#account.lacks(0)) this.wants(0);
  }

  /** It would grow by so much, and there is no room. */
  wants(bytes: number): void {
    if (this.#leaving === undefined) this.#uses.wants(bytes);
  }

  /** It is being ended. */
  leave(): void {
    if (this.#leaving !== undefined) return;
    this.#leaving = this.bytes;
    this.#uses.leaves(this.#leaving);
  }

  /** It has ended, and nothing of it is left. Idempotent. */
  release(): void {
    if (this.#released) return;
    this.leave();
    add(this.words, -this.bytes / KIB);
    this.#released = true;
    this.#uses.leaves(-this.#leaving!);
    this.#uses.left();
  }
}

/** Counts what one instance holds, where it runs. */
export class ShareCounter {
  readonly #words: ShareWords;
  readonly #wants: (bytes: number) => void;
  #bytes = 0;
  /** How often it asked in vain. */
  #tries = 0;

  /** `wants`: tells the host that there is no room to grow by so much. */
  constructor(words: ShareWords, wants: (bytes: number) => void) {
    this.#words = words;
    this.#wants = wants;
  }

  /** See Interrupt.room. */
  room(more: number, pausable: boolean): Verdict {
    const { account } = this.#words;
    const step = kib(this.#bytes + more) - kib(this.#bytes);
    const held = Atomics.load(account, USED) + step;
    const most = Atomics.load(account, MOST);
    if (held > most && more > 0) {
      this.#tries++;
      // Another may have taken what the host has made room for.
      if ((this.#tries & (this.#tries - 1)) === 0) this.#wants(more);
      if (pausable) return "pause";
      if (held > most * BEYOND) return "stop";
    }
    this.#tries = 0;
    this.#bytes += more;
    add(this.#words, step);
    return "go-on";
  }
}

function add({ account, shares, index }: ShareWords, step: number): void {
  Atomics.add(shares, index, step);
  Atomics.add(account, USED, step);
}

function kib(bytes: number): number {
  return Math.ceil(Math.min(bytes, 2 ** 40) / KIB);
}
