/** A host's resource on the guest's thread. */
export class HostResource {
  readonly #number: number;
  readonly #dropped: (number: number) => void;

  constructor(number: number, dropped: (number: number) => void) {
    this.#number = number;
    this.#dropped = dropped;
  }

  /** The number of a resource; undefined for any other value. */
  static number(value: unknown): number | undefined {
    return typeof value === "object" && value !== null && #number in value
      ? value.#number
      : undefined;
  }

  /** Called when the guest has dropped its handle. */
  [Symbol.dispose](): void {
    this.#dropped(this.#number);
  }
}

/** There is a class for each resource type. */
export type HostResourceClass = typeof HostResource;
