// What plugins keep of the application's documents, granted nothing but what commands hand them.
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createHost,
  grantAll,
  type Host,
  type HostEvent,
  type HostOptions,
  type Isolation,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { manifestText } from "../manifest-text.ts";
import { textKeeper } from "./text-keeper.ts";

const MIB = 1 << 20;
// A text keeps two bytes a character, as far as the host counts.
const TEXT = MIB;
const KEPT = 2 * TEXT;

interface Made {
  readonly host: Host;
  // Has the keeper run with an input and the document, which is then replaced as a whole.
  keep(snapshots: number, text?: number): Promise<unknown>;
  // Has it drop everything.
  drop(): Promise<unknown>;
  bytes(): number;
  bystanderAnswers(): Promise<boolean>;
}

async function made(level: Isolation, limits: HostOptions["limits"] = {}): Promise<Made> {
  const host = createHost({
    platform: nodePlatform(),
    policy: grantAll([], "any"),
    isolation: () => level,
    limits,
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  for (const name of ["keeper", "bystander"]) {
    const commands = [{ id: `${name}.run`, title: "Run" }];
    await host.install(await textKeeper(), {
      manifest: manifestText(`test/${name}`, { commands }),
    });
  }
  const small = host.documents.open("file:///small.txt", "a needle");
  const document = host.documents.open("file:///large.txt", "0".repeat(TEXT));
  let version = 0;
  return {
    host,
    keep: async (snapshots, text = TEXT) => {
      const answer = await host.execute("keeper.run", snapshots, { document });
      version++;
      const insert = String(version % 10).repeat(text);
      document.edit([{ start: 0, end: document.text.length, insert }]);
      return answer;
    },
    drop: () => host.execute("keeper.run", null),
    bytes: () => host.usage("test/keeper").memoryBytes,
    bystanderAnswers: async () =>
      (await host.execute("bystander.run", "needle", { document: small })) === true &&
      host.plugin("test/bystander").crashes === 0,
  };
}

describe.each(["caller", "thread"] as const)("a plugin that is handed documents (%s)", (level) => {
  test("has what only it keeps of them in its usage, until it drops it", async () => {
    const { host, keep, drop, bytes, bystanderAnswers } = await made(level);
    await drop();
    const before = bytes();
    const all = host.usage().memoryBytes;
    for (let n = 1; n <= 5; n++) {
      await keep(2);
      expect(bytes() - before).toBe(n * KEPT);
    }
    expect(host.usage().memoryBytes - all).toBeGreaterThanOrEqual(5 * KEPT);
    await drop();
    expect(bytes()).toBe(before);
    expect(host.usage().memoryBytes - all).toBeLessThan(KEPT);
    await keep(9);
    await host.disable("test/keeper");
    expect(host.usage().memoryBytes).toBeLessThan(all + KEPT);
    expect(await bystanderAnswers()).toBe(true);
  });

  test("keeps nothing where it keeps a document alone, which goes on to change", async () => {
    const { keep, drop, bytes } = await made(level);
    await drop();
    const before = bytes();
    for (let n = 0; n < 5; n++) await keep(0);
    expect(bytes()).toBe(before);
  });

  test("has a closed document counted, which nobody else may have any more", async () => {
    const { host, drop, bytes } = await made(level);
    await drop();
    const before = bytes();
    for (let n = 1; n <= 5; n++) {
      const document = host.documents.open(`file:///${n}.txt`, "x".repeat(TEXT));
      await host.execute("keeper.run", 0, { document });
      host.documents.close(document.uri);
      expect(bytes() - before).toBe(n * KEPT);
    }
    await drop();
    expect(bytes()).toBe(before);
  });

  test("is ended where it keeps too much, over however many calls", async () => {
    const { host, keep, bystanderAnswers } = await made(level);
    const large = 24 * MIB;
    await keep(0, large);
    for (let n = 0; n < 3; n++) await keep(1, large);
    const error = await failure("plugin-crashed", () => keep(1, large));
    expect(error.data).toMatchObject({ fault: "limit" });
    expect(error.cause).toMatchObject({ code: "plugin-limit" });
    expect(host.usage("test/keeper").memoryBytes).toBe(0);
    expect(await bystanderAnswers()).toBe(true);
    expect(await keep(1)).toBe(true);
  });

  test("is ended where all plugins together hold too much, by what it keeps", async () => {
    const { host, keep, bystanderAnswers } = await made(level, { totalMemoryBytes: 32 * MIB });
    expect(await bystanderAnswers()).toBe(true);
    const passed: HostEvent[] = [];
    host.on((event) => void (event.tag === "limit" && passed.push(event)));
    for (let kept = 0; kept < 40; kept++) {
      await keep(1);
      expect(host.usage().memoryBytes).toBeLessThanOrEqual(32 * MIB + 2 * KEPT);
    }
    expect(passed.length).toBeGreaterThan(0);
    expect(passed[0]).toMatchObject({ plugin: "test/keeper", limit: "totalMemory", then: "stop" });
    const { crashes } = host.plugin("test/keeper");
    expect(crashes).toBeGreaterThan(0);
    expect(crashes).toBeLessThan(5);
    expect(await bystanderAnswers()).toBe(true);
  });
});
