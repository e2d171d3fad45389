import { expect, test } from "vitest";
import { failure } from "../conformance/engine-expect.ts";
import { settled } from "../manual-time.ts";
import { bystanderAnswers, err, rig } from "./rig.ts";

test("input goes in and comes out as JSON", async () => {
  const { host, install, play } = await rig();
  play((_, what, detail) => (what === "run" ? detail : ""));
  await install("test/a");
  for (const value of [null, 0, "é\u{1f980}", [1, [2]], { a: { b: null } }, true]) {
    expect(await host.execute("a.run", value)).toEqual(value);
  }
  expect(await host.execute("a.run")).toBe(null);
});

test("half a character in the input is U+FFFD, as in every string for a guest", async () => {
  const { host, install, play } = await rig();
  play((_, what, detail) => (what === "run" ? detail : ""));
  await install("test/a");
  const half = "\ud83d";
  const given = { [half]: [half, `x${half}`, "\u{1f600}", "\\ud83d", `\\${half}`] };
  expect(await host.execute("a.run", given)).toEqual({
    "\ufffd": ["\ufffd", "x\ufffd", "\u{1f600}", "\\ud83d", "\\\ufffd"],
  });
});

test("a call that was called off says why, in the signal's own words", async () => {
  const { host, install, play } = await rig();
  play(() => "1");
  await install("test/a");
  const reason = new Error("the person pressed Escape");
  const before = { signal: AbortSignal.abort(reason) };
  const error = await failure("command-cancelled", () => host.execute("a.run", null, before));
  expect(error.cause).toBe(reason);
  const later = new AbortController();
  const running = failure("command-cancelled", () =>
    host.execute("a.run", null, { signal: later.signal }),
  );
  later.abort(reason);
  expect((await running).cause).toBe(reason);
});

test("an answer has no prototype of the guest's making", async () => {
  const { host, install, play } = await rig();
  play((_, what) => (what === "run" ? '{"__proto__":{"admin":true},"a":1}' : ""));
  await install("test/a");
  const answer = (await host.execute("a.run")) as { admin?: boolean };
  expect(answer).toEqual({ a: 1 });
  expect(answer.admin).toBeUndefined();
});

test("a plugin's failure is a code, its words are made harmless, and it goes on", async () => {
  const { host, install, play } = await rig();
  play((_, what) => (what === "run" ? err("no \u001b[31mink\u202e left") : ""));
  await install("test/a");
  const error = await failure("command-failed", () => host.execute("a.run"));
  expect(error.data["said"]).toBe("no \\u{1b}[31mink\\u{202e} left");
  expect(error.plugin).toBe("test/a");
  expect(host.plugin("test/a")).toMatchObject({ state: "running", crashes: 0 });
});

test.each([
  ["no JSON", "{oops"],
  ["nothing", ""],
  ["JSON deeper than 64 levels", "[".repeat(65) + "]".repeat(65)],
])("a plugin that answers %s fails the command, which shows it, not the host", async (_, text) => {
  const made = await rig();
  made.play((_name, what) => (what === "run" ? text : ""));
  await made.install("test/a");
  const error = await failure("command-failed", () => made.host.execute("a.run"));
  expect(error.message).toContain(`“${text}”`);
  expect(await bystanderAnswers(made)).toBe(true);
});

test("a command that nobody has is unknown", async () => {
  const { host } = await rig();
  for (const id of ["a.run", "", "constructor", "__proto__", "bystander.other"]) {
    await failure("command-unknown", () => host.execute(id));
  }
});

test("input is checked against the command's schema before the plugin is started", async () => {
  const { host, install, steps, play } = await rig();
  const input = {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
    additionalProperties: false,
  };
  play(() => "1");
  await install("test/a", { manifest: { commands: [{ id: "a.run", title: "Run", input }] } });
  const error = await failure("command-input", () => host.execute("a.run", { text: 3 }));
  expect(error.data["problems"]).toMatchObject([{ path: "/text" }]);
  await failure("command-input", () => host.execute("a.run"));
  expect(steps).toEqual([]);
  expect(await host.execute("a.run", { text: "x" })).toBe(1);
});

test("input that is no JSON, or too much of it, is refused", async () => {
  const { host, install } = await rig();
  await install("test/a");
  const circular: { self?: unknown } = {};
  circular.self = circular;
  for (const input of [circular, 1n, "x".repeat(1024 * 1024 + 1)]) {
    await failure("command-input", () => host.execute("a.run", input));
  }
});

test("a call that was called off rejects at once, and the plugin is not harmed", async () => {
  const { host, install, play } = await rig();
  const gate = Promise.withResolvers<string>();
  play((_, what) => (what === "run" ? gate.promise : ""));
  await install("test/a");
  const before = AbortSignal.abort();
  await failure("command-cancelled", () => host.execute("a.run", 1, { signal: before }));
  const controller = new AbortController();
  const call = failure("command-cancelled", () =>
    host.execute("a.run", 1, { signal: controller.signal }),
  );
  const waiting = failure("command-cancelled", () =>
    host.execute("a.run", 2, { signal: controller.signal }),
  );
  await settled();
  controller.abort();
  await Promise.all([call, waiting]);
  gate.resolve("7");
  expect(await host.execute("a.run", 3)).toBe(7);
  expect(host.plugin("test/a").starts).toBe(1);
});

test("calls of one plugin run one at a time in their order; another plugin does not wait", async () => {
  const made = await rig();
  const { host, install, play, steps } = made;
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  play((_, what, detail) => (what === "run" ? gates[Number(detail)]!.promise : ""));
  await install("test/a");
  const calls = [host.execute("a.run", 0), host.execute("a.run", 1)];
  while (steps.length < 2) await settled();
  await settled();
  expect(steps.at(-1)).toBe("test/a run 0");
  expect(await bystanderAnswers(made)).toBe(true);
  gates[1]!.resolve('"second"');
  gates[0]!.resolve('"first"');
  expect(await Promise.all(calls)).toEqual(["first", "second"]);
});

test("calls that would have too many bytes wait are turned away, and hold up no bystander", async () => {
  const made = await rig({ limits: { waitingBytes: 1_000 } });
  const { host, install, play } = made;
  const gate = Promise.withResolvers<string>();
  play((_, what) => (what === "run" ? gate.promise : ""));
  await install("test/a");
  const long = "x".repeat(600);
  const first = host.execute("a.run", `${long}${long}`);
  const busy = await failure("plugin-busy", () => host.execute("a.run", long));
  expect(busy.plugin).toBe("test/a");
  expect(busy.data).toMatchObject({ limit: "waitingBytes", value: 1_000 });
  expect(await bystanderAnswers(made)).toBe(true);
  gate.resolve("5");
  expect(await first).toBe(5);
  // What has been answered does not count any more.
  expect(await Promise.all([host.execute("a.run", long), host.execute("a.run", 1)])).toEqual([
    5, 5,
  ]);
});

test("too many waiting calls are turned away", async () => {
  const { host, install, play } = await rig({ limits: { waitingCalls: 2 } });
  const gate = Promise.withResolvers<string>();
  play((_, what) => (what === "run" ? gate.promise : ""));
  await install("test/a");
  const calls = [1, 2, 3].map((n) => host.execute("a.run", n));
  await failure("plugin-busy", () => host.execute("a.run", 4));
  gate.resolve("5");
  expect(await Promise.all(calls)).toEqual([5, 5, 5]);
});
