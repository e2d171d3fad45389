import { equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, defineInterface, grantAll, type Host } from "../../../src/index.ts";
import { nodePlatform } from "../../../src/platform/node/index.ts";
import { sha256 } from "../../../src/platform/node/system.ts";
import type { Manifest } from "../../../src/plugin/manifest/manifest.ts";
import { readIndex, StoredPackages } from "../../../src/plugin/package/package-index.ts";
import { Registry } from "../../../src/plugin/installed/registry.ts";
import { scriptedGuest } from "../../host/scripted-guest.ts";
import { manifestOf } from "../../plugins/sample-plugins.ts";
import { absoluteRow } from "../component/measure.ts";
import type { BenchOptions, BenchRow } from "../row.ts";

const COUNT = 10_000;
// Installed one by one, each under a name of its own.
const ALONE = 200;

/**
 * 10,000 plugins in a folder, with the manifest of word-count but for their names, none of them started:
 * a host that has seen the folder before, beside one that installs each, and beside reading all
 * manifests as one piece of JSON, which is what an application does that keeps them in a cache.
 */
export async function rows(_options: BenchOptions): Promise<readonly BenchRow[]> {
  const place = mkdtempSync(join(tmpdir(), "tenon-registered-"));
  try {
    return await measured(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function measured(place: string): Promise<readonly BenchRow[]> {
  const folder = join(place, "plugins");
  const state = join(place, "state");
  const texts = await fill(folder);
  const first = await timed(async () => {
    await using host = open(state);
    const { plugins, read } = await host.installAll(folder);
    equal(plugins, COUNT);
    equal(read, COUNT);
  });
  const alone = await timed(async () => {
    await using host = open(join(place, "alone"));
    for (let n = 0; n < ALONE; n++) {
      await host.install(join(folder, `p${n}.wasm`));
    }
  });

  const all = `[${texts.join(",")}]`;
  const starts: Took[] = [];
  const parses: Took[] = [];
  for (let round = 0; round < 11; round++) {
    let host: Host | undefined;
    const start = await timed(async () => {
      host = open(state);
      const { plugins, read } = await host.installAll(folder);
      equal(plugins, COUNT);
      equal(read, 0);
    });
    starts.push(start);
    equal(await host!.execute(`p${round}.count`), `bench/p${round}`);
    await host![Symbol.asyncDispose]();
    parses.push(await timed(async () => void JSON.parse(all)));
  }
  const registered = await heldBy(async () => {
    const host = open(state);
    await host.installAll(folder);
    return host;
  });
  await registered.made[Symbol.asyncDispose]();
  const parsed = await heldBy(async () => JSON.parse(all) as unknown);
  const found = await lookedUp(state);
  const start = least(starts, "busy");
  const parse = least(parses, "busy");
  return [
    absoluteRow(
      "host start with 10,000 plugins in the index",
      "ms",
      start,
      {
        "by the clock": least(starts, "passed"),
        "JSON.parse of all manifests": parse,
        "the first time": first.busy,
      },
      100,
    ),
    absoluteRow(
      "the same, each plugin",
      "µs",
      (start * 1e3) / COUNT,
      {
        "installed by itself": (alone.busy * 1e3) / ALONE,
        "JSON.parse of its manifest": (parse * 1e3) / COUNT,
      },
      20,
    ),
    absoluteRow(
      "memory of each, none started",
      "B",
      registered.bytes / COUNT,
      {
        "its manifest, parsed": parsed.bytes / COUNT,
        "its manifest's text": all.length / COUNT,
      },
      2048,
    ),
    absoluteRow("event to plugin, one of 10,000", "ns", found.again, {}, 1_000),
    absoluteRow("the same for the first time: its manifest is read", "ns", found.first, {}),
  ];
}

// Answers the manifests.
async function fill(folder: string): Promise<readonly string[]> {
  mkdirSync(folder);
  const component = await scriptedGuest("commands", "events");
  const sample = JSON.parse(await manifestOf("word-count")) as Record<string, unknown>;
  return Array.from({ length: COUNT }, (_, n) => {
    const text = JSON.stringify({
      ...sample,
      name: `bench/p${n}`,
      activation: [`event:p${n}.saved`, `language:p${n}`],
      commands: [{ ...(sample["commands"] as object[])[0], id: `p${n}.count`, input: {} }],
    });
    writeFileSync(join(folder, `p${n}.wasm`), withSection(component, "tenon:manifest", text));
    return text;
  });
}

// The component with one more custom section.
function withSection(component: Uint8Array, name: string, text: string): Uint8Array {
  const content = Buffer.concat([sized(Buffer.from(name)), Buffer.from(text)]);
  return Buffer.concat([component, Buffer.of(0), sized(content)]);
}

// With its length in front, as LEB128.
function sized(bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.of(...length, rest), bytes]);
}

function open(state: string): Host {
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: ({ caller }) => ({ step: () => JSON.stringify(caller.plugin) }),
  });
  return createHost({
    platform: nodePlatform({ state }),
    policy: grantAll(["text", "ui"], "any"),
    interfaces: [script],
    isolation: () => "caller",
  });
}

interface Took {
  // Milliseconds of this thread's processor time, which other work on the machine adds little to: nothing
  // here waits for anything else.
  readonly busy: number;
  // By the clock.
  readonly passed: number;
}

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [start, before] = [performance.now(), process.threadCpuUsage()];
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return { busy: (user + system) / 1e3, passed: performance.now() - start };
}

function least(runs: readonly Took[], of: keyof Took): number {
  return Math.min(...runs.map((run) => run[of]));
}

// Bytes of the heap and outside of it that are there for what is made, and for nothing else.
async function heldBy<Made>(make: () => Promise<Made>): Promise<{ made: Made; bytes: number }> {
  const before = await settledMemory();
  const made = await make();
  return { made, bytes: (await settledMemory()) - before };
}

async function settledMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// Nanoseconds from an event's name to the one plugin of the index that listens to it.
async function lookedUp(state: string): Promise<{ first: number; again: number }> {
  const kept = join(state, "index");
  const [file] = readdirSync(kept);
  const bytes = readFileSync(join(kept, file!));
  const index = await readIndex(bytes, offersIn(bytes), sha256);
  if (index.tag !== "used") throw new Error(`the index is ${index.tag}`);
  const { packages } = index;
  const stored = new StoredPackages(packages);
  const registry = new Registry<{ readonly manifest: Manifest }>();
  packages.forEach((one, slot) => registry.shelve(one, { make: (at) => stored.read(at) }, slot));
  const names = packages.map(({ events }) => events[0]!);
  const pass = (): number => {
    let found = 0;
    const start = performance.now();
    for (const name of names) found += registry.byEvent(name).length;
    const ms = performance.now() - start;
    equal(found, COUNT);
    return (ms * 1e6) / COUNT;
  };
  const first = pass();
  return { first, again: Math.min(...Array.from({ length: 20 }, pass)) };
}

// What the host of an index offered, by the index itself.
function offersIn(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 100_000));
  const [quoted] = /(?<="offers":)"(?:[^"\\]|\\.)*"/u.exec(text) ?? [];
  return JSON.parse(quoted!) as string;
}
