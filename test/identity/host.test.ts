import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  askingPolicy,
  createHost,
  type Host,
  type HostOptions,
  type Identity,
  type IdentityChange,
  identityText,
  type InstallOptions,
  memoryKeyValue,
  rememberedPolicy,
  ringAudit,
} from "../../src/index.ts";
import { nodePlatform } from "../../src/platform/node/index.ts";
import type { SigningKey } from "../../src/identity/ed25519.ts";
import { signPackage, vouch, withSignature } from "../../src/identity/sign.ts";
import { failure } from "../conformance/engine-expect.ts";
import { bystanderAnswers, rig, type Rig } from "../host/rig.ts";
import { type Part, scriptedGuest } from "../host/scripted-guest.ts";
import { manifestText } from "../manifest-text.ts";
import { withSection } from "../plugin/samples.ts";
import { newKey, whoKnows } from "./keys.ts";
import { memoryGrants } from "./memory-grants.ts";

const NAME = "acme/notes";
/** Programs that differ: what one of them stores or is granted is not another's by its name alone. */
const builds: readonly (readonly Part[])[] = [
  ["commands"],
  ["commands", "events"],
  ["commands", "lifecycle"],
  ["commands", "lifecycle", "state"],
];
let guests: readonly Uint8Array[];
let maker: SigningKey;
let stranger: SigningKey;

beforeAll(async () => {
  guests = await Promise.all(builds.map((parts) => scriptedGuest(...parts)));
  [maker, stranger] = [await newKey(), await newKey()];
});

interface Made {
  readonly version?: string;
  readonly asks?: Readonly<Record<string, unknown>>;
}

const log = { log: { reason: "To tell." } };

/** A build of the plugin, with its manifest inside. */
function built(build: number, { version = "1.0.0", asks = log }: Made = {}): Uint8Array {
  const manifest = manifestText(NAME, {
    version,
    commands: [{ id: "notes.run", title: "Run" }],
    capabilities: asks,
  });
  return withSection(guests[build]!, "tenon:manifest", manifest);
}

async function signedBy(key: SigningKey, component: Uint8Array): Promise<Uint8Array> {
  return withSignature(component, await signPackage({ component, key }));
}

/** What outlives a host: its storage and what its person decided for good. */
interface Session {
  readonly made: Rig;
  readonly host: Host;
  readonly questions: string[];
  readonly changes: IdentityChange[];
  readonly audit: ReturnType<typeof ringAudit>;
  install(bytes: Uint8Array, options?: InstallOptions): Promise<unknown>;
}

interface World {
  start(
    answer?: "refuse" | "fresh" | "hand-over",
    options?: Partial<HostOptions>,
  ): Promise<Session>;
}

function world(): World {
  const keyValue = memoryKeyValue();
  const grants = memoryGrants();
  return {
    async start(answer, options = {}) {
      const questions: string[] = [];
      const changes: IdentityChange[] = [];
      const person = askingPolicy(
        ({ plugin, capability, maker }) => {
          if (plugin === NAME) questions.push(`${capability}, ${maker}`);
          return "always";
        },
        {
          optional: "ask",
          ...(answer === undefined
            ? {}
            : {
                identity: (change: IdentityChange) => {
                  changes.push(change);
                  return answer;
                },
              }),
        },
      );
      const audit = ringAudit();
      const made = await rig({
        platform: { keyValue: { ...keyValue, [Symbol.dispose]: () => undefined } },
        policy: rememberedPolicy(grants, person, { now: () => 1 }),
        audit,
        ...options,
      });
      made.play((plugin, what) => (what === "run" ? JSON.stringify(plugin) : ""));
      const install = (bytes: Uint8Array, how: InstallOptions = {}): Promise<unknown> =>
        made.host.install(bytes, how);
      return { made, host: made.host, questions, changes, audit, install };
    },
  };
}

/** Whom the host takes for the plugin's maker, once the plugin has answered. */
async function known({ host }: Session): Promise<string> {
  expect(await host.execute("notes.run")).toBe(NAME);
  return identityText(host.plugin(NAME).identity);
}

