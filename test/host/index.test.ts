import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { componentEngine } from "../../src/component/tenon-engine.ts";
import {
  askingPolicy,
  createHost,
  defineCapability,
  defineInterface,
  grantAll,
  type FolderReport,
  type Host,
  type HostEvent,
  type HostOptions,
  type Platform,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import { failure } from "../conformance/engine-expect.ts";
import { scriptedGuest } from "./scripted-guest.ts";

// Whatever is written into the folders is the same maker's.
const OURS = "the test's folders";

let guest: Uint8Array;

beforeAll(async () => {
  guest = await scriptedGuest("commands", "events");
});

// A folder for packages and one for what lasts.
interface Place {
  readonly plugins: string;
  readonly state: string;
}

function place(): Place {
  const made = mkdtempSync(join(tmpdir(), "tenon-index-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  const plugins = join(made, "plugins");
  mkdirSync(plugins);
  return { plugins, state: join(made, "state") };
}

function manifestOf(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name: `test/${name}`,
    version: "1.0.0",
    title: name,
    description: "Does as it is told.",
    api: "^0.1.0",
    commands: [{ id: `${name}.run`, title: "Run" }],
    activation: [`event:${name}-happened`, "event:all"],
    ...more,
  });
}

// Puts a plugin into the folder, its manifest beside it.
function put({ plugins }: Place, name: string, more?: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(plugins, `${name}.wasm`), guest);
  writeFileSync(join(plugins, `${name}.json`), manifestOf(name, more));
}

interface Started {
  readonly host: Host;
  readonly report: FolderReport;
  readonly events: readonly HostEvent[];
  // What the host did since: packages that were read, components that were compiled.
  readonly done: { read: string[]; compiled: number };
  folder(): Extract<HostEvent, { tag: "folder-installed" }>;
  [Symbol.asyncDispose](): Promise<void>;
}

// A run of the application: a host that installs the folder. Plugins answer with their names.
async function start(
  { plugins, state }: Place,
  options: Partial<HostOptions> & { readonly overrides?: Partial<Platform> } = {},
): Promise<Started> {
  const engine = componentEngine();
  const done: Started["done"] = { read: [], compiled: 0 };
  const real = nodePlatform({ state });
  const { overrides, ...rest } = options;
  const script = defineInterface({
    name: "acme:test/script@1.0.0",
    implement: ({ caller }) => ({
      step: (what: string, detail: string) =>
        detail === '"crash"' ? "!" : what === "run" ? JSON.stringify(caller.plugin) : "",
    }),
  });
  const host = createHost({
    policy: grantAll([], "any"),
    isolation: () => "caller",
    interfaces: [script],
    ...rest,
    platform: {
      ...real,
      read: (source, maxBytes) => {
        done.read.push(String(source).split("/").at(-1)!);
        return real.read(source, maxBytes);
      },
      engine: async () => ({
        ...engine,
        compile: (bytes, how) => {
          done.compiled++;
          return engine.compile(bytes, how);
        },
      }),
      ...overrides,
    },
  });
  const events: HostEvent[] = [];
  host.on((event) => void events.push(event));
  const report = await host.installAll(plugins, { place: OURS });
  const folder = (): ReturnType<Started["folder"]> =>
    events.find(({ tag }) => tag === "folder-installed") as never;
  return {
    host,
    report,
    events,
    done,
    folder,
    [Symbol.asyncDispose]: async () => await host[Symbol.asyncDispose](),
  };
}

function indexFile({ state }: Place): string {
  const folder = join(state, "index");
  const [name] = readdirSync(folder);
  return join(folder, name!);
}

