import { describe, expect, test } from "vitest";
import { ScrollTrack, VirtualList } from "../../src/text/index.ts";
import { randomFrom, seed } from "./random.ts";

describe("a virtual list", () => {
  test("says which rows to show, with some more on either side", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100, overscan: 50 });
    expect(list.window()).toEqual({
      first: 0,
      end: 8,
      firstSeen: 0,
      endSeen: 5,
      top: 0,
      bottom: 160,
    });
    list.scrollTop = 210;
    expect(list.window()).toMatchObject({ first: 8, end: 18, firstSeen: 10, endSeen: 16 });
    list.scrollTop = Number.POSITIVE_INFINITY;
    expect(list.scrollTop).toBe(19_900);
    expect(list.window()).toMatchObject({ end: 1000, endSeen: 1000, bottom: 20_000 });
  });

  test("stays where it is when rows above turn out higher", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.scrollTop = 510;
    for (let row = 0; row < 25; row++) list.measure(row, 33);
    expect(list.scrollTop).toBe(510 + 25 * 13);
    expect(list.window().firstSeen).toBe(25);
    list.measure(900, 500);
    expect(list.scrollTop).toBe(510 + 25 * 13);
  });

  test("keeps what is below a row across its upper edge in place when that row is measured", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.scrollTop = 515;
    const below = list.top(26) - list.scrollTop;
    list.measure(25, 90);
    expect(list.top(26) - list.scrollTop).toBe(below);
    list.measure(25, 2);
    expect(list.top(26) - list.scrollTop).toBe(below);
  });

  test("shows what is inserted at the very top, and nowhere else moves for it", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.insert(0, 10);
    expect(list.scrollTop).toBe(0);
    list.scrollTop = 100;
    list.insert(0, 10);
    expect(list.scrollTop).toBe(300);
    list.insert(15, 2);
    expect(list.scrollTop).toBe(340);
    list.insert(30, 5);
    expect(list.scrollTop).toBe(340);
    list.remove(0, 5);
    expect(list.scrollTop).toBe(240);
    list.remove(10, 5);
    expect(list.scrollTop).toBe(200);
    list.remove(0, list.rows);
    expect([list.scrollTop, list.height, list.rowAt(0)]).toEqual([0, 0, undefined]);
    expect(list.window()).toMatchObject({ first: 0, end: 0 });
  });

  test("takes a scroll event of less than a pixel for its own echo", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.scrollTo(500, "end");
    list.scrollTop = list.scrollTop + 0.5;
    list.measure(500, 60);
    expect(list.scrollTop).toBe(list.top(501) - 100);
    list.scrollTop = list.scrollTop + 1;
    list.measure(500, 80);
    expect(list.scrollTop).not.toBe(list.top(501) - 100);
  });

  test("goes on showing the row it was scrolled to while heights become known", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.scrollTo(500, "end");
    for (let row = 490; row <= 500; row++) list.measure(row, 30 + row / 10);
    list.insert(3, 7);
    expect(list.scrollTop).toBe(list.top(508) - 100);
    list.scrollTo(300, "center");
    list.measure(300, 40);
    expect(list.scrollTop).toBe(list.top(300) - 30);
    list.scrollTo(40);
    expect(list.scrollTop).toBe(list.top(40));
    list.scrollTo(41);
    expect(list.scrollTop).toBe(list.top(40));
    list.scrollTo(45);
    expect(list.scrollTop).toBe(list.top(46) - 100);
    list.measure(45, 1000);
    list.scrollTo(45, "start");
    list.scrollTo(45);
    expect(list.scrollTop).toBe(list.top(45));
  });

  test("that follows its end shows it until the user scrolls away", () => {
    const log = new VirtualList({ rows: 0, estimate: 20, viewport: 100, follow: true });
    log.insert(0, 2);
    log.insert(2, 20);
    expect(log.scrollTop).toBe(340);
    log.measure(21, 50);
    expect(log.scrollTop).toBe(370);
    log.scrollTop = 200;
    log.insert(22, 10);
    expect(log.scrollTop).toBe(200);
    log.scrollTop = 570;
    log.insert(32, 1);
    expect(log.scrollTop).toBe(590);
    const plain = new VirtualList({ rows: 22, estimate: 20, viewport: 100 });
    plain.scrollTop = 340;
    plain.insert(22, 10);
    expect(plain.scrollTop).toBe(340);
  });

  test("estimates with the mean of what was measured once the width has changed", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 100 });
    list.scrollTop = 400;
    for (let row = 0; row < 100; row++) list.measure(row, row % 2 === 0 ? 30 : 50);
    expect(list.window().firstSeen).toBe(20);
    list.forget();
    expect(list.height).toBe(40_000);
    expect(list.window().firstSeen).toBe(20);
    expect(list.scrollTop).toBe(800);
  });

  test(`never moves what is seen, whatever happens elsewhere (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const list = new VirtualList({ rows: 5000, estimate: 20, viewport: 300 });
    const names = Array.from({ length: 5000 }, (_, row) => row);
    let next = 5000;
    for (let round = 0; round < 5000; round++) {
      if (random(5) === 0) list.scrollTop = random(Math.floor(list.height));
      const { firstSeen, endSeen } = list.window();
      // The first row that is seen from its upper edge on, if any.
      const at = list.top(firstSeen) < list.scrollTop ? firstSeen + 1 : firstSeen;
      const name = at < endSeen ? names[at] : undefined;
      const place = list.top(at) - list.scrollTop;
      const atTop = list.scrollTop === 0;
      const kind = random(3);
      let from = random(names.length);
      if (kind === 0) {
        list.measure(from, random(6400) / 64);
      } else if (kind === 1) {
        // Between a row across the upper edge and this one is in sight.
        if (from === at) from = firstSeen;
        const added = Array.from({ length: random(5) }, () => next++);
        list.insert(from, added.length);
        names.splice(from, 0, ...added);
      } else {
        const count = random(5);
        if (from <= at) from = Math.max(0, Math.min(from, firstSeen - count));
        const gone = Math.min(from < firstSeen ? firstSeen - from : names.length - from, count);
        list.remove(from, gone);
        names.splice(from, gone);
      }
      const most = list.height - 300;
      expect(list.scrollTop).toBeGreaterThanOrEqual(0);
      expect(list.scrollTop).toBeLessThanOrEqual(most);
      const now = name === undefined ? -1 : names.indexOf(name);
      if (now === -1 || atTop || list.scrollTop === 0 || list.scrollTop === most) continue;
      expect(list.top(now) - list.scrollTop, `round ${round}`).toBe(place);
    }
  });

  test("refuses what is out of range", () => {
    const list = new VirtualList({ rows: 10, estimate: 20 });
    const refused = expect.objectContaining({ code: "text-range" });
    expect(() => list.scrollTo(10)).toThrow(refused);
    expect(() => list.measure(10, 1)).toThrow(refused);
    expect(() => (list.viewport = -1)).toThrow(refused);
    expect(() => (list.scrollTop = Number.NaN)).toThrow(refused);
    expect(() => new VirtualList({ rows: 1, estimate: 1, overscan: -1 })).toThrow(refused);
    expect(list.scrollTop).toBe(0);
  });
});

describe("a scroll track", () => {
  const long = (): { list: VirtualList; track: ScrollTrack } => {
    const list = new VirtualList({ rows: 10_000_000, estimate: 20, viewport: 500 });
    return { list, track: new ScrollTrack(list, 1_000_000) };
  };

  test("changes nothing for a list that fits", () => {
    const list = new VirtualList({ rows: 1000, estimate: 20, viewport: 500 });
    const track = new ScrollTrack(list, 1_000_000);
    track.moved(1234);
    expect([track.height, track.place, list.scrollTop]).toEqual([20_000, 1234, 1234]);
    expect(track.top(10)).toBe(200);
    list.measure(0, 50);
    expect(track.place).toBe(1264);
  });

  test("reaches both ends and every part of a list that no element could hold", () => {
    const { list, track } = long();
    expect(track.height).toBe(1_000_000);
    track.moved(999_500);
    expect(list.window().endSeen).toBe(10_000_000);
    expect(track.place).toBe(999_500);
    track.moved(500_000);
    expect(list.scrollTop / list.height).toBeCloseTo(0.5, 2);
    track.moved(0);
    expect(list.window().firstSeen).toBe(0);
  });

  test(`moves rows by as much as the wheel, however long the list is (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const { list, track } = long();
    for (let round = 0; round < 3000; round++) {
      if (random(100) === 0) track.moved(random(999_500));
      if (random(10) === 0) track.rest();
      const row = list.window().firstSeen + 3;
      const before = track.top(row) - track.place;
      const way = random(800) - 400;
      const scrolled = Math.max(0, Math.min(999_500, track.place + way));
      const moved = Math.abs(way) < 1 ? 0 : scrolled - track.place;
      const top = list.scrollTop;
      track.moved(scrolled);
      const most = list.height - 500;
      if (list.scrollTop === 0 || list.scrollTop === most) continue;
      expect(list.scrollTop - top).toBeCloseTo(moved, 3);
      expect(track.top(row) - track.place).toBeCloseTo(before - moved, 3);
      // There is always a way on.
      expect(track.place).toBeGreaterThan(0);
      expect(track.place).toBeLessThan(999_500);
    }
  });

  test("wheels to the very end and back from anywhere near it", () => {
    const { list, track } = long();
    track.moved(999_000);
    for (let i = 0; i < 100; i++) track.moved(Math.min(999_500, track.place + 300));
    expect(list.scrollTop).toBe(list.height - 500);
    expect(track.place).toBe(999_500);
    track.moved(900);
    for (let i = 0; i < 100; i++) track.moved(Math.max(0, track.place - 300));
    expect([list.scrollTop, track.place]).toEqual([0, 0]);
  });

  test("lets a slow finger add up", () => {
    const { list, track } = long();
    track.moved(500_000);
    const { scrollTop } = list;
    for (let way = 0.25; way <= 2; way += 0.25) track.moved(500_000 + way);
    expect(list.scrollTop - scrollTop).toBeCloseTo(2, 6);
  });
});
