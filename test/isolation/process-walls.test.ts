// What a process for guests has, and what ends it.
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { eventually } from "../conformance/engine-expect.ts";
import { fromText } from "../component/guest.ts";
import { manifestText } from "../manifest-text.ts";
import { EVENTS, rogueComponent } from "../sweep/rogue.ts";
import { processEntry, testProcesses } from "./guest-processes.ts";
import { honestNeighbours, welfare } from "./neighbours.ts";
import { isRunning, processHost, type ProcessHost } from "./process-host.ts";

async function addRogue({ host }: ProcessHost, text: string): Promise<() => Promise<unknown>> {
  const module = await fromText(`(module ${text})`);
  const activation = Object.values(EVENTS).map((event) => `event:rogue.${event}`);
  const manifest = manifestText("test/rogue", { activation });
  await host.install(await rogueComponent("rogue", { module }), { manifest });
  return async () => (await host.dispatch(`event:rogue.${EVENTS.cold}`)).plugins[0];
}

const HOARD = `(type $a (array (mut i64)))
  (type $all (array (mut (ref null $a))))
  (global $kept (mut (ref null $all)) (ref.null $all))
  (func (export "run") (param i32) (local $i i32)
    (global.set $kept (array.new_default $all (i32.const 1000)))
    (loop $l
      (array.set $all (global.get $kept) (local.get $i)
        (array.new (type $a) (i64.const 7) (i32.const 250000)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $i) (i32.const 1000)))))`.replaceAll("(type $a)", "$a");

describe.each(["host", "itself"] as const)("memory that is watched by: %s", (watchedBy) => {
  test("ends a process whose guest hoards 2 GB, at its own cost", async () => {
    const made = await processHost({ processes: { watchedBy } });
    const calls = await honestNeighbours(made.host, 2, "thread");
    const poke = await addRogue(made, HOARD);
    const { value } = await welfare(calls, poke, { on: "others", expects: "failures" });
    expect(value).toMatchObject({
      tag: "failed",
      error: { code: "plugin-crashed", data: { kind: "process-memory" } },
    });
    expect(made.host.plugin("test/rogue")).toMatchObject({ crashes: 1 });
  });
});

test.runIf(process.platform === "linux")(
  "memory is watched while the host's own thread is held up",
  async () => {
    const made = await processHost();
    const poke = await addRogue(made, HOARD);
    await made.host.dispatch(`event:rogue.${EVENTS.poke}`);
    const its = made.started[0]!;
    const poked = poke();
    await new Promise((resolve) => void setTimeout(resolve, 10));
    expect(isRunning(its)).toBe(true);
    const until = performance.now() + 10_000;
    while (isRunning(its) && performance.now() < until);
    expect(isRunning(its)).toBe(false);
    expect(await poked).toMatchObject({
      tag: "failed",
      error: { data: { kind: "process-memory" } },
    });
  },
);

test("any code passes where a process bounds what it costs, and nowhere else", async () => {
  const made = await processHost();
  const poke = await addRogue(
    made,
    `(type $a (array (mut i64)))
     (func (export "run") (param i32) (drop (array.new_default $a (i32.const 3))))`,
  );
  expect(await poke()).toMatchObject({ tag: "handled" });
  expect(made.host.plugin("test/rogue")).toMatchObject({ state: "running" });
});

