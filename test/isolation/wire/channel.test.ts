import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Channel } from "../../../src/isolation/wire/channel.ts";
import { newRings } from "../../../src/isolation/wire/ring.ts";

type Act =
  | { readonly tag: "frame"; readonly length: number }
  | { readonly tag: "message" | "flush" | "deliver" | "held" | "released" };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .oneof(fc.nat(50), fc.nat(9_000), fc.integer({ min: 100_000, max: 600_000 }))
      .map((length): Act => ({ tag: "frame", length })),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom("message", "flush", "deliver", "held", "released")
      .map((tag): Act => ({ tag }) as Act),
  },
);

// Two ends whose messages lie in a row until they are delivered.
function pair(shared: boolean): {
  readonly host: Channel;
  readonly heard: string[];
  readonly posted: unknown[];
  deliver(most?: number): void;
} {
  const rings = shared ? newRings() : undefined;
  const posted: unknown[] = [];
  const heard: string[] = [];
  const host = new Channel({
    rings,
    side: "host",
    post: (message) => void posted.push(message),
    take: () => {},
    other: () => {},
  });
  const guest = new Channel({
    rings,
    side: "guest",
    post: () => {},
    take: (kind, instance, reader) => {
      expect(kind).toBe(1);
      heard.push(`frame ${instance} ${reader.bytes().length}`);
    },
    other: (message) => void heard.push(String(message)),
  });
  return {
    host,
    heard,
    posted,
    deliver: (most = Infinity) => {
      for (let left = most; left > 0 && posted.length > 0; left--) guest.receive(posted.shift());
    },
  };
}

describe.each([true, false])("what two threads tell each other (through rings: %s)", (shared) => {
  it("arrives once, whole and in order, whatever its size and whenever it is sent on", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: "max" }), (acts) => {
        const { host, heard, deliver } = pair(shared);
        const said: string[] = [];
        let held = 0;
        for (const [number, one] of acts.entries()) {
          if (one.tag === "frame") {
            const bytes = new Uint8Array(one.length);
            host.outbox.frame(1, number, (writer) => writer.bytes(bytes));
            said.push(`frame ${number} ${one.length}`);
          } else if (one.tag === "message") {
            host.post(`message ${number}`);
            said.push(`message ${number}`);
          } else if (one.tag === "flush") host.outbox.flush();
          else if (one.tag === "deliver") deliver(1);
          else if (one.tag === "held") {
            host.outbox.hold();
            held++;
          } else if (held > 0) {
            host.outbox.release();
            held--;
          }
        }
        host.outbox.flush();
        deliver();
        expect(heard).toEqual(said);
      }),
      { numRuns: 60 },
    );
  });

  it("sends what was written in one turn at the turn's end", async () => {
    const { host, heard, deliver } = pair(shared);
    host.outbox.frame(1, 1, (writer) => writer.bytes(new Uint8Array(1)));
    deliver();
    expect(heard).toEqual([]);
    await Promise.resolve();
    deliver();
    expect(heard).toEqual(["frame 1 1"]);
  });

  it("sends nothing of a frame whose writer throws", () => {
    const { host, heard, deliver } = pair(shared);
    host.outbox.frame(1, 1, (writer) => writer.bytes(new Uint8Array(1)));
    expect(() =>
      host.outbox.frame(1, 2, (writer) => {
        writer.bytes(new Uint8Array(100));
        throw new RangeError("no");
      }),
    ).toThrow("no");
    host.outbox.frame(1, 3, (writer) => writer.bytes(new Uint8Array(3)));
    host.outbox.flush();
    deliver();
    expect(heard).toEqual(["frame 1 1", "frame 3 3"]);
  });

  it.each([false, true])(
    "sends a frame that is written in the middle of another one behind it (that fails: %s)",
    (fails) => {
      const { host, heard, deliver } = pair(shared);
      const inner = (number: number, more: () => void = () => {}): void =>
        host.outbox.frame(1, number, (writer) => {
          writer.bytes(new Uint8Array(number));
          more();
        });
      try {
        inner(1, () => {
          inner(2, () => inner(3));
          host.outbox.flush();
          if (fails) throw new RangeError("no");
        });
      } catch {}
      host.outbox.flush();
      deliver();
      expect(heard).toEqual([...(fails ? [] : ["frame 1 1"]), "frame 2 2", "frame 3 3"]);
    },
  );

  it("goes on behind a message that was lost, and one that comes again", () => {
    const { host, heard, deliver, posted } = pair(shared);
    host.post("a");
    posted.pop();
    host.outbox.frame(1, 1, (writer) => writer.bytes(new Uint8Array(1)));
    host.post("b");
    posted.push(posted.at(-1));
    host.outbox.frame(1, 2, (writer) => writer.bytes(new Uint8Array(2)));
    host.outbox.flush();
    deliver();
    expect([...new Set(heard)]).toEqual(["frame 1 1", "b", "frame 2 2"]);
    expect(heard).toHaveLength(4);
  });
});