/** The plugin that was there goes on as it was, and so does everybody else. */
async function expectUntouched({ made, host, questions }: Session, version: string): Promise<void> {
  expect(host.plugin(NAME)).toMatchObject({ version, state: "running" });
  expect(host.plugin(NAME).standing).toMatchObject([{ capability: "log", status: "granted" }]);
  expect(await host.execute("notes.run")).toBe(NAME);
  expect(await bystanderAnswers(made)).toBe(true);
  questions.length = 0;
}

test("the host says who made a plugin, and how that is known", async () => {
  const { host, install, audit, questions } = await world().start();
  await install(await signedBy(maker, built(0)));
  const { identity, maker: words } = host.plugin(NAME);
  expect(identity).toEqual({ tag: "key", key: maker.id, formerly: [], name: undefined });
  const digits = maker.id.slice(4, 20).replace(/(.{4})(?=.)/gu, "$1-");
  expect(words).toBe(`signed with the key ${digits}`);
  expect(questions).toEqual([`log, ${words}`]);
  const entries = audit.entries.filter(({ plugin }) => plugin === NAME);
  expect(entries.map(({ maker }) => maker)).toEqual([maker.id, maker.id]);
  expect(host.plugin("test/bystander").maker).toBe("from a trusted place, rig");
});

test("the same maker's update keeps its grants and is asked only for what widened", async () => {
  const between = world();
  const first = await between.start();
  await first.install(await signedBy(maker, built(0)));
  await known(first);
  first.questions.length = 0;
  await first.install(await signedBy(maker, built(1, { version: "1.1.0" })), { replace: "newer" });
  expect(first.questions).toEqual([]);
  const wider = { ...log, ui: { reason: "To show." } };
  const next = await signedBy(maker, built(2, { version: "1.2.0", asks: wider }));
  await first.install(next, { replace: "newer" });
  expect(first.questions).toEqual([`ui, ${first.host.plugin(NAME).maker}`]);
  await first.host[Symbol.asyncDispose]();
  const second = await between.start();
  await second.install(next);
  expect(second.questions).toEqual([]);
  expect(second.changes).toEqual([]);
});

test.each([
  ["other bytes without a signature", async () => built(1, { version: "2.0.0" })],
  ["a signature of another key", () => signedBy(stranger, built(1, { version: "2.0.0" }))],
])(
  "%s under the name of an unsigned plugin are refused, at once and after a restart",
  async (_, make) => {
    const between = world();
    const first = await between.start();
    await first.install(built(0));
    await known(first);
    const impostor = await make();
    const error = await failure("identity-changed", () =>
      first.install(impostor, { replace: "any" }),
    );
    expect(error).toMatchObject({
      plugin: NAME,
      data: { from: expect.stringMatching(/^sha256:/u) },
    });
    await expectUntouched(first, "1.0.0");
    await first.host[Symbol.asyncDispose]();
    const second = await between.start();
    await failure("identity-changed", () => second.install(impostor, { replace: "any" }));
    await failure("plugin-unknown", async () => second.host.plugin(NAME));
    expect(second.questions).toEqual([]);
    for (const { audit } of [first, second]) {
      const refused = audit.entries.filter(({ decision }) => decision === "refused");
      // What was refused is the impostor's, and not of the one that has the name.
      expect(refused.length).toBeGreaterThan(0);
      for (const one of refused) expect(one.maker).toBe(error.data["to"]);
    }
    await second.install(built(0));
    expect(second.questions).toEqual([]);
    await expectUntouchedAfterStart(second);
  },
);

async function expectUntouchedAfterStart(session: Session): Promise<void> {
  await known(session);
  await expectUntouched(session, "1.0.0");
}

test("a signed plugin that comes without its signature has a code of its own", async () => {
  const session = await world().start();
  await session.install(await signedBy(maker, built(0)));
  await known(session);
  await failure("signature-missing", () => session.install(built(0), { replace: "any" }));
  await failure("signature-missing", () =>
    session.install(built(1, { version: "2.0.0" }), { replace: "newer" }),
  );
  await expectUntouched(session, "1.0.0");
});