describe("a folder of 500 plugins", () => {
  test("is there at once the next time: nothing of it is read or compiled until an event", async () => {
    const where = place();
    const names = Array.from({ length: 500 }, (_, n) => `p${n}`);
    for (const name of names) put(where, name);
    {
      await using first = await start(where);
      expect(first.report).toEqual({ plugins: 500, read: 500, refused: [] });
      expect(first.folder()).toMatchObject({ index: "none", plugins: 500, read: 500 });
      expect(first.events.filter(({ tag }) => tag === "installed")).toHaveLength(500);
      expect(await first.host.execute("p7.run")).toBe("test/p7");
    }
    await using next = await start(where);
    expect(next.report).toEqual({ plugins: 500, read: 0, refused: [] });
    expect(next.folder()).toMatchObject({ index: "used", read: 0, error: undefined });
    expect(next.done).toEqual({ read: [], compiled: 0 });
    expect(next.host.plugins().map(({ name }) => name)).toEqual(
      names.toSorted().map((name) => `test/${name}`),
    );
    expect(next.host.usage().plugins).toHaveLength(500);
    // To look at them is not to use them.
    expect(next.done).toEqual({ read: [], compiled: 0 });
    expect(await next.host.execute("p123.run")).toBe("test/p123");
    expect(next.done.read.toSorted()).toEqual(["p123.json", "p123.wasm"]);
    expect(next.done.compiled).toBe(1);
    const { plugins } = await next.host.dispatch("event:p9-happened");
    expect(plugins).toEqual([{ plugin: "test/p9", tag: "handled" }]);
    expect(next.done.compiled).toBe(2);
  });
});

test("a plugin from the index that follows documents is asked about and started when one changes", async () => {
  const where = place();
  const follows = { capabilities: { text: { reason: "To follow what is written." } } };
  put(where, "follower", { ...follows, activation: ["event:document-changed?glob=*.md"] });
  put(where, "refused", { ...follows, activation: ["event:document-changed"] });
  put(where, "other");
  await (await start(where))[Symbol.asyncDispose]();
  const asked: string[] = [];
  await using next = await start(where, {
    policy: {
      decide: ({ plugin }) => {
        asked.push(plugin);
        if (plugin === "test/follower") return { tag: "allow", lasts: "session" };
        return { tag: "deny", reason: "not this one", lasts: "session" };
      },
    },
  });
  const write = (uri: string) =>
    next.host.documents.open(uri, "").edit([{ start: 0, end: 0, insert: "x" }]);
  write("file:///a.md");
  await expect.poll(() => next.host.plugin("test/follower").calls, { timeout: 20_000 }).toBe(1);
  expect(asked.toSorted()).toEqual(["test/follower", "test/refused"]);
  write("file:///b.rs");
  write("file:///c.md");
  await expect.poll(() => next.host.plugin("test/follower").calls, { timeout: 20_000 }).toBe(2);
  expect(next.host.plugins().map(({ state }) => state)).toEqual([
    "running",
    "installed",
    "installed",
  ]);
  expect([asked.length, next.done.compiled]).toEqual([2, 1]);
});

test("a plugin from the index is like one that was installed by itself", async () => {
  const where = place();
  put(where, "one", {
    settings: { "one.lines": { type: "integer", default: 1 } },
    capabilities: { text: { reason: "To read.", optional: true }, log: { reason: "To tell." } },
  });
  await (await start(where))[Symbol.asyncDispose]();
  await using indexed = await start(where);
  const alone = { ...where, state: join(where.state, "other") };
  await using other = await start({ ...alone, plugins: place().plugins });
  await other.host.install(guest, {
    manifest: readFileSync(join(where.plugins, "one.json"), "utf8"),
    place: OURS,
  });
  const same = (): void => {
    expect(indexed.host.plugin("test/one")).toEqual(other.host.plugin("test/one"));
    expect(indexed.host.plugins()).toEqual(other.host.plugins());
    expect(indexed.host.usage()).toEqual(other.host.usage());
    expect(indexed.host.usage("test/one")).toEqual(other.host.usage("test/one"));
  };
  same();
  for (const { host } of [indexed, other]) {
    await failure("plugin-installed", () =>
      host.install(guest, { manifest: manifestOf("one", { version: "2.0.0" }), place: OURS }),
    );
    await host.install(guest, {
      manifest: manifestOf("one", { version: "2.0.0", commands: [{ id: "one.go", title: "Go" }] }),
      place: OURS,
      replace: "newer",
    });
    await failure("command-unknown", () => host.execute("one.run"));
    expect(await host.execute("one.go")).toBe("test/one");
    await host.uninstall("test/one");
    await failure("plugin-unknown", () => host.stop("test/one"));
    await failure("command-unknown", () => host.execute("one.go"));
    expect((await host.dispatch("event:all")).plugins).toEqual([]);
  }
  expect(indexed.host.plugins()).toEqual([]);
});

