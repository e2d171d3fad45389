/** Stands, on the guest's thread, for a resource of the host's. */
export class HostResource {
  readonly #number: number;
  readonly #dropped: (number: number) => void;

  constructor(number: number, dropped: (number: number) => void) {
    this.#number = number;
    this.#dropped = dropped;
  }

  /** The number of one; undefined of anything else. */
  static number(value: unknown): number | undefined {
    return typeof value === "object" && value !== null && #number in value
      ? value.#number
      : undefined;
  }

  /** The guest has dropped its handle. */
  [Symbol.dispose](): void {
    this.#dropped(this.#number);
  }
}

/** A class of its own for each resource type. */
export type HostResourceClass = typeof HostResource;