test("a key of a stranger's, and a lost key's successor, are another maker", async () => {
  const session = await world().start("refuse");
  await session.install(await signedBy(maker, built(0)));
  await known(session);
  const next = await signedBy(stranger, built(1, { version: "1.1.0" }));
  await failure("identity-changed", () => session.install(next, { replace: "newer" }));
  await expectUntouched(session, "1.0.0");
  expect(session.changes).toMatchObject([
    { plugin: NAME, from: { identity: { key: maker.id } }, to: { identity: { key: stranger.id } } },
  ]);
});

test("a key that was rotated is the same maker, and the older key is not any more", async () => {
  const between = world();
  const session = await between.start();
  await session.install(await signedBy(maker, built(0)));
  await known(session);
  session.questions.length = 0;
  const next = await newKey();
  const links = [await vouch(maker, next.publicKey)];
  const component = built(1, { version: "1.1.0" });
  const rotated = withSignature(component, await signPackage({ component, key: next, links }));
  await session.install(rotated, { replace: "newer" });
  await known(session);
  expect(session.questions).toEqual([]);
  const stolen = await signedBy(maker, built(2, { version: "1.2.0" }));
  await failure("identity-changed", () => session.install(stolen, { replace: "newer" }));
  await session.host[Symbol.asyncDispose]();
  const after = await between.start();
  await failure("identity-changed", () => after.install(stolen));
  await after.install(rotated);
  expect(after.questions).toEqual([]);
});

test("a revoked key's package is refused, and its successor without its word is another maker", async () => {
  const between = world();
  const first = await between.start();
  await first.install(await signedBy(maker, built(0)));
  await first.host[Symbol.asyncDispose]();
  const keys = whoKnows(new Map([[maker.id, { revoked: { at: 1, reason: "stolen" } }]]));
  const second = await between.start(undefined, { keys });
  await failure("key-revoked", async () => second.install(await signedBy(maker, built(0))));
  await failure("plugin-unknown", async () => second.host.plugin(NAME));
  const next = await newKey();
  const component = built(1, { version: "1.1.0" });
  const links = [await vouch(maker, next.publicKey)];
  const rotated = withSignature(component, await signPackage({ component, key: next, links }));
  await failure("identity-changed", () => second.install(rotated));
  expect(await bystanderAnswers(second.made)).toBe(true);
});

test("who decides is told what the other program asks for in addition", async () => {
  const session = await world().start("fresh");
  await session.install(built(0));
  session.questions.length = 0;
  const asks = { ...log, ui: { reason: "To show." } };
  await session.install(built(1, { version: "2.0.0", asks }), { replace: "newer" });
  const [change] = session.changes;
  expect(change?.asks.map(({ capability }) => capability)).toEqual(["log", "ui"]);
  expect(change?.added.map(({ capability }) => capability)).toEqual(["ui"]);
  // Grants never go over: all of it is asked.
  expect(session.questions).toHaveLength(2);
  expect(session.audit.entries.some(({ reason }) => /takes over the name/u.test(reason))).toBe(
    true,
  );
});

test("the state of an instance goes to another maker only with its data", async () => {
  for (const answer of ["fresh", "hand-over"] as const) {
    const session = await world().start(answer);
    const { made } = session;
    made.play((_, what) => (what === "save" ? "a secret" : what === "run" ? "1" : ""));
    await session.install(built(3));
    await session.host.execute("notes.run");
    const other = withSection(built(3, { version: "2.0.0" }), "note", "another build");
    await session.install(other, { replace: "newer" });
    await session.host.execute("notes.run");
    const restored = made.steps.some((step) => step.includes("a secret"));
    expect(restored, answer).toBe(answer === "hand-over");
  }
});