test("a package that was written since is read again, a new one is found, one that is gone is not there", async () => {
  const where = place();
  for (const name of ["a", "b", "c"]) put(where, name);
  await (await start(where))[Symbol.asyncDispose]();
  put(where, "a", { version: "1.1.0", commands: [{ id: "a.other", title: "Other" }] });
  rmSync(join(where.plugins, "b.wasm"));
  mkdirSync(join(where.plugins, "sub"));
  put({ ...where, plugins: join(where.plugins, "sub") }, "d");
  {
    await using next = await start(where);
    expect(next.report).toEqual({ plugins: 3, read: 2, refused: [] });
    expect(next.host.plugin("test/a").version).toBe("1.1.0");
    expect(await next.host.execute("a.other")).toBe("test/a");
    await failure("command-unknown", () => next.host.execute("b.run"));
    expect(await next.host.execute("c.run")).toBe("test/c");
    expect(await next.host.execute("d.run")).toBe("test/d");
  }
  await using last = await start(where);
  expect(last.report).toEqual({ plugins: 3, read: 0, refused: [] });
});

test("an older version in the folder does not take the place of a newer one by itself", async () => {
  const where = place();
  put(where, "a", { version: "2.0.0" });
  await (await start(where))[Symbol.asyncDispose]();
  put(where, "a", { version: "1.0.0" });
  await using next = await start(where);
  expect(next.report.plugins).toBe(0);
  expect(next.report.refused).toMatchObject([{ error: { code: "plugin-downgrade" } }]);
  expect(await next.host.installAll(where.plugins, { replace: "any", place: OURS })).toMatchObject({
    plugins: 1,
    refused: [],
  });
  expect(await next.host.execute("a.run")).toBe("test/a");
});

test("bytes that change after they were indexed are not run, and nobody else notices", async () => {
  const where = place();
  for (const name of ["a", "b"]) put(where, name);
  await (await start(where))[Symbol.asyncDispose]();
  await using next = await start(where);
  const other = Uint8Array.from(guest);
  other[other.length - 1]! ^= 1;
  writeFileSync(join(where.plugins, "a.wasm"), other);
  const error = await failure("plugin-activation", () => next.host.execute("a.run"));
  expect(error.cause).toMatchObject({ code: "package-digest-mismatch" });
  expect(next.done.compiled).toBe(0);
  expect(await next.host.execute("b.run")).toBe("test/b");
  copyFileSync(join(where.plugins, "b.wasm"), join(where.plugins, "a.wasm"));
  expect(await next.host.execute("a.run")).toBe("test/a");
  writeFileSync(join(where.plugins, "b.json"), manifestOf("b", { title: "another" }));
  await next.host.stop("test/b");
  expect(await next.host.execute("b.run")).toBe("test/b");
});

test("what can't be installed is in the report, again the next time, and keeps nobody out", async () => {
  const where = place();
  put(where, "good");
  writeFileSync(join(where.plugins, "bad.wasm"), "no component");
  copyFileSync(join(where.plugins, "good.wasm"), join(where.plugins, "twin.wasm"));
  writeFileSync(join(where.plugins, "twin.json"), manifestOf("good", { version: "3.0.0" }));
  put(where, "thief", { name: "other/good", commands: [{ id: "good.run", title: "Run" }] });
  for (let run = 0; run < 2; run++) {
    await using started = await start(where);
    const { plugins, refused } = started.report;
    expect(plugins).toBe(1);
    expect(
      refused.map(({ path, error }) => [path.split("/").at(-1), error.code]).toSorted(),
    ).toEqual([
      ["bad.wasm", "package-not-a-component"],
      ["thief.wasm", "command-duplicate"],
      ["twin.wasm", "plugin-installed"],
    ]);
    expect(await started.host.execute("good.run")).toBe("test/good");
    expect(started.host.plugin("test/good").version).toBe("1.0.0");
  }
});

test("a folder that is not there is an error", async () => {
  const where = place();
  await using started = await start(where);
  await failure("package-unreadable", () => started.host.installAll(join(where.plugins, "none")));
  await failure("package-unreadable", () => started.host.installAll(new URL("https://a.example/")));
});

