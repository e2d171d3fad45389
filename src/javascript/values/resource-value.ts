/** A resource as it crosses: the number of its class, and its handle. Whose it is, its owner knows. */
export class ResourceValue {
  readonly class: number;
  readonly handle: number;

  constructor(number: number, handle: number) {
    this.class = number;
    this.handle = handle;
  }
}