test("two that race for one name: one is there, the other is told so, nothing is granted twice", async () => {
  const gate = Promise.withResolvers<"always">();
  const asked: string[] = [];
  const policy = askingPolicy(({ maker }) => {
    asked.push(maker);
    return gate.promise;
  });
  const made = await rig({ policy });
  const first = made.host.install(built(0));
  await expect.poll(() => asked.length).toBe(1);
  const second = await signedBy(stranger, built(1));
  await failure("plugin-installed", () => made.host.install(second, { replace: "any" }));
  gate.resolve("always");
  await first;
  expect(made.host.plugin(NAME).identity.tag).toBe("digest");
  expect(asked).toHaveLength(1);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("isolation and settings are told who made the plugin that has the name", async () => {
  const told: string[] = [];
  const { host, made } = await world().start(undefined, {
    isolation: ({ name }, identity) => {
      if (name === NAME) told.push(identityText(identity));
      return "caller";
    },
  });
  await host.install(await signedBy(maker, built(0)));
  expect(await host.execute("notes.run")).toBe(NAME);
  expect(told).toEqual([maker.id]);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("what an application does to the identity that it is handed changes nobody's", async () => {
  const bytes = readFileSync(new URL("../../plugins-rs/upper/upper.wasm", import.meta.url));
  const signature = await signPackage({ component: bytes, key: maker });
  const identities: Identity[] = [];
  const turn = (identity: Identity): void => {
    identities.push(identity);
    for (const [name, value] of [
      ["tag", "key"],
      ["digest", "sha256:other"],
      ["place", "theirs"],
    ]) {
      Reflect.set(identity, name!, value);
    }
    if (identity.tag === "key") Reflect.set(identity.formerly, 0, stranger.id);
  };
  for (const [how, known] of [
    [{}, { tag: "digest", digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u) }],
    [{ place: "ours" }, { tag: "place", place: "ours" }],
    [{ signature }, { tag: "key", key: maker.id, formerly: [] }],
  ] as const) {
    const policy = { decide: () => ({ tag: "silent" }) as const };
    const isolation = (_: unknown, identity: Identity): "thread" => {
      turn(identity);
      return "thread";
    };
    await using host = createHost({ platform: nodePlatform(), policy, isolation });
    const { identity } = await host.install(bytes, how);
    turn(identity);
    expect(host.plugin("tenon/upper").identity).toEqual(known);
  }
  expect(identities.every((one) => Object.isFrozen(one))).toBe(true);
});

test("in a folder, a signature beside a package counts; one that is taken away or doubled does not pass", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-identity-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [file, beside] = [join(folder, "notes.wasm"), join(folder, "notes.wasm.sig")];
  const component = built(0);
  writeFileSync(file, component);
  writeFileSync(beside, await signPackage({ component, key: maker }));
  const between = world();
  const first = await between.start();
  expect(await first.host.installAll(folder)).toMatchObject({ plugins: 1, refused: [] });
  expect(first.host.plugin(NAME).identity).toMatchObject({ tag: "key", key: maker.id });
  expect(await known(first)).toBe(maker.id);
  await first.host[Symbol.asyncDispose]();
  const attempts: readonly (readonly [string, () => Promise<void> | void])[] = [
    ["signature-missing", () => rmSync(beside)],
    ["signature-malformed", () => writeFileSync(beside, new Uint8Array(60))],
    [
      "signature-wrong",
      async () => writeFileSync(beside, await signPackage({ component: built(1), key: maker })),
    ],
    [
      "identity-changed",
      async () => writeFileSync(beside, await signPackage({ component, key: stranger })),
    ],
    [
      "signature-duplicate",
      async () => {
        writeFileSync(beside, await signPackage({ component, key: maker }));
        writeFileSync(file, await signedBy(maker, component));
      },
    ],
  ];
  for (const [code, change] of attempts) {
    await change();
    const next = await between.start();
    const report = await next.host.installAll(folder);
    expect(report.refused, code).toMatchObject([{ error: { code } }]);
    await failure("plugin-unknown", async () => next.host.plugin(NAME));
    expect(next.questions).toEqual([]);
    expect(await bystanderAnswers(next.made)).toBe(true);
    await next.host[Symbol.asyncDispose]();
  }
});
