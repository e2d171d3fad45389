// A disk that fills up while a host runs. The same with disks that only pretend to be full:
// test/host/full-disk.test.ts.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  askingPolicy,
  createHost,
  defineInterface,
  type Host,
  type HostEvent,
  jsonLinesAudit,
  rememberedPolicy,
} from "../../src/index.ts";
import {
  appendTo,
  grantFile,
  keyFolder,
  knownKeysFile,
  nodePlatform,
} from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";

const sample = new URL("../../plugins-rs/word-count/word-count.wasm", import.meta.url);
const key = `key:${"ab".repeat(32)}` as const;

// A folder on a disk of 4 MiB; undefined where this user may not mount one.
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "tenon-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  disks.push(folder);
  return folder;
}

const disks: string[] = [];
const disk = smallDisk();

function fill(): void {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (let nth = 0; ; nth++) {
        writeFileSync(join(disk!, `filler-${size}-${nth}`), new Uint8Array(size), { flag: "wx" });
      }
    } catch {
      // Smaller ones may still fit.
    }
  }
}

function drain(): void {
  for (const name of readdirSync(disk!)) {
    if (name.startsWith("filler-")) rmSync(join(disk!, name));
  }
}

test.skipIf(disk === undefined)("a disk that is full harms no file and no plugin", async () => {
  const state = join(disk!, "state");
  mkdirSync(state);
  const [grants, trail, keys] = ["grants.json", "audit.jsonl", "keys.json"].map((name) =>
    join(state, name),
  ) as [string, string, string];
  const known = knownKeysFile(keys);
  const own = keyFolder(join(state, "own"));
  const audit = jsonLinesAudit(appendTo(trail));
  const told: HostEvent[] = [];
  let host: Host | undefined;
  const started = (): Host => {
    const next = createHost({
      platform: nodePlatform({ state }),
      policy: rememberedPolicy(
        grantFile(grants),
        askingPolicy(() => "always"),
        { now: () => 0 },
      ),
      audit,
      interfaces: [
        defineInterface({
          name: "acme:test/script@1.0.0",
          functions: { step: { waits: true } },
          implement: () => ({ step: async () => "1" }),
        }),
      ],
    });
    next.on((event) => told.push(event));
    return next;
  };
  onTestFinished(async () => {
    await host?.close().catch(() => undefined);
    for (const folder of disks) {
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    }
  });
  let nth = 0;
  const asking = async (): Promise<void> => {
    const manifest = manifestText(`test/p${nth}`, {
      commands: [{ id: `p${nth++}.run`, title: "Run" }],
      capabilities: { kv: { reason: "to keep" } },
    });
    await host!.install(await scriptedGuest("commands"), { manifest });
    await host!.disable("tenon/word-count");
    await host!.enable("tenon/word-count");
    await audit.flush().catch(() => undefined);
  };
  const counts = async (): Promise<void> => {
    const answer = await host!.execute("word-count.count", { text: "one two" });
    expect(answer).toMatchObject({ words: 2 });
  };
  const failed = (): string[] =>
    told
      .filter((event) => event.tag === "storage-failed")
      .map(({ error }) => `${error.code} ${String(error.data["path"])}`);

  host = started();
  await host.install(sample);
  await asking();
  await counts();
  await known.add(key, { name: "before" });
  const acme = await own.make("acme");
  expect(failed()).toEqual([]);
  const before = [grants, keys].map((path) => readFileSync(path, "utf8"));

  fill();
  for (let times = 0; times < 3; times++) await asking();
  await counts();
  const refused = await failure("storage-failed", () => known.add(key, { name: "after" }));
  expect(refused.data["path"]).toBe(keys);
  expect(failed().toSorted()).toEqual(
    [trail, grants, join(state, "kv.sqlite")].map((path) => `storage-failed ${path}`),
  );
  expect([grants, keys].map((path) => readFileSync(path, "utf8"))).toEqual(before);
  expect((await known.find(key))?.name).toBe("before");
  for (const change of [
    () => own.make("other"),
    () => own.rotate("acme"),
    () => own.revoke("acme", "stolen", 0),
  ]) {
    const { data } = await failure("storage-failed", change as () => Promise<unknown>);
    expect(String(data["path"])).toContain(join(state, "own"));
  }
  expect(await own.list()).toEqual([acme]);

  // What was found in components is kept when the host closes, if not before.
  await host.close().catch(() => undefined);
  drain();
  host = started();
  await host.install(sample);
  await counts();
  await asking();
  expect(failed()).toHaveLength(4);
  expect(failed()[3]).toBe(`storage-failed ${join(state, "derived")}`);
  const lines = readFileSync(trail, "utf8").trimEnd().split("\n");
  const whole = lines.filter((line) => line.startsWith("{") && line.endsWith("}"));
  for (const line of whole) JSON.parse(line);
  // At most one line was cut short.
  expect(lines.length - whole.length).toBeLessThanOrEqual(1);
  expect(lines.some((line) => line.includes("leftOut"))).toBe(true);
  expect(readdirSync(state).filter((name) => name.includes("unreadable"))).toEqual([]);
});

test.skipIf(process.platform !== "linux")(
  "a state folder that can't be made is refused at once, below /proc too",
  async () => {
    const state = "/proc/nope/state";
    const told: HostEvent[] = [];
    await using host = createHost({
      platform: nodePlatform({ state }),
      policy: askingPolicy(() => "always"),
    });
    host.on((event) => told.push(event));
    await host.install(sample);
    const answer = await host.execute("word-count.count", { text: "one two" });
    expect(answer).toMatchObject({ words: 2 });
    const failed = told.filter((event) => event.tag === "storage-failed");
    expect(failed.map(({ error }) => error.data["path"]).toSorted()).toEqual([
      `${state}/derived`,
      `${state}/kv.sqlite`,
    ]);
    for (const write of [
      () => grantFile(`${state}/grants.json`).write("{}"),
      () => appendTo(`${state}/audit.jsonl`)("line"),
    ]) {
      expect((await failure("storage-failed", write)).data["path"]).toContain(state);
    }
  },
);
