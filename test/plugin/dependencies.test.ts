import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startOrder, type Dependent } from "../../src/plugin/installed/dependencies.ts";

function plugin(name: string, needs: Record<string, string> = {}, version = "1.0.0"): Dependent {
  const dependencies = Object.entries(needs).map(([name, range]) => ({ name, range }));
  return { name, version, dependencies };
}

function orderOf(name: string, plugins: readonly Dependent[]): readonly string[] {
  const installed = new Map(plugins.map((one) => [one.name, one]));
  return startOrder(installed.get(name)!, (name) => installed.get(name)).map((one) => one.name);
}

describe("what has to be started", () => {
  test("comes after what it needs, each once", () => {
    const plugins = [
      plugin("a/app", { "a/left": "^1.0.0", "a/right": "^1.0.0" }),
      plugin("a/left", { "a/base": "^1.0.0" }),
      plugin("a/right", { "a/base": ">=1.0.0" }),
      plugin("a/base"),
      plugin("a/unrelated", { "a/missing": "*" }),
    ];
    expect(orderOf("a/app", plugins)).toEqual(["a/base", "a/left", "a/right", "a/app"]);
    expect(orderOf("a/base", plugins)).toEqual(["a/base"]);
  });

  test("all that is missing or too old is said at once", () => {
    const plugins = [
      plugin("a/app", { "a/left": "^1.0.0", "a/gone": "^1.0.0", "a/old": "^2.0.0" }),
      plugin("a/left", { "a/lost": "1.x" }),
      plugin("a/old"),
    ];
    expect(() => orderOf("a/app", plugins)).toThrow(
      expect.objectContaining({
        code: "dependency-missing",
        plugin: "a/app",
        data: {
          unmet: [
            { by: "a/left", name: "a/lost", range: "1.x", found: undefined },
            { by: "a/app", name: "a/gone", range: "^1.0.0", found: undefined },
            { by: "a/app", name: "a/old", range: "^2.0.0", found: "1.0.0" },
          ],
        },
      }),
    );
  });

  test("a wrong version alone has its own code", () => {
    const plugins = [plugin("a/app", { "a/base": "^1.0.0" }), plugin("a/base", {}, "1.1.0-rc.1")];
    expect(() => orderOf("a/app", plugins)).toThrow(
      expect.objectContaining({ code: "dependency-version" }),
    );
  });

  test("a circle is named, wherever it is entered", () => {
    const plugins = [
      plugin("a/app", { "a/x": "*" }),
      plugin("a/x", { "a/y": "*" }),
      plugin("a/y", { "a/z": "*" }),
      plugin("a/z", { "a/x": "*" }),
    ];
    expect(() => orderOf("a/app", plugins)).toThrow(
      expect.objectContaining({
        code: "dependency-cycle",
        data: { cycle: ["a/x", "a/y", "a/z", "a/x"] },
      }),
    );
    expect(() => orderOf("a/y", plugins)).toThrow(
      expect.objectContaining({ data: { cycle: ["a/y", "a/z", "a/x", "a/y"] } }),
    );
  });

  test("a chain may be a hundred thousand long", () => {
    const installed = (name: string): Dependent | undefined => {
      const index = Number(name.slice(3));
      return index > 100_000
        ? undefined
        : plugin(name, index > 0 ? { [`a/p${index - 1}`]: "1" } : {});
    };
    expect(startOrder(installed("a/p100000")!, installed)).toHaveLength(100_001);
  });

  test("of any graph without circles, everything comes after what it needs", () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), {
        minLength: size,
        maxLength: size,
      }),
    );
    fc.assert(
      fc.property(graph, (edges) => {
        const plugins = edges.map((targets, index) => {
          const needs = targets.filter((target) => target < index);
          return plugin(
            `a/p${index}`,
            Object.fromEntries(needs.map((to) => [`a/p${to}`, "^1.0.0"])),
          );
        });
        const order = orderOf(`a/p${edges.length - 1}`, plugins);
        expect(new Set(order).size).toBe(order.length);
        for (const [place, name] of order.entries()) {
          const one = plugins.find((each) => each.name === name)!;
          for (const needed of one.dependencies) {
            const before = order.indexOf(needed.name);
            expect(before).toBeGreaterThanOrEqual(0);
            expect(before).toBeLessThan(place);
          }
        }
      }),
    );
  });
});
