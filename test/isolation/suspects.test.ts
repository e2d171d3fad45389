// Suspects of a lost thread are tried in ever smaller groups: the one whose doing it is is found, and
// the others lose little.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Suspect, Suspects } from "../../src/isolation/suspects.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, nth) => `p${nth}`);

const idle = (party: string): Suspect => ({ party, ran: false, busy: false });

interface Trial {
  // Threads that were lost until the culprit was found.
  readonly losses: number;
  // How often each party's thread was lost.
  readonly restarts: ReadonlyMap<string, number>;
}

// The culprit ends its thread whenever it is at work; `ran` says whose code ran then.
function trial(parties: readonly string[], culprit: string, ran: (at: number) => string): Trial {
  const suspects = new Suspects(() => 0);
  const restarts = new Map<string, number>();
  for (let losses = 1; losses < 100; losses++) {
    const group = suspects.groupOf(culprit);
    const there = parties.filter((party) => suspects.groupOf(party) === group);
    for (const party of there) restarts.set(party, (restarts.get(party) ?? 0) + 1);
    const running = ran(losses);
    const found = suspects.lost(
      there.map((party) => ({ party, ran: party === running, busy: party === running })),
    );
    if (found === undefined) continue;
    expect(found).toBe(culprit);
    return { losses, restarts };
  }
  throw new Error("it was never found");
}

test("one that was alone on its thread is the culprit", () => {
  const suspects = new Suspects(() => 0);
  expect(suspects.lost([idle("a"), idle("a")])).toBe("a");
});

test("one that ran when the thread was lost is found the second time, and the others lose one start", () => {
  const { losses, restarts } = trial(names(40), "p7", () => "p7");
  expect(losses).toBe(2);
  expect(restarts.get("p3")).toBe(1);
});

test("of any number, whoever ran, it takes at most log2(n) + 1 threads", () => {
  const count = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(count, fc.nat(), fc.infiniteStream(fc.nat()), (n, at, running) => {
      const parties = names(n);
      const culprit = parties[at % n]!;
      const { losses, restarts } = trial(
        parties,
        culprit,
        () => parties[running.next().value % n] ?? "",
      );
      const most = Math.ceil(Math.log2(n)) + 1;
      expect(losses).toBeLessThanOrEqual(most);
      for (const restarted of restarts.values()) expect(restarted).toBeLessThanOrEqual(most);
    }),
  );
});

test("where nothing is known of who ran, it takes as many", () => {
  for (const n of [1, 2, 3, 4, 5, 8, 40, 64, 65]) {
    const { losses } = trial(names(n), `p${n - 1}`, () => "");
    expect(losses).toBeLessThanOrEqual(Math.ceil(Math.log2(n)) + 1);
  }
});

describe("a suspect that behaves", () => {
  test("may share again once it has answered for a while; time alone is not enough", () => {
    let now = 0;
    const suspects = new Suspects(() => now);
    suspects.lost([idle("a"), idle("b")]);
    expect(suspects.groupOf("a")).toBeDefined();
    expect(suspects.groupOf("a")).not.toBe(suspects.groupOf("b"));
    now = 1_000_000;
    expect(suspects.behaves("a", 0)).toBe(false);
    expect(suspects.behaves("a", 1)).toBe(false);
    now += 10_000;
    expect(suspects.behaves("a", 2)).toBe(true);
    expect(suspects.groupOf("a")).toBeUndefined();
    expect(suspects.groupOf("b")).toBeDefined();
  });

  test("is the first to be suspected the next time, for twice as long", () => {
    let now = 0;
    const suspects = new Suspects(() => now);
    suspects.lost([idle("a"), idle("b")]);
    suspects.behaves("a", 1);
    now += 10_000;
    expect(suspects.behaves("a", 2)).toBe(true);
    suspects.lost(["c", "a", "d"].map(idle));
    expect([...suspects.groupOf("a")!.parties]).toEqual(["a"]);
    suspects.behaves("a", 1);
    now += 10_000;
    expect(suspects.behaves("a", 2)).toBe(false);
    now += 10_000;
    expect(suspects.behaves("a", 3)).toBe(true);
  });

  test("is forgotten after an hour", () => {
    let now = 0;
    const suspects = new Suspects(() => now);
    suspects.lost([idle("a"), idle("b")]);
    suspects.behaves("a", 1);
    now += 10_000;
    suspects.behaves("a", 2);
    expect(suspects.losses("a")).toBe(1);
    now += 3_600_001;
    expect(suspects.losses("a")).toBe(0);
  });
});

test("one that does it only beside others is never alone to blame, and seldom beside them", () => {
  let now = 0;
  const suspects = new Suspects(() => now);
  const parties = names(10);
  let losses = 0;
  // An hour, a call of each every second.
  for (; now < 3_600_000; now += 1_000) {
    const group = suspects.groupOf("p0");
    const there = parties.filter((party) => suspects.groupOf(party) === group);
    if (there.length > 1) {
      losses++;
      expect(suspects.lost(there.map(idle))).toBeUndefined();
    }
    for (const party of parties) suspects.behaves(party, 1);
  }
  expect(losses).toBeLessThanOrEqual(40);
});

test("one that holds up whoever shares its thread is never let near others again", () => {
  let now = 0;
  const suspects = new Suspects(() => now);
  suspects.keepApart("a");
  suspects.behaves("a", 1);
  now += 1e9;
  expect(suspects.behaves("a", 1e6)).toBe(false);
  expect([...suspects.groupOf("a")!.parties]).toEqual(["a"]);
});
