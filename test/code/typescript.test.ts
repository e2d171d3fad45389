// Programs in TypeScript: their types are taken out, and nothing else moves.
import { describe, expect, it } from "vitest";
import { failureOf, runnerFor } from "./runners.ts";

const TYPED = `interface Found { readonly size: number }
const all: Found[] = [{ size: 3 }, { size: 4 }];
const of = <T>(one: T): T => one;
return of(all.map(({ size }) => size) satisfies number[]) as unknown;`;

describe("a program whose name says that it is TypeScript", () => {
  const runner = runnerFor({ isolation: "caller" });

  it("runs without its types", async () => {
    const { value } = await runner.run(TYPED, { name: "found.ts" });
    expect(value).toEqual([3, 4]);
  });

  it("runs in a session, each program by its own name", async () => {
    using session = runner.session();
    await session.run("globalThis.a = 1 as number", { name: "first.mts" });
    expect((await session.run("a + 1")).value).toBe(2);
  });

  it("answers with the value of its last expression", async () => {
    expect((await runner.run("2 as number", { name: "a.ts" })).value).toBe(2);
  });

  it("is JavaScript under any other name", async () => {
    const failure = await failureOf(runner.run("const a: number = 1", { name: "a.js" }));
    expect(failure.code).toBe("code-syntax");
  });

  it.each([
    ["enum A { B }", 1, 1],
    ["const a = 1;\n  enum A { B }", 2, 3],
    ["const x: = 1", 1, 10],
  ])("says where %j can't be JavaScript", async (source, line, column) => {
    const failure = await failureOf(runner.run(source, { name: "wrong.ts" }));
    expect(failure).toMatchObject({ code: "code-syntax", data: { line, column } });
    expect(failure.message).toMatch(`wrong.ts:${line}:${column}: `);
  });

  it("keeps the lines and columns of what it throws", async () => {
    const source =
      "const a: number = 1;\nconst f = (x: unknown): never => { throw new Error('here'); };\nf(a);";
    const failure = await failureOf(runner.run(source, { name: "throws.ts" }));
    expect(failure).toMatchObject({ code: "code-failed", data: { line: 2 } });
    expect(failure.data["column"]).toBeGreaterThan(30);
  });

  it("cannot end the function that it is the body of", async () => {
    const failure = await failureOf(
      runner.run("}); (async () => { return 5", { name: "wrong.ts" }),
    );
    expect(failure.code).toBe("code-syntax");
  });
});

describe("who takes the types out", () => {
  it("is what the runner or the run is given", async () => {
    const runner = runnerFor({
      isolation: "caller",
      stripTypes: (source) => source.replace(": odd", "     "),
    });
    const odd = "const a: odd = 1; return a";
    expect((await runner.run(odd, { name: "a.ts" })).value).toBe(1);
    const own = {
      name: "a.ts",
      stripTypes: (source: string) => source.replace(": odd = 1", " = 2"),
    };
    expect((await runner.run(odd, own)).value).toBe(2);
  });

  it("may fail with anything, and may not change what is no type", async () => {
    const runner = runnerFor({ isolation: "caller" });
    const throws = (): never => {
      // eslint-disable-next-line no-throw-literal
      throw "no";
    };
    const failed = await failureOf(runner.run("1", { name: "a.ts", stripTypes: throws }));
    expect(failed).toMatchObject({ code: "code-syntax", message: "a.ts:1:1: no" });
    const emptied = await failureOf(runner.run("1", { name: "a.ts", stripTypes: () => "" }));
    expect(emptied.code).toBe("usage");
    const wrong = await failureOf(
      runner.run("1", { name: "a.ts", stripTypes: "sucrase" as unknown as () => string }),
    );
    expect(wrong.code).toBe("usage");
  });
});
