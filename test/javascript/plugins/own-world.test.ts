import { describe, expect, test } from "vitest";
import { defineInterface, WitError, type InterfaceDefinition } from "../../../src/index.ts";
import { rig, type Rig } from "./rig.ts";

const WIT = `package acme:app@1.0.0;
interface table {
  record row { id: u32, name: string, tags: list<string>, score: option<f64> }
  variant trouble { missing(string), full }
  flags access { may-read, may-write }
  enum color { red, dark-blue }
  resource cursor {
    constructor(start: u32);
    next: func() -> option<row>;
    merge: static func(one: cursor, other: borrow<cursor>) -> cursor;
  }
  rows: func(first: u32, count: u8) -> result<list<row>, trouble>;
  paint: func(color: color, access: access) -> tuple<color, bool>;
  slow: func(ms: u32) -> u64;
  odd: func(what: string) -> string;
}
interface planner {
  use table.{row, trouble, cursor};
  plan: func(rows: list<row>, pair: tuple<s64, char>) -> result<row, trouble>;
  follow: func(cursor: borrow<cursor>, mine: cursor) -> list<u32>;
}
world plugin { import table; export planner; export ping: func(text: string) -> string; }
`;

interface Ended {
  readonly ended: string[];
}

function table({ ended }: Ended): InterfaceDefinition {
  class Cursor {
    at: number;
    constructor(start: number) {
      this.at = start;
    }
    next(): object | undefined {
      if (this.at >= 3) return undefined;
      return { id: this.at++, name: "row", tags: ["a"], score: undefined };
    }
    static merge(one: Cursor, other: Cursor): Cursor {
      return new Cursor(one.at + other.at);
    }
    [Symbol.dispose](): void {
      ended.push(`cursor ${this.at}`);
    }
  }
  return defineInterface({
    name: "acme:app/table@1.0.0",
    functions: { slow: { waits: true } },
    implement: () => ({
      Cursor,
      rows: (from: number, count: number) => {
        if (from > 100) throw new WitError({ tag: "missing", val: "no such row" });
        return Array.from({ length: count }, (_, n) => ({ id: from + n, name: `é${n}`, tags: [] }));
      },
      paint: (color: string, access: { mayRead: boolean; mayWrite: boolean }) => [
        color,
        access.mayRead && !access.mayWrite,
      ],
      slow: async (ms: number) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return 2n ** 60n;
      },
      odd: (what: string) => {
        if (what === "throw") throw new Error("the application's own fault");
        return 1 as unknown as string;
      },
    }),
  });
}

const worlds = [{ files: new Map([["app.wit", WIT]]) }];

