/** The globals of a worker that the libraries' `dom` has not: there they are a page's. */
interface WorkerScope {
  postMessage(message: unknown, gives?: ArrayBuffer[]): void;
  addEventListener<Data>(
    type: "message",
    listener: (event: MessageEvent<Data>) => void,
    options?: { readonly once?: boolean },
  ): void;
}

export const workerScope: WorkerScope = globalThis as unknown as WorkerScope;
