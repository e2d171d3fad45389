// Counts what all instances of a host hold together. Where memory can be shared, the counts are
// visible to all threads: an instance that grows looks at them first, wherever it runs.
import type { Verdict } from "./link/interrupt.ts";

/** Words of the account: KiB that are held, and the most that may be held. */
const USED = 0;
const MOST = 1;

const KIB = 1024;
/** How many shares are allocated together. */
const TOGETHER = 1024;

/**
 * How far guests that can't be suspended may exceed the limit, while the host ends other instances.
 */
const BEYOND = 1.25;

/** Where one instance is counted. Can be posted to another thread where memory is shared. */
export interface ShareWords {
  /** The words of the whole account, in KiB. */
  readonly account: Int32Array;
  /** The words of the shares, in KiB. */
  readonly shares: Int32Array;
  /** Which of the shares is the instance's. */
  readonly index: number;
}

/** The host's side. */
export class MemoryAccount {
  /** Whether other threads see the counts. */
  readonly isShared: boolean = typeof SharedArrayBuffer !== "undefined";
  readonly #words: Int32Array;
  readonly #free: Omit<ShareWords, "account">[] = [];
  /** The most bytes that may be held. */
  readonly limit: number;
  #leaving = 0;
  /** Called to free what ended instances still hold. */
  readonly #reclaimers: Set<() => void> = new Set();

  constructor(limitBytes: number) {
    this.limit = limitBytes;
    this.#words = this.#newWords(2);
    this.#words[MOST] = kib(limitBytes);
  }

  /** Bytes that are held, including those of instances that are being ended. */
  get bytes(): number {
    return Atomics.load(this.#words, USED) * KIB;
  }

  /**
   * Whether `more` bytes would exceed the limit, once the instances that are being ended have
   * ended.
   */
  lacks(more: number): boolean {
    return this.bytes - this.#leaving + more > this.limit;
  }

  /** Whether the limit is exceeded until the instances that are being ended have ended. */
  get isShort(): boolean {
    return this.bytes > this.limit;
  }

  /** `reclaim` frees what ended instances still hold. Disposing of the result removes it again. */
  onReclaim(reclaim: () => void): Disposable {
    this.#reclaimers.add(reclaim);
    return { [Symbol.dispose]: () => void this.#reclaimers.delete(reclaim) };
  }

  /** Frees what ended instances still hold, because room is needed. */
  reclaim(): void {
    for (const reclaim of this.#reclaimers) reclaim();
  }

  /**
   * Counts something that the host keeps for its instances. Call the result with the bytes that it
   * has now.
   */
  keep(): (bytes: number) => void {
    let held = 0;
    return (bytes) => {
      Atomics.add(this.#words, USED, kib(bytes) - held);
      held = kib(bytes);
    };
  }

  /**
   * Opens the share of an instance that is about to be made. `wants` is called where the instance
   * needs more than there is room for. `counts`: whether the instance's thread counts there itself,
   * and does not tell the host.
   */
  open(wants: (bytes: number) => void, counts: boolean = this.isShared): MemoryShare {
    if (this.#free.length === 0) {
      const shares = this.#newWords(TOGETHER);
      for (let index = 0; index < TOGETHER; index++) this.#free.push({ shares, index });
    }
    const place = this.#free.pop()!;
    return new MemoryShare({ account: this.#words, ...place }, this, {
      counts,
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
  readonly counts: boolean;
  wants(bytes: number): void;
  leaves(bytes: number): void;
  left(): void;
}

/** The host's side of what one instance holds. */
export class MemoryShare {
  /** Where it is counted, for the instance's own thread. */
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

  /** Whether the instance's thread counts here itself. */
  get isShared(): boolean {
    return this.#uses.counts;
  }

  /** Whether other instances wait for its memory. */
  get isWanted(): boolean {
    return this.#account.isShort;
  }

  /** The bytes that are counted now. */
  get bytes(): number {
    return this.#released ? 0 : Atomics.load(this.words.shares, this.words.index) * KIB;
  }

  /** The instance holds `bytes`; for a thread that can't count here itself. */
  told(bytes: number): void {
    if (this.isShared || this.#released) return;
    add(this.words, kib(bytes) - this.bytes / KIB);
    if (this.#account.lacks(0)) this.wants(0);
  }

  /** The instance needs `bytes` more, and there is no room. */
  wants(bytes: number): void {
    if (this.#leaving === undefined) this.#uses.wants(bytes);
  }

  /** The instance is being ended. */
  leave(): void {
    if (this.#leaving !== undefined) return;
    this.#leaving = this.bytes;
    this.#uses.leaves(this.#leaving);
  }

  /** The instance has ended, and everything of it is freed. Idempotent. */
  release(): void {
    if (this.#released) return;
    this.leave();
    add(this.words, -this.bytes / KIB);
    this.#released = true;
    this.#uses.leaves(-this.#leaving!);
    this.#uses.left();
  }
}

/** Counts what one instance holds, on the thread where it runs. */
export class ShareCounter {
  readonly #words: ShareWords;
  readonly #wants: (bytes: number) => void;
  #bytes = 0;
  /** How often it has asked in vain. */
  #tries = 0;

  /** `wants` tells the host how much more is needed than there is room for. */
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
      // Ask again from time to time: another instance may have taken the room that the host has
      // made.
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
