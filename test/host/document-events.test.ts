import { expect, test } from "vitest";
import { failure } from "../conformance/engine-expect.ts";
import { grantAll, staticPolicy } from "../../src/index.ts";
import type { OpenDocument, Policy } from "../../src/index.ts";
import { TextDocument } from "../../src/text/index.ts";
import { settled } from "../manual-time.ts";
import { bystanderAnswers, rig, type Rig, type RigOptions } from "./rig.ts";

const uri = "file:///notes/a.md";
const reads = { text: { scope: {}, reason: "To follow what is written." } };
const follows = (...activation: string[]) => ({
  manifest: { activation, capabilities: reads },
});

// A host where plugins are granted `text`, and an editor's document.
async function editor(options: RigOptions = {}) {
  const made = await rig({ policy: grantAll(["text"], "any"), ...options });
  const document = new TextDocument("one two");
  const open = made.host.documents.adopt(uri, document, "markdown");
  const type = (text: string) => document.edit([{ start: 0, end: 0, insert: text }]);
  return { ...made, made, document, open, type };
}

type Heard = readonly [plugin: string, payload: Readonly<Record<string, unknown>>];

// What plugins were told, by plugin: waits for so many events, and lets those that are too many come.
async function heard(made: Rig, count: number): Promise<Heard[]> {
  const handled = () => made.steps.filter((step) => step.includes(" handle "));
  while (handled().length < count) await settled();
  await bystanderAnswers(made);
  for (let i = 0; i < 10; i++) await settled();
  return handled()
    .map((step): Heard => [
      step.split(" ")[0]!,
      JSON.parse(step.slice(step.indexOf("{"))) as Heard[1],
    ])
    .toSorted(([one], [other]) => one.localeCompare(other));
}

// Events that plugins were told of, once no more come.
async function quiet(made: Rig): Promise<number> {
  for (let before = -1; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { length } = await heard(made, 1);
    if (length === before) return length;
    before = length;
  }
}

const isOf = ([, payload]: Heard, uri: string, version: number): boolean =>
  payload["uri"] === uri && payload["toVersion"] === version;

const told = (plugin: string, fromVersion: number, toVersion: number, more: object = {}) => [
  plugin,
  { uri, language: "markdown", fromVersion, toVersion, ...more },
];