for (const isolation of ["caller", "thread", "process"] as const) {
  describe(`a plugin of an application's own world, on ${isolation}`, () => {
    const made = async (source: string): Promise<Rig & Ended> => {
      const ended: string[] = [];
      const found = await rig({
        isolation: () => isolation,
        interfaces: [table({ ended })],
        javascript: { worlds },
      });
      await found.install(source, { commands: ["run"] });
      return { ...found, ended };
    };
    const run = (body: string): string =>
      `import * as table from "acme:app/table"; export const commands = { async "shout.run"({ input }) { ${body} } };`;

    test("calls its functions, with values of each kind", async () => {
      const { host } = await made(
        run(`
          const rows = table.rows(7, 2);
          const [color, only] = table.paint("dark-blue", { mayRead: true });
          const big = await table.slow(1);
          return { rows, color, only, big: String(big), keys: Object.keys(rows[0]) };`),
      );
      expect(await host.execute("shout.run")).toEqual({
        rows: [
          { id: 7, name: "é0", tags: [] },
          { id: 8, name: "é1", tags: [] },
        ],
        color: "dark-blue",
        only: true,
        big: String(2n ** 60n),
        keys: ["id", "name", "tags", "score"],
      });
    });

    test("has promises in flight together", async () => {
      const { host } = await made(
        run(`
          const order = [];
          await Promise.all([40, 5].map(async (ms) => { await table.slow(ms); order.push(ms); }));
          return order;`),
      );
      expect(await host.execute("shout.run")).toEqual([5, 40]);
    });

    test("is told what is wrong with an argument, and goes on", async () => {
      const { host } = await made(
        run(`
          const said = [];
          for (const call of [
            () => table.rows("7", 2), () => table.rows(7, 256), () => table.rows(1), () => table.paint("blue", {}),
            () => table.paint("red", { mayRead: 1 }), () => table.paint("red", null),
            () => new table.Cursor({}), () => table.Cursor.merge({}, {}),
          ]) try { call(); said.push("nothing"); } catch (error) { said.push(error.name + " " + error.message); }
          return said;`),
      );
      const said = (await host.execute("shout.run")) as string[];
      expect(said).toHaveLength(8);
      for (const one of said) expect(one).toMatch(/^TypeError table: \w+: argument \d \([\w-]+\)/u);
      expect(said[0]).toContain(
        'argument 0 (first): expected an integer from 0 to 4294967295, got "7"',
      );
      expect(said[4]).toContain("argument 1 (access) .mayRead: expected a boolean, got 1");
    });

    test("catches an err as an error with a payload", async () => {
      const { host } = await made(
        run(
          "try { table.rows(101, 1); } catch (error) { return [error instanceof Error, error.payload, error.message]; }",
        ),
      );
      expect(await host.execute("shout.run")).toEqual([
        true,
        { tag: "missing", val: "no such row" },
        "table: rows: missing: no such row",
      ]);
    });

    test("holds resources, hands them back, and drops them", async () => {
      const { host, ended } = await made(
        run(`
          const one = new table.Cursor(1);
          const two = new table.Cursor(1);
          const both = table.Cursor.merge(one, two);
          let gone = false;
          try { one.next(); } catch (error) { gone = error instanceof Error; }
          two[Symbol.dispose]();
          return [both instanceof table.Cursor, both.next().id, both.next() === undefined, gone];`),
      );
      expect(await host.execute("shout.run")).toEqual([true, 2, true, true]);
      expect(ended).toContain("cursor 1");
      await host.stop("acme/shout");
      expect(ended).toContain("cursor 3");
    });

    test.each([
      ["throws", '"throw"', "threw"],
      ["answers what is of another type", '"type"', "misfit"],
    ])(
      "is ended by a function of the host's that %s, which is no fault of its own",
      async (_, what, why) => {
        const { host } = await made(run(`return input ? table.odd(${what}) : "fine";`));
        await expect(host.execute("shout.run", true)).rejects.toMatchObject({
          code: "interface-failed",
          data: { interface: "acme:app/table@1.0.0", function: "odd", why },
        });
        expect(await host.execute("bystander.ask")).toBe("fine");
        expect(await host.execute("shout.run", false)).toBe("fine");
      },
    );

    test("exports its functions, whose arguments and results are checked", async () => {
      const { host } = await made(`
        import "acme:app/table";
        export const commands = { "shout.run": () => null };
        export const ping = (text) => text + text;
        export const planner = {
          scale: 2,
          plan(rows, [number, letter]) {
            if (letter === "!") throw Object.assign(new Error(), { payload: { tag: "full" } });
            if (letter === "?") return { id: -1 };
            if (letter === "#") return undefinedThing;
            return { ...rows[0], id: Number(number) * this.scale, extra: true };
          },
          follow(cursor, mine) { return [cursor.next().id, mine.next().id, mine.next().id]; },
        };`);
      interface Planner {
        plan(rows: readonly object[], pair: readonly [bigint, string]): Promise<object>;
        follow(cursor: object, mine: object): Promise<object>;
      }
      type Exports = {
        readonly "acme:app/planner@1.0.0": Planner;
        ping(text: string): Promise<string>;
      };
      const planner = async (): Promise<Planner> =>
        (await host.exportsOf<Exports>("acme/shout"))["acme:app/planner@1.0.0"];
      const row = { id: 1, name: "a", tags: ["t"], score: 1.5 };
      expect(await (await host.exportsOf<Exports>("acme/shout")).ping("ab")).toBe("abab");
      expect(await (await planner()).plan([row], [21n, "x"])).toEqual({ ...row, id: 42 });
      await expect((await planner()).plan([], [1n, "!"])).rejects.toMatchObject({
        payload: { tag: "full" },
      });
      await expect((await planner()).plan([row], [1n, "xy"])).rejects.toMatchObject({
        code: "component-type",
      });
      for (const letter of ["?", "#"]) {
        await expect((await planner()).plan([row], [1n, letter])).rejects.toMatchObject({
          code: "plugin-crashed",
        });
      }
      expect(await (await planner()).plan([row], [1n, "x"])).toMatchObject({ id: 2 });
    });
  });
}