describe.runIf(process.platform === "linux")("a process has", () => {
  async function its(): Promise<{ readonly made: ProcessHost; readonly proc: string }> {
    const made = await processHost();
    await made.add("one");
    await made.host.execute("one.run", 1);
    return { made, proc: `/proc/${made.started[0]!.pid}` };
  }

  test("no environment, and of its host's descriptors only pipes", async () => {
    process.env["TENON_TEST_SECRET"] = "hush";
    onTestFinished(() => void delete process.env["TENON_TEST_SECRET"]);
    const { proc } = await its();
    expect(readFileSync(`${proc}/environ`, "utf8")).toBe("");
    const files = readdirSync(`${proc}/fd`).map((name) => readlinkSync(`${proc}/fd/${name}`));
    const others = files.filter(
      (file) => file !== "/dev/null" && !/^(?:socket|pipe|anon_inode):/u.test(file),
    );
    expect(others).toEqual([]);
    expect(files.filter((file) => file.startsWith("socket:"))).toHaveLength(4);
  });

  test("an empty folder, which goes when it ends", async () => {
    const { made, proc } = await its();
    const folder = readlinkSync(`${proc}/cwd`);
    expect(readdirSync(folder)).toEqual([]);
    await made.host.disable("test/one");
    await eventually(() => expect(existsSync(folder)).toBe(false));
  });

  test("no right to files, the network, addons or other programs", async () => {
    const { proc } = await its();
    const flags = readFileSync(`${proc}/cmdline`, "utf8").split("\0");
    expect(flags).toContain("--permission");
    expect(
      flags.filter((flag) => flag.startsWith("--allow-")).map((flag) => flag.replace(/=.*/u, "")),
    ).toEqual(["--allow-fs-read", "--allow-worker"]);
    expect(flags).toContain("--disallow-code-generation-from-strings");
  });

  const tools = "/usr/bin";
  const areThere = ["setpriv", "prlimit"].every((tool) => existsSync(join(tools, tool)));

  test.runIf(areThere)(
    "no new privileges, no core file, and a limit of what it may ask for",
    async () => {
      expect((await testProcesses()).walls).toEqual({ noNewPrivileges: true, dataLimit: true });
      const { proc } = await its();
      expect(readFileSync(`${proc}/status`, "utf8")).toMatch(/^NoNewPrivs:\s+1$/mu);
      const limits = readFileSync(`${proc}/limits`, "utf8");
      expect(limits).toMatch(/^Max core file size\s+0\s+0 /mu);
      expect(mostData(proc)).toBeLessThan(4 * 1024 ** 3);
    },
  );

  test.runIf(areThere)("room for what its guests may hold, however much that is", async () => {
    const memoryBytes = 2 * 1024 ** 3;
    const made = await processHost({
      limits: { memoryBytes, maxMemoryBytes: memoryBytes, totalMemoryBytes: 2 * memoryBytes },
    });
    const grows = await addRogue(
      made,
      `(memory 1) (func (export "run") (param i32)
         (if (i32.lt_s (memory.grow (i32.const 28000)) (i32.const 0)) (then (unreachable))))`,
    );
    expect(await grows()).toMatchObject({ tag: "handled" });
    const [little, much] = [`/proc/self`, `/proc/${made.started[0]!.pid}`].map(mostData);
    expect(much).toBeGreaterThan(memoryBytes);
    expect(much).toBeLessThan(little!);
  });

  test.runIf(areThere)("nothing from tools that somebody else could have put there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-tools-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const tool of ["setpriv", "prlimit"]) copyFileSync(join(tools, tool), join(folder, tool));
    const made = await processHost({ processes: { tools: folder } });
    await made.add("one");
    expect(await made.host.execute("one.run", 1)).toBe(1);
    const status = readFileSync(`/proc/${made.started[0]!.pid}/status`, "utf8");
    expect(status).toMatch(/^NoNewPrivs:\s+0$/mu);
    const { walls } = await testProcesses({ tools: folder });
    expect(walls).toEqual({ noNewPrivileges: false, dataLimit: false });
  });

  /** Bytes of private memory that a process may ask for. */
  function mostData(proc: string): number {
    const [, most] = /^Max data size\s+(\w+)/mu.exec(readFileSync(`${proc}/limits`, "utf8"))!;
    return most === "unlimited" ? Infinity : Number(most);
  }

  test("less of the processor than its host, and is ended first where memory runs out", async () => {
    const { proc } = await its();
    expect(readFileSync(`${proc}/oom_score_adj`, "utf8").trim()).toBe("1000");
    const nice = readFileSync(`${proc}/stat`, "utf8")
      .replace(/^.*\) /u, "")
      .split(" ")[16];
    expect(nice).toBe("5");
  });
});

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("where the host ends", () => {
  const ends: Readonly<Record<string, string>> = {
    "by process.exit": "process.exit(3)",
    "by an uncaught error": "setImmediate(() => { throw new Error('done') })",
    "by SIGKILL": "process.kill(process.pid, 'SIGKILL')",
  };
  test.each(Object.entries(ends))("%s, a process whose guest spins ends too", async (_, code) => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-orphan-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "host.ts");
    const from = (path: string): string => JSON.stringify(join(root, path));
    const guest = join(folder, "guest.wasm");
    writeFileSync(guest, await spinner());
    writeFileSync(
      file,
      `import { readFileSync } from "node:fs";
       import { ProcessPool } from ${from("src/isolation/process/process-pool.ts")};
       import { nodeProcesses } from ${from("src/platform/node/guest-process/node-processes.ts")};
       import { systemTimers as timers } from ${from("src/platform/node/system.ts")};
       const source = nodeProcesses({ entry: new URL(${JSON.stringify((await processEntry()).href)}) });
       const pids = [];
       const start = () => { const one = source.start(); pids.push(one.pid); return one; };
       const pool = new ProcessPool({ processes: { ...source, start }, timers });
       const component = await pool.compile(readFileSync(${JSON.stringify(guest)}));
       const { exports } = await component.instantiate({});
       exports.spin();
       await new Promise((resolve) => setTimeout(resolve, 300));
       console.log(pids.join());
       setTimeout(() => { ${code} }, 50);`,
    );
    const host = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void host.kill("SIGKILL"));
    const said = await new Promise<string>((resolve) => {
      host.stdout.on("data", (text: Uint8Array) => resolve(String(text)));
    });
    const pids = said.trim().split(",").map(Number);
    expect(pids.length).toBeGreaterThan(0);
    await new Promise((resolve) => host.once("exit", resolve));
    const since = performance.now();
    await eventually(() => expect(pids.filter((pid) => isRunning({ pid }))).toEqual([]));
    expect(performance.now() - since).toBeLessThan(1_000);
  });
});

async function spinner(): Promise<Uint8Array> {
  const { component } = await import("../conformance/engine-guests.ts");
  return component(`(component
    (core module $m (func (export "spin") (loop $l (br $l))))
    (core instance $i (instantiate $m))
    (func (export "spin") (canon lift (core func $i "spin"))))`);
}

test.runIf(process.platform === "linux")(
  "a host that inherited a file does not pass it on",
  async () => {
    const made = await processHost();
    await made.add("one");
    await made.host.execute("one.run", 1);
    const [one] = made.started;
    // Of this process's own descriptors, whoever started the tests may have left some open.
    const inherited = readdirSync("/proc/self/fdinfo").filter((name) => {
      try {
        return !/^flags:\s+0?2\d{6}/mu.test(readFileSync(`/proc/self/fdinfo/${name}`, "utf8"));
      } catch {
        return false;
      }
    });
    const theirs = readdirSync(`/proc/${one!.pid}/fd`).map((name) => {
      return readlinkSync(`/proc/${one!.pid}/fd/${name}`);
    });
    for (const name of inherited.filter((one) => Number(one) > 2)) {
      expect(theirs).not.toContain(readlinkSync(`/proc/self/fd/${name}`));
    }
  },
);
