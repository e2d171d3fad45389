/// A component that was compiled on a thread of guests.
import type {
  EngineComponent,
  EngineImports,
  EngineInstanceOptions,
} from "../../component/engine.ts";
import type { Border } from "../../component/portable.ts";
import type { Before, ThreadComponent } from "../../component/thread-component.ts";
import { TenonError } from "../../errors.ts";
import { surfaceOf, type WireSurface } from "../wire/surface.ts";
import type { RemoteInstance } from "./remote-instance.ts";
import type { RemoteThread } from "./remote-engine.ts";

export class RemoteComponent implements EngineComponent {
  readonly #thread: RemoteThread;
  readonly #number: number;
  readonly #surface: { readonly imports: WireSurface; readonly exports: WireSurface };
  readonly #suspend: ReadonlySet<string>;
  readonly #border: Border;
  /** See ThreadComponent. */
  readonly fromStore: boolean;
  #released = false;

  constructor(
    thread: RemoteThread,
    number: number,
    made: Pick<ThreadComponent, "border" | "fromStore">,
    suspend: readonly string[],
  ) {
    const { border, fromStore } = made;
    const { imports, exports } = border;
    this.fromStore = fromStore;
    this.#border = border;
    this.#thread = thread;
    this.#number = number;
    this.#surface = { imports: surfaceOf(imports), exports: surfaceOf(exports) };
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<RemoteInstance> {
    if (this.#released) {
      throw new TenonError("component-closed", "the component was released: compile it again");
    }
    return this.#thread.instantiate(this.#number, this.#surface, this.#suspend, imports, options);
  }

  /** How many of its instances live there. */
  get instances(): number {
    return this.#thread.instancesOf(this.#number);
  }

  /** For another thread. Rejects where this one has ended. */
  async handOver(): Promise<NonNullable<Before["taken"]>> {
    return { border: this.#border, portable: await this.#thread.handOver(this.#number) };
  }

  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    this.#thread.release(this.#number);
  }
}
