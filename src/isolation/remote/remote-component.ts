// A component that was compiled on a thread of guests.
import {
  componentReleased,
  type EngineComponent,
  type EngineImports,
  type EngineInstanceOptions,
} from "../../component/engine.ts";
import type { Before, ThreadComponent, World } from "../../component/compiled/thread.ts";
import { wireWorld, type WireWorld } from "../../component/wire/index.ts";
import type { RemoteInstance } from "./remote-instance.ts";
import type { RemoteThread } from "./remote-engine.ts";

export class RemoteComponent implements EngineComponent {
  readonly #thread: RemoteThread;
  readonly #number: number;
  readonly #wire: WireWorld;
  readonly #suspend: ReadonlySet<string>;
  readonly #world: World;
  /** See ThreadComponent. */
  readonly fromStore: boolean;
  #released = false;

  constructor(
    thread: RemoteThread,
    number: number,
    made: Pick<ThreadComponent, "world" | "fromStore">,
    suspend: readonly string[],
  ) {
    const { world, fromStore } = made;
    this.fromStore = fromStore;
    this.#world = world;
    this.#thread = thread;
    this.#number = number;
    this.#wire = wireWorld(world);
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<RemoteInstance> {
    if (this.#released) throw componentReleased();
    return this.#thread.instantiate(this.#number, this.#wire, this.#suspend, imports, options);
  }

  /** How many of its instances live on the thread. */
  get instances(): number {
    return this.#thread.instancesOf(this.#number);
  }

  /** The form for another thread. Rejects where this thread has ended. */
  async handOver(): Promise<NonNullable<Before["taken"]>> {
    return { world: this.#world, portable: await this.#thread.handOver(this.#number) };
  }

  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    this.#thread.release(this.#number);
  }
}
