import { afterAll } from "vitest";
import { RemoteThread } from "../../src/isolation/remote/remote-engine.ts";
import { startThread } from "../../src/platform/node/guest-thread/node-thread.ts";
import { engineConformance } from "./engine.ts";

const threads: RemoteThread[] = [];

afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
});

engineConformance("a guest's thread", () => {
  const { port, memory } = startThread();
  const thread = new RemoteThread(port, memory);
  threads.push(thread);
  return thread;
});
