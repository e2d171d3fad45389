import { describe, expect, test } from "vitest";
import { CAP_NAMES, CATALOGUE } from "../../../src/component/caps/catalogue.ts";
import { compileSync, instantiate } from "../../../src/component/index.ts";
import { leb } from "../../bytes.ts";
import { threadMicroseconds } from "../../thread-time.ts";
import { corePreamble, repeated } from "../decode/binary.ts";
import { cases, component, holding, join, section, times, withCode } from "./cases.ts";

const MIB = 2 ** 20;

// Milliseconds of this thread's processor time until it is refused, of some tries the least: others work on
// the machine, too.
function refusalMs(bytes: Uint8Array<ArrayBuffer>): number {
  let least = Infinity;
  for (let tries = 0; tries < 5; tries++) {
    const start = threadMicroseconds();
    // What linking makes is counted when it is linked, which is before anything is instantiated.
    const refused = expect.objectContaining({ code: "component-limit" });
    expect(() => instantiate(compileSync(bytes))).toThrow(refused);
    least = Math.min(least, (threadMicroseconds() - start) / 1_000);
  }
  return least;
}

function promisedMs(bytes: Uint8Array): number {
  return 50 + (5 * bytes.length) / MIB;
}

describe("what is over a cap is refused within 50 ms and 5 more a megabyte", () => {
  test.each(CAP_NAMES)("%s, by one", (name) => {
    const bytes = cases[name](CATALOGUE[name].most + 1);
    expect(refusalMs(bytes)).toBeLessThan(promisedMs(bytes));
  });

  const many = 8 * MIB;
  const hostile: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
    "imports of a component": () => repeated(10, leb(many), [0, 1, 0x61, 1, 0], many),
    "empty sections": () => component(times([7, 1, 0], many)),
    "custom sections without a name": () => component(times([0, 1, 0], many)),
    "custom sections of a module": () => holding(times([0, 1, 0], many)),
    "nested blocks": () => withCode(join(times([0x02, 0x40], many), times([0x0b], many))),
    "nested loops with calls": () =>
      withCode(join(times([0x03, 0x40], many), times([0x10, 0], many), times([0x0b], many))),
    "targets of one br_table": () =>
      withCode(join([0x41, 0, 0x0e, ...leb(many - 1)], times([0], many))),
    "instructions behind `unreachable`": () =>
      withCode(join([0x00], times([0x1a, 0x20, 0x00], many)), { locals: 1 }),
    "LEB128s that go on": () => withCode(join([0x41], times([0x80], 3 * many), [0])),
    "locals in groups": () => {
      const body = join(leb(many), times([1, 0x7f], many), [0x0b]);
      const head = [section(1, [1, 0x60, 0, 0]), section(3, [1, 0])];
      return holding(...head, section(10, [1, ...leb(body.length)], body));
    },
    "elements as expressions": () =>
      holding(section(9, [1, 5, 0x70, ...leb(many)], times([0xd0, 0x70, 0x0b], many))),
    "a constant that is added up": () =>
      holding(section(6, [1, 0x7f, 0, 0x41, 0], times([0x41, 0, 0x6a], many), [0x0b])),
    "core modules": () => component(times([1, 8, ...corePreamble], many / 4)),
    "types in a module": () => holding(section(1, leb(many), times([0x60, 0, 0], many))),
    "nested instance types": () => repeated(7, [1], [0x42, 1, 1], many),
  };

  test.each(Object.entries(hostile))("millions of %s", (_, make) => {
    const bytes = make();
    expect(refusalMs(bytes)).toBeLessThan(promisedMs(bytes));
  });
});
