/// The Engine seam over a thread of guests: components are compiled and run there.
import type {
  Engine,
  EngineCompileOptions,
  EngineComponent,
  EngineImports,
  EngineInstance,
  EngineInstanceOptions,
} from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { AnswerWriter } from "../wire/answer-page.ts";
import { errorOf } from "../wire/error-data.ts";
import { Outbox, readFrames } from "../wire/frames.ts";
import type { GuestReply, GuestRequest, Surfaces } from "../wire/messages.ts";
import { surfaceOf, type WireSurface } from "../wire/surface.ts";
import { givenImports, RemoteInstance } from "./remote-instance.ts";
import type { ThreadEnd, ThreadMemory, ThreadPort } from "./thread-port.ts";

/// The host's end of one thread of guests.
export class RemoteThread implements Engine {
  readonly name = "thread";
  readonly #port: ThreadPort;
  readonly #answers: AnswerWriter | undefined;
  readonly outbox: Outbox;
  readonly #waiting: Map<number, PromiseWithResolvers<Surfaces | undefined>> = new Map();
  readonly #instances: Map<number, RemoteInstance> = new Map();
  #next = 1;
  #end: TenonError | undefined;

  constructor(port: ThreadPort, { answers }: ThreadMemory) {
    this.#port = port;
    this.#answers = answers && new AnswerWriter(answers);
    this.outbox = new Outbox((frames) => port.post(frames));
    port.listen({
      message: (message) => this.#receive(message),
      ended: (end) => this.#ended(end),
    });
  }

  /// How many instances live there.
  get instances(): number {
    return this.#instances.size;
  }

  async compile(
    bytes: Uint8Array,
    { suspend = [] }: EngineCompileOptions = {},
  ): Promise<EngineComponent> {
    const component = this.#next++;
    const surfaces = await this.#ask({ tag: "compile", component, bytes, suspend });
    return new RemoteComponent(this, component, surfaces!, suspend);
  }

  async instantiate(
    component: number,
    surface: { readonly imports: WireSurface; readonly exports: WireSurface },
    suspend: ReadonlySet<string>,
    imports: EngineImports,
    { maxMemoryBytes, startMs = Infinity }: EngineInstanceOptions & { readonly startMs?: number },
  ): Promise<EngineInstance> {
    const number = this.#next++;
    const given = givenImports(surface.imports, imports);
    const instance = new RemoteInstance(
      {
        number,
        ...surface,
        suspend,
        outbox: this.outbox,
        answerNow: (writer) => this.#answers!.answer(writer),
        ended: () => this.#instances.delete(number),
      },
      given,
    );
    this.#instances.set(number, instance);
    try {
      await this.#ask({
        tag: "instantiate",
        component,
        instance: number,
        functions: [...given.functions.keys()],
        resources: [...given.resources.keys()],
        maxMemoryBytes,
        startMs,
      });
    } catch (error) {
      instance.lost(error as TenonError);
      throw error;
    }
    return instance;
  }

  release(component: number): void {
    if (this.#end === undefined) {
      this.#ask({ tag: "release", component }).catch(() => {});
    }
  }

  async terminate(): Promise<void> {
    await this.#port.terminate();
    this.#ended(undefined);
  }

  #ask(request: WithoutId<GuestRequest>): Promise<Surfaces | undefined> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = this.#next++;
    const waiting = Promise.withResolvers<Surfaces | undefined>();
    this.#waiting.set(id, waiting);
    this.outbox.flush();
    this.#port.post({ ...request, id } as GuestRequest);
    return waiting.promise;
  }

  #receive(message: GuestReply | Uint8Array<ArrayBuffer>): void {
    if (message instanceof Uint8Array) {
      readFrames(message, (kind, number, reader) =>
        this.#instances.get(number)?.take(kind, reader),
      );
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.tag === "reply") waiting?.resolve(message.surface);
    else waiting?.reject(errorOf(message.error));
  }

  #ended(end: ThreadEnd | undefined): void {
    if (this.#end !== undefined) return;
    const why =
      end?.tag === "out-of-memory"
        ? "used up its memory"
        : (end?.message ?? "was ended before it answered");
    this.#end = new TenonError("isolate-failed", `The thread of the plugin ${why}.`);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
    for (const instance of [...this.#instances.values()]) instance.lost(this.#end);
  }
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

class RemoteComponent implements EngineComponent {
  readonly #thread: RemoteThread;
  readonly #number: number;
  readonly #surface: { readonly imports: WireSurface; readonly exports: WireSurface };
  readonly #suspend: ReadonlySet<string>;
  #released = false;

  constructor(
    thread: RemoteThread,
    number: number,
    { imports, exports }: Surfaces,
    suspend: readonly string[],
  ) {
    this.#thread = thread;
    this.#number = number;
    this.#surface = { imports: surfaceOf(imports), exports: surfaceOf(exports) };
    this.#suspend = new Set(suspend);
  }

  async instantiate(
    imports: EngineImports,
    options: EngineInstanceOptions = {},
  ): Promise<EngineInstance> {
    if (this.#released) {
      throw new TenonError("component-closed", "the component was released: compile it again");
    }
    return this.#thread.instantiate(this.#number, this.#surface, this.#suspend, imports, options);
  }

  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    this.#thread.release(this.#number);
  }
}