test("a plugin that lists it is started and told of a change, and nobody else", async () => {
  const { made, install, type, host, steps } = await editor();
  await install("test/a", follows("event:document-changed"));
  await install("test/b", follows("event:document.saved"));
  type("zero ");
  expect(await heard(made, 1)).toEqual([told("test/a", 1, 2)]);
  expect(steps[0]).toBe("test/a activate event:document-changed");
  expect(host.plugin("test/b").state).toBe("installed");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("languages and globs say of which documents", async () => {
  const { made, host, install } = await editor();
  const event = "event:document-changed";
  await install("test/all", follows(event));
  await install("test/globbed", follows(`${event}?glob=file:///notes/**/*.md`));
  await install("test/named", follows(`${event}?glob=*.rs`, `${event}?glob=b.*`));
  await install("test/rust", follows(`${event}?language=rust`));
  await install("test/twice", follows(`${event}?language=rust`, `${event}?glob=**/*.rs`));
  const edit = (document: OpenDocument) => document.edit([{ start: 0, end: 0, insert: "x" }]);
  let before = 0;
  // Who is told of an edit: each once.
  const hears = async (document: OpenDocument, count: number) => {
    edit(document);
    const all = await heard(made, before + count);
    before = all.length;
    return all.filter((step) => isOf(step, document.uri, document.version)).map(([name]) => name);
  };
  const open = (at: string, language?: string) => host.documents.open(at, "", language);
  expect(await hears(host.documents.get(uri)!, 2)).toEqual(["test/all", "test/globbed"]);
  expect(await hears(open("file:///src/b.rs", "rust"), 4)).toEqual([
    "test/all",
    "test/named",
    "test/rust",
    "test/twice",
  ]);
  expect(await hears(open("file:///notes/deep/er/b.md"), 3)).toEqual([
    "test/all",
    "test/globbed",
    "test/named",
  ]);
  expect(await hears(open("untitled:1"), 1)).toEqual(["test/all"]);
  // Who comes and goes later counts, too.
  await host.uninstall("test/all");
  await install("test/late", follows(`${event}?glob=**/b.rs`));
  expect(await hears(host.documents.get("file:///src/b.rs")!, 4)).toEqual([
    "test/late",
    "test/named",
    "test/rust",
    "test/twice",
  ]);
});

test("all changes of a turn are one event", async () => {
  const { made, install, document, type, host } = await editor();
  await install("test/a", follows("event:document-changed"));
  for (let i = 0; i < 10; i++) type("x");
  document.undo();
  host.documents.open("file:///other.md", "").edit([{ start: 0, end: 0, insert: "y" }]);
  expect(await heard(made, 2)).toEqual([
    told("test/a", 1, 12),
    told("test/a", 1, 2, { uri: "file:///other.md", language: "plain" }),
  ]);
});

test("a hundred edits while a plugin is busy with the first are one event more", async () => {
  const { made, install, play, type } = await editor({ limits: { eventMs: 60_000 } });
  await install("test/slow", follows("event:document-changed"));
  await install("test/quick", follows("event:document-changed"));
  const busy = Promise.withResolvers<void>();
  play(async (plugin, what) => {
    if (plugin === "test/slow" && what === "handle") await busy.promise;
    return "";
  });
  const of = (all: readonly Heard[], name: string) => all.filter(([plugin]) => plugin === name);
  type("first ");
  await heard(made, 2);
  for (let i = 0; i < 100; i++) {
    type("x");
    await settled();
  }
  // The other one is told again and again, until it knows of the last one.
  let all = await heard(made, 3);
  while (!of(all, "test/quick").some((one) => isOf(one, uri, 102))) all = await heard(made, 3);
  expect(of(all, "test/quick").length).toBeGreaterThan(2);
  expect(of(all, "test/slow")).toEqual([told("test/slow", 1, 2)]);
  busy.resolve();
  const after = await heard(made, all.length + 1);
  expect(of(after, "test/slow")).toEqual([told("test/slow", 1, 2), told("test/slow", 2, 102)]);
});

test("edits that are made while a plugin runs a command are told when its turn comes", async () => {
  const { made, host, install, play, type } = await editor();
  await install("test/a", follows("event:document-changed"));
  const busy = Promise.withResolvers<void>();
  play(async (_, what) => {
    if (what === "run") await busy.promise;
    return what === "run" ? "1" : "";
  });
  const run = host.execute("a.run");
  while (!made.steps.includes("test/a run null")) await settled();
  for (let i = 0; i < 20; i++) {
    type("x");
    await settled();
  }
  expect(await heard(made, 0)).toEqual([]);
  busy.resolve();
  expect(await run).toBe(1);
  expect(await heard(made, 1)).toEqual([told("test/a", 1, 21)]);
});

test("a plugin that may not read the document is neither told nor started, nor noted as refused", async () => {
  const policy = staticPolicy({
    allow: [
      {
        capability: "text",
        scope: { uris: ["file:///notes/"] },
        plugins: ["test/notes"],
        makers: "any",
      },
      { capability: "text", plugins: ["test/witness"], makers: "any" },
    ],
  });
  const { made, host, install, type, told: events } = await editor({ policy });
  const other = host.documents.open("file:///secret.md", "", "markdown");
  const optional = { text: { scope: {}, reason: "To follow what is written.", optional: true } };
  const manifest = { activation: ["event:document-changed"], capabilities: optional };
  for (const name of ["none", "notes", "witness"]) await install(`test/${name}`, { manifest });
  other.edit([{ start: 0, end: 0, insert: "secret" }]);
  type("x");
  const witnessed = [
    told("test/witness", other.version - 1, other.version, { uri: other.uri }),
    told("test/witness", 1, 2),
  ];
  expect(await heard(made, 3)).toEqual([told("test/notes", 1, 2), ...witnessed]);
  expect(host.plugin("test/none").state).toBe("installed");
  expect(events("refused")).toEqual([]);
  await host.revoke("test/notes", "text");
  type("y");
  expect(await heard(made, 4)).toEqual([
    told("test/notes", 1, 2),
    ...witnessed,
    told("test/witness", 2, 3),
  ]);
});

test("what is granted when a plugin is first needed is asked for when a document changes", async () => {
  const asked: string[] = [];
  const policy: Policy = {
    decide: ({ plugin, capability, during }) => {
      asked.push(`${plugin} ${capability} ${during}`);
      return { tag: "allow", lasts: "once" };
    },
  };
  const { made, host, install, type } = await editor({ policy });
  await install("test/a", follows("event:document-changed"));
  type("x");
  expect(await heard(made, 1)).toHaveLength(1);
  await host.stop("test/a");
  asked.length = 0;
  type("y");
  expect(await heard(made, 2)).toEqual([told("test/a", 1, 2), told("test/a", 2, 3)]);
  expect(asked).toEqual(["test/a text install"]);
});

test("a policy that leaves it open is not asked again at each edit", async () => {
  let asked = 0;
  const policy: Policy = {
    decide: ({ plugin }) => {
      if (plugin === "test/a") asked++;
      return plugin === "test/a" ? { tag: "silent" } : { tag: "allow", lasts: "session" };
    },
  };
  const { made, install, type } = await editor({ policy });
  await install("test/a", follows("event:document-changed"));
  await install("test/witness", follows("event:document-changed"));
  for (let edits = 1; edits <= 5; edits++) {
    type("x");
    await heard(made, edits);
  }
  expect(asked).toBeLessThanOrEqual(2);
  expect(await heard(made, 5)).toHaveLength(5);
});

test("a grant that is taken back while the event waits keeps it from the plugin", async () => {
  const { made, host, install, play, type } = await editor();
  await install("test/a", follows("event:document-changed"));
  await install("test/witness", follows("event:document-changed"));
  const busy = Promise.withResolvers<void>();
  play(async (_, what) => {
    if (what === "run") await busy.promise;
    return what === "run" ? "1" : "";
  });
  const run = host.execute("a.run");
  while (!made.steps.includes("test/a run null")) await settled();
  type("x");
  await heard(made, 1);
  await host.revoke("test/a", "text");
  busy.resolve();
  await run;
  expect(await heard(made, 1)).toEqual([told("test/witness", 1, 2)]);
});

test("a document that is closed before the event's turn comes is told of no more", async () => {
  const { made, host, install, type } = await editor();
  await install("test/a", follows("event:document-changed"));
  const other = host.documents.open("file:///b.md", "", "markdown");
  type("x");
  other.edit([{ start: 0, end: 0, insert: "x" }]);
  host.documents.close(uri);
  const { version } = other;
  expect(await heard(made, 1)).toEqual([told("test/a", version - 1, version, { uri: other.uri })]);
});

test("what goes wrong in one plugin keeps no other from being told", async () => {
  const { made, host, install, play, type } = await editor();
  await install("test/traps", follows("event:document-changed"));
  await install("test/well", follows("event:document-changed"));
  await install("test/off", follows("event:document-changed"));
  await host.disable("test/off");
  play((plugin, what) => (plugin === "test/traps" && what === "handle" ? "!" : ""));
  type("x");
  expect(await heard(made, 2)).toEqual([told("test/traps", 1, 2), told("test/well", 1, 2)]);
  type("y");
  expect((await heard(made, 4)).slice(2)).toEqual([
    told("test/well", 1, 2),
    told("test/well", 2, 3),
  ]);
  expect(host.plugin("test/off").state).toBe("disabled");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a plugin is not told of what it changed itself, but others are", async () => {
  const { made, install, play, type, open } = await editor();
  await install("test/author", follows("event:document-changed"));
  await install("test/reader", follows("event:document-changed"));
  play((plugin, what) => {
    if (plugin === "test/author" && what === "handle") {
      open.apply([{ start: 0, end: 0, insert: "> " }], "test/author");
    }
    return "";
  });
  // How many events the reader gets depends on when its turns come.
  type("x");
  await quiet(made);
  type("y");
  const all = await heard(made, await quiet(made));
  expect(all.filter(([plugin]) => plugin === "test/author")).toEqual([
    told("test/author", 1, 2),
    told("test/author", 3, 4),
  ]);
  const versions = all.flatMap(([plugin, { fromVersion, toVersion }]) =>
    plugin === "test/reader" ? [[fromVersion, toVersion]] : [],
  );
  expect([versions[0]![0], versions.at(-1)![1]]).toEqual([1, 5]);
  for (const [i, [from]] of versions.entries()) {
    if (i > 0) expect(from).toBe(versions[i - 1]![1]);
  }
});

test("plugins that answer each other's edits without end are stopped, and all goes on", async () => {
  const { made, host, install, play, type, open } = await editor();
  await install("test/a", follows("event:document-changed"));
  await install("test/b", follows("event:document-changed"));
  play((plugin, what) => {
    if (what === "handle") open.apply([{ start: 0, end: 0, insert: "!" }], plugin);
    return "";
  });
  type("x");
  const first = await quiet(made);
  expect(first).toBeGreaterThan(8);
  expect(first).toBeLessThan(40);
  type("y");
  expect(await quiet(made)).toBeGreaterThan(first + 8);
  expect(host.plugin("test/a").state).toBe("running");
  expect(await bystanderAnswers(made)).toBe(true);
});

test("the application's listeners that throw are told of as the host's fault, not the plugin's", async () => {
  const { host, document, open, told: events } = await editor();
  document.onChange(() => {
    throw new Error("the editor's");
  });
  expect(open.apply([{ start: 0, end: 0, insert: "x" }], "test/bystander").tag).toBe("applied");
  expect(events("fault")).toMatchObject([{ plugin: "test/bystander" }]);
  expect(host.plugin("test/bystander").crashes).toBe(0);
});

test("an application can't tell of changes that nobody made", async () => {
  const { host } = await rig();
  const error = await failure("event-invalid", () => host.dispatch("event:document-changed", {}));
  expect(error.message).toContain("edit the document");
});
