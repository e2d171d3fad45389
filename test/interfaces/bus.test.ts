import { describe, expect, it } from "vitest";
import { busCapability, busInterface } from "../../src/interfaces/bus.ts";
import type * as Contract from "../../src/interfaces/generated/host/bus.ts";
import { answerOf, given, testCaller } from "./caller.ts";

function bus(scope: unknown, room = 100) {
  const queued: (readonly [string, string, string])[] = [];
  const definition = busInterface({
    emit: ({ plugin }, name, payload) =>
      queued.length < room && queued.push([plugin, name, payload]) > 0,
  });
  const caller = testCaller("acme/tester", scope);
  return { queued, caller, ...given<typeof Contract>(definition, caller) };
}

describe("bus", () => {
  it("queues an event under the emitter's name", () => {
    const { emit, queued } = bus({ events: ["added"] });
    emit("added", '{"id":1}');
    expect(queued).toEqual([["acme/tester", "added", '{"id":1}']]);
  });

  it("refuses names outside the scope, odd names, and bad or large payloads", () => {
    const { emit, queued } = bus({ events: ["added", "constructor"] });
    const denied = { err: { tag: "denied" } };
    expect(answerOf(() => emit("removed", "1"))).toMatchObject(denied);
    for (const name of ["", "Added", "a b", "acme/other:added", "x".repeat(1 << 20), "__proto__"]) {
      expect(answerOf(() => emit(name, "1"))).toMatchObject(denied);
    }
    expect(answerOf(() => emit("added", "{"))).toMatchObject(denied);
    const large = JSON.stringify("é".repeat(33 << 10));
    expect(answerOf(() => emit("added", large))).toMatchObject({ err: { tag: "quota" } });
    expect(queued).toEqual([]);
    emit("constructor", "null");
    expect(queued).toHaveLength(1);
  });

  it("hands on half a character, however it is escaped, as U+FFFD, and whole ones as they are", () => {
    const { emit, queued } = bus({ events: ["added"] });
    emit("added", String.raw`["\ud83d","\uD83D\uDE00","\\ud83d","\udE00x"]`);
    expect(JSON.parse(queued[0]![2])).toEqual(["\ufffd", "\u{1f600}", "\\ud83d", "\ufffdx"]);
  });

  it("answers quota when the queue is full", () => {
    const { emit } = bus({ events: ["added"] }, 1);
    emit("added", "1");
    expect(answerOf(() => emit("added", "2"))).toMatchObject({ err: { tag: "quota" } });
  });

  it("sees a grant that was taken back", () => {
    const { emit, caller } = bus({ events: ["added"] });
    emit("added", "1");
    caller.revoke();
    expect(answerOf(() => emit("added", "2"))).toMatchObject({ err: { tag: "denied" } });
    expect(caller.refusals).toHaveLength(1);
  });

  it("intersects lists of names, and refuses wildcards", () => {
    expect(busCapability.intersect({ events: ["a", "b"] }, { events: ["b", "c"] })).toEqual({
      events: ["b"],
    });
    expect(busCapability.intersect({ events: ["a"] }, { events: ["c"] })).toBeUndefined();
    for (const events of [["*"], [], ["a", "A"], ["a/b"]]) {
      expect(busCapability.scope.safeParse({ events }).success).toBe(false);
    }
  });
});