describe("an index", () => {
  const damages: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | string>> = {
    "cut short": (bytes) => bytes.subarray(0, bytes.length / 2),
    "cut short in its head": (bytes) => bytes.subarray(0, 20),
    empty: () => "",
    "of another kind": () => "{}",
    "changed in one bit of a manifest": (bytes) => {
      const text = Buffer.from(bytes);
      text[text.lastIndexOf("Does as it is told")]! ^= 1;
      return text;
    },
    "longer than it says": (bytes) => Buffer.concat([bytes, bytes]),
  };

  test.for(Object.entries(damages))(
    "that is %s is made anew from the packages, and the host says so",
    async ([, damage]) => {
      const where = place();
      for (const name of ["a", "b"]) put(where, name);
      await (await start(where))[Symbol.asyncDispose]();
      const file = indexFile(where);
      writeFileSync(file, damage(readFileSync(file)));
      {
        await using next = await start(where);
        expect(next.report).toEqual({ plugins: 2, read: 2, refused: [] });
        expect(next.folder()).toMatchObject({ index: "damaged", read: 2 });
        expect(await next.host.execute("a.run")).toBe("test/a");
      }
      await using last = await start(where);
      expect(last.folder()).toMatchObject({ index: "used", read: 0 });
    },
  );

  test("of a host that offered something else is not used", async () => {
    const where = place();
    put(where, "a");
    await (await start(where))[Symbol.asyncDispose]();
    const more = defineInterface({ name: "acme:test/more@1.0.0", implement: () => ({}) });
    const { step } = { step: () => "" };
    const script = defineInterface({
      name: "acme:test/script@1.0.0",
      implement: () => ({ step }),
    });
    {
      await using next = await start(where, { interfaces: [script, more] });
      expect(next.folder()).toMatchObject({ index: "outdated", read: 1 });
    }
    await using last = await start(where, { application: "other/2.0.0" });
    expect(last.folder()).toMatchObject({ index: "outdated", read: 1 });
  });

  test("of another folder is another one", async () => {
    const where = place();
    put(where, "a");
    await (await start(where))[Symbol.asyncDispose]();
    const moved = { ...where, plugins: place().plugins };
    put(moved, "a");
    await using next = await start(moved);
    expect(next.folder()).toMatchObject({ index: "none", read: 1 });
    expect(readdirSync(join(where.state, "index"))).toHaveLength(2);
  });

  test("that others may write to is neither used nor written", async () => {
    const where = place();
    put(where, "a");
    await (await start(where))[Symbol.asyncDispose]();
    const before = readFileSync(indexFile(where));
    chmodSync(join(where.state, "index"), 0o777);
    await using next = await start(where);
    expect(next.folder()).toMatchObject({ index: "none", read: 1 });
    expect(readFileSync(indexFile(where))).toEqual(before);
  });

  test("that can't be kept costs nothing but the next start", async () => {
    const where = place();
    put(where, "a");
    mkdirSync(where.state);
    writeFileSync(join(where.state, "index"), "a file");
    await using started = await start(where);
    expect(started.report.plugins).toBe(1);
    expect(started.folder().error).toBeDefined();
    expect(await started.host.execute("a.run")).toBe("test/a");
  });

  test("is not needed: a platform without state reads the folder each time", async () => {
    const where = place();
    put(where, "a");
    for (let run = 0; run < 2; run++) {
      const { packages } = nodePlatform();
      await using started = await start(where, { overrides: { packages } });
      expect(started.folder()).toMatchObject({ index: "none", read: 1 });
      expect(await started.host.execute("a.run")).toBe("test/a");
    }
  });

  test("serves two hosts at once, and what one of them finds the next one knows", async () => {
    const where = place();
    for (const name of ["a", "b", "c"]) put(where, name);
    const [one, two] = await Promise.all([start(where), start(where)]);
    put(where, "d");
    const [more, again] = await Promise.all([
      one.host.installAll(where.plugins, { place: OURS }),
      two.host.installAll(where.plugins, { place: OURS }),
    ]);
    for (const report of [more, again]) expect(report).toMatchObject({ plugins: 4, refused: [] });
    for (const { host } of [one, two]) expect(await host.execute("d.run")).toBe("test/d");
    await Promise.all([one, two].map((started) => started[Symbol.asyncDispose]()));
    await using next = await start(where);
    expect(next.report).toEqual({ plugins: 4, read: 0, refused: [] });
    expect(readdirSync(join(where.state, "index"))).toHaveLength(1);
  });
});

