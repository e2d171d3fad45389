import { TenonError } from "../../errors.ts";
import { ResourceValue } from "../values/resource-value.ts";

/** The host's resources that a program holds, by the numbers that it knows them by. */
export class Handles {
  readonly #held: Map<number, Held> = new Map();
  readonly #most: number;
  #last = 0;

  /** `most`: how many may be held at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Hands a resource to the program. Throws `component-limit` where it holds too many. */
  give(kind: number, resource: object): ResourceValue {
    if (this.#held.size >= this.#most) {
      const message = `the program holds ${this.#most} resources, which is the most that it may`;
      throw new TenonError("component-limit", message, { data: { limit: "handles" } });
    }
    this.#held.set(++this.#last, { kind, resource });
    return new ResourceValue(kind, this.#last);
  }

  /** The resource of a handle. Undefined where the program does not hold it, or it is of another kind. */
  find({ class: kind, handle }: ResourceValue): object | undefined {
    const held = this.#held.get(handle);
    return held?.kind === kind ? held.resource : undefined;
  }

  /** The program does not hold it any more, and who took it does. */
  release({ handle }: ResourceValue): void {
    this.#held.delete(handle);
  }

  /** The program has dropped it. One that it does not hold is nothing to it. */
  drop(value: ResourceValue): void {
    const resource = this.find(value);
    if (resource === undefined) return;
    this.#held.delete(value.handle);
    (resource as Partial<Disposable>)[Symbol.dispose]?.();
  }

  /** The number of the newest handle, and of those that are held. */
  get mark(): HandleMark {
    return { last: this.#last, held: new Set(this.#held.keys()) };
  }

  /** Drops what was given since. Returns false where something of before is not held any more. */
  backTo({ last, held }: HandleMark): boolean {
    for (const [handle, { kind }] of this.#held) {
      if (handle > last) this.drop(new ResourceValue(kind, handle));
    }
    return held.size === this.#held.size;
  }

  /** The program has ended: drops all that it held. What one of them throws is thrown at the end. */
  end(): void {
    const faults: unknown[] = [];
    for (const [handle, { kind }] of this.#held) {
      try {
        this.drop(new ResourceValue(kind, handle));
      } catch (error) {
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

interface Held {
  readonly kind: number;
  readonly resource: object;
}

export interface HandleMark {
  readonly last: number;
  readonly held: ReadonlySet<number>;
}
