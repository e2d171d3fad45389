import { expect, it } from "vitest";
import { rememberedPolicy, staticPolicy } from "../../../src/index.ts";
import { indexedDbGrants } from "../../../src/platform/browser/index.ts";
import { grantStoreConformance } from "../../conformance/grant-store.ts";

let places = 0;

grantStoreConformance("IndexedDB", () => {
  const name = `tenon-grants-${Date.now()}-${places++}`;
  return { open: () => indexedDbGrants(name) };
});

it("two pages that decide at the same time keep what each of them decided", async () => {
  const name = `tenon-grants-${Date.now()}-pages`;
  const channel = new BroadcastChannel(name);
  const each = 40;
  const heard: string[] = [];
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  channel.onmessage = ({ data }: MessageEvent<string>) => {
    heard.push(data);
    if (heard.filter((one) => one === "ready").length === 2 && heard.length === 2) {
      channel.postMessage("go");
    }
    if (heard.length === 4) end();
  };
  const pages = [0, 1].map((at) =>
    open(`grants-writer.html#${encodeURIComponent(`${name} ${at * each} ${(at + 1) * each}`)}`),
  );
  try {
    await ended;
  } finally {
    for (const page of pages) page?.close();
    channel.close();
  }
  const kept = rememberedPolicy(indexedDbGrants(name), staticPolicy({}), Date);
  const plugins = (await kept.list()).map(({ plugin }) => plugin);
  expect(plugins.length).toBe(2 * each);
  expect(new Set(plugins).size).toBe(2 * each);
});