test("who is disabled or quarantined stays so", async () => {
  const where = place();
  for (const name of ["a", "b", "c"]) put(where, name);
  {
    await using first = await start(where, {
      limits: { crashes: { crashes: 2, withinMs: 60_000 } },
    });
    await first.host.disable("test/a");
    for (let n = 0; n < 2; n++) {
      await failure("plugin-crashed", () => first.host.execute("b.run", "crash"));
    }
  }
  {
    await using next = await start(where);
    expect(next.done.read).toEqual([]);
    const states = Object.fromEntries(
      next.host.usage().plugins.map((one) => [one.name, one.state]),
    );
    expect(states).toEqual({
      "test/a": "disabled",
      "test/b": "quarantined",
      "test/c": "installed",
    });
    await failure("plugin-disabled", () => next.host.execute("a.run"));
    await failure("plugin-quarantined", () => next.host.execute("b.run"));
    expect(await next.host.execute("c.run")).toBe("test/c");
    await next.host.enable("test/a");
    await next.host.enable("test/b");
  }
  await using last = await start(where);
  expect(last.host.plugins().map(({ state }) => state)).toEqual(Array(3).fill("installed"));
});

describe("grants", () => {
  const asks = {
    capabilities: { text: { reason: "To read." }, log: { reason: "To tell.", optional: true } },
  };

  async function once(more: object = {}): Promise<Place> {
    const where = place();
    put(where, "a", { ...asks, ...more });
    await (await start(where))[Symbol.asyncDispose]();
    return where;
  }

  test("are asked for when the plugin first starts, not before", async () => {
    const where = await once();
    const asked: string[] = [];
    const policy = askingPolicy(({ capability }) => {
      asked.push(capability);
      return "session";
    });
    await using next = await start(where, { policy });
    const standing = (): unknown =>
      next.host.plugin("test/a").standing.map(({ capability, status }) => [capability, status]);
    expect(standing()).toEqual([
      ["text", "askable"],
      ["log", "askable"],
    ]);
    expect(asked).toEqual([]);
    expect(await next.host.execute("a.run")).toBe("test/a");
    expect(asked).toEqual(["text"]);
    expect(standing()).toEqual([
      ["text", "granted"],
      ["log", "askable"],
    ]);
    await next.host.stop("test/a");
    await next.host.execute("a.run");
    expect(asked).toEqual(["text"]);
  });

  test("that were taken back before it ever started stay taken back", async () => {
    const where = await once();
    await using next = await start(where, { policy: grantAll(["log", "text"], "any") });
    await next.host.revoke("test/a", "text");
    await next.host.execute("a.run");
    const { standing } = next.host.plugin("test/a");
    expect(standing.map(({ status }) => status)).toEqual(["refused", "granted"]);
  });

  test("of an update in the folder are what it asks for", async () => {
    const where = await once();
    put(where, "a", { version: "2.0.0", capabilities: { log: { reason: "To tell." } } });
    await using next = await start(where, { policy: grantAll(["log", "text"], "any") });
    await next.host.execute("a.run");
    expect(next.host.plugin("test/a").standing).toMatchObject([
      { capability: "log", status: "granted" },
    ]);
  });

  test("by a scope that is none any more are none, and the plugin says so when it starts", async () => {
    const where = place();
    const scoped = (scope: z.ZodType<object>) => {
      const capability = defineCapability<object, unknown>({
        name: "lamp",
        scope,
        describe: () => "may switch the lamp",
        intersect: (requested) => requested,
        covers: () => true,
      });
      return { capabilities: [capability], policy: grantAll(["lamp"], "any") };
    };
    const capabilities = { lamp: { reason: "Light.", scope: { watts: 40 } } };
    put(where, "a", { capabilities });
    put(where, "b");
    const before = scoped(z.strictObject({ watts: z.number() }));
    await (await start(where, before))[Symbol.asyncDispose]();
    await using next = await start(where, scoped(z.strictObject({ lumen: z.number() })));
    expect(next.report).toMatchObject({ plugins: 2, read: 0 });
    expect(next.host.plugin("test/a").standing).toEqual([]);
    const error = await failure("plugin-activation", () => next.host.execute("a.run"));
    expect(error.cause).toMatchObject({ code: "grant-scope" });
    expect(await next.host.execute("b.run")).toBe("test/b");
  });
});
