// The component benchmarks' guest on a thread, as a host has it there.
import type { EngineInstance } from "../../../src/component/engine.ts";
import { RemoteThread } from "../../../src/isolation/remote/remote-engine.ts";
import { startThread } from "../../../src/platform/node/guest-thread/node-thread.ts";
import { guest, HOST } from "../component/guest.ts";

export interface ThreadApi {
  add(a: number, b: number): Promise<number>;
  askHost(times: number): Promise<number>;
  echoBytes(bytes: Uint8Array): Promise<Uint8Array>;
  echoString(text: string): Promise<string>;
}

export interface GuestOnThread extends AsyncDisposable {
  readonly api: ThreadApi;
  readonly instance: EngineInstance;
}

export async function guestOnThread(suspend: readonly string[] = []): Promise<GuestOnThread> {
  const { port, memory } = startThread();
  const thread = new RemoteThread(port, memory);
  const { component } = await guest();
  const compiled = await thread.compile(component, { suspend });
  const instance = await compiled.instantiate({ "bench:guest/host": HOST });
  return {
    api: instance.exports["bench:guest/api"] as ThreadApi,
    instance,
    [Symbol.asyncDispose]: () => thread.terminate(),
  };
}
