/** The globals of a worker. TypeScript's library `dom` declares only those of a page. */
interface WorkerScope {
  postMessage(message: unknown, gives?: ArrayBuffer[]): void;
  addEventListener<Data>(
    type: "message",
    listener: (event: MessageEvent<Data>) => void,
    options?: { readonly once?: boolean },
  ): void;
}

export const workerScope: WorkerScope = globalThis as unknown as WorkerScope;
