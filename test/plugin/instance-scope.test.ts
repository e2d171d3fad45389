import { expect, test } from "vitest";
import { InstanceScope } from "../../src/plugin/instance/instance-scope.ts";

test("what was acquired since a mark ends in reverse order, what was there before stays", () => {
  const ended: string[] = [];
  const faults: unknown[] = [];
  const scope = new InstanceScope((error) => faults.push(error));
  const resource = (name: string, also?: () => void) => ({
    [Symbol.dispose]: () => {
      ended.push(name);
      also?.();
    },
  });
  scope.own(resource("before"));
  const mark = scope.mark();
  const endB = scope.own(resource("b"));
  scope.own(resource("c", endB));
  scope.own(
    resource("d", () => {
      throw new Error("on purpose");
    }),
  );
  scope.own(resource("e"))();
  scope.endSince(mark);
  expect(ended).toEqual(["e", "d", "c", "b"]);
  expect(faults).toHaveLength(1);
  expect(scope.size).toBe(1);
  scope.end();
  expect(ended.at(-1)).toBe("before");
});
