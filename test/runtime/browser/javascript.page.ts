/** Plugins from source, and programs, in a page: no eval, no bundle of theirs, types taken out by sucrase. */
import { transform } from "sucrase";
import { describe, expect, it } from "vitest";
import { createHost, grantAll, type Host, type HostOptions } from "../../../src/index.ts";
import { javascript, type StripTypes } from "../../../src/javascript/index.ts";
import { createCodeRunner, runCode } from "../../../src/platform/browser/code/index.ts";
import { browserPlatform } from "../../../src/platform/browser/index.ts";

const stripTypes: StripTypes = (source) =>
  transform(source, {
    transforms: ["typescript"],
    disableESTransforms: true,
    keepUnusedImports: true,
  }).code;

const manifestOf = (name: string, commands: readonly string[]): string =>
  JSON.stringify({
    name: `acme/${name}`,
    version: "1.0.0",
    title: name,
    description: name,
    api: "^0.1.0",
    capabilities: { kv: { reason: "Counts." } },
    commands: commands.map((id) => ({ id: `${name}.${id}`, title: id })),
  });

const SHOUT = `import type { Commands } from "tenon:plugin/commands";
import { open } from "tenon:plugin/kv";
interface Input { readonly text: string }
export const commands: Commands = {
  async "shout.run"({ input }: { input: Input }) {
    const bucket = await open("shouts");
    await bucket.set("times", Uint8Array.of(7));
    const [one, two] = await Promise.all([bucket.get("times"), bucket.get("nothing")]);
    return { text: input.text.toUpperCase() as string, times: one!.value[0], nothing: two === undefined };
  },
};`;

const HOSTILE = `export const commands = {
  "hostile.loop": () => { for (;;); },
  "hostile.eval": () => { try { return Function("return 1")(); } catch (e) { return e.name; } },
  "hostile.reach": () => [typeof document, typeof window, typeof fetch, typeof process],
  "hostile.fill": () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1)); },
};`;

async function hostOf(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = createHost({
    platform: browserPlatform(),
    policy: grantAll(["kv"], "any"),
    limits: { commandMs: 1_000 },
    languages: [javascript({ stripTypes })],
    ...options,
  });
  const shout = { file: "shout.ts", manifest: manifestOf("shout", ["run"]) };
  await host.install(new TextEncoder().encode(SHOUT), shout);
  const ids = ["loop", "eval", "reach", "fill"];
  const hostile = { file: "hostile.js", manifest: manifestOf("hostile", ids) };
  await host.install(new TextEncoder().encode(HOSTILE), hostile);
  return host;
}

const honest = { text: "HEJ", times: 7, nothing: true };

describe.each(["thread", "caller"] as const)("a plugin from source in a page, on %s", (place) => {
  it("runs in TypeScript, with several calls of the host in flight", async () => {
    await using host = await hostOf({ isolation: () => place });
    expect(await host.execute("shout.run", { text: "hej" })).toEqual(honest);
  });

  it("finds nothing of the page, and no eval", async () => {
    await using host = await hostOf({ isolation: () => place });
    expect(await host.execute("hostile.eval")).toBe("EvalError");
    expect((await host.execute("hostile.reach")) as string[]).not.toContain("object");
  });

  it("that loops, or fills its memory, is stopped beside one that goes on", async () => {
    await using host = await hostOf({ isolation: () => place });
    await expect(host.execute("hostile.loop")).rejects.toMatchObject({ code: "plugin-deadline" });
    expect(await host.execute("shout.run", { text: "hej" })).toEqual(honest);
    await expect(host.execute("hostile.fill")).rejects.toMatchObject({
      code: "command-failed",
      message: expect.stringContaining("out of memory"),
    });
    expect(await host.execute("shout.run", { text: "hej" })).toEqual(honest);
  });
});

describe("a host without anything that takes types out", () => {
  it("says so, and takes JavaScript", async () => {
    await using host = createHost({
      platform: browserPlatform(),
      policy: grantAll(["kv"], "any"),
      languages: [javascript()],
    });
    const typed = host.install(new TextEncoder().encode(SHOUT), {
      file: "shout.ts",
      manifest: manifestOf("shout", ["run"]),
    });
    await expect(typed).rejects.toMatchObject({ code: "package-source" });
    const plain = 'export const commands = { "plain.run": () => 1 };';
    const manifest = manifestOf("plain", ["run"]);
    await host.install(new TextEncoder().encode(plain), { file: "plain.js", manifest });
    expect(await host.execute("plain.run")).toBe(1);
  });
});

describe("a program in a page", () => {
  it("calls tools, waits for a person, and answers", async () => {
    const asked: string[] = [];
    const { value, output } = await runCode(
      `const found: string[] = await Promise.all(["a", "b"].map((one) => search(one)));
       console.log("found", found.length);
       return await send(found.join());`,
      {
        name: "program.ts",
        stripTypes,
        tools: {
          search: async (what: string) => what.toUpperCase(),
          send: { asks: true, call: async (text: string) => `sent ${text}` },
        },
        approve: async ({ tool }) => {
          asked.push(tool);
          return true;
        },
      },
    );
    expect([value, output.map(({ text }) => text), asked]).toEqual([
      "sent A,B",
      ["found 2"],
      ["send"],
    ]);
  });

  it("that never ends is stopped, and its neighbours are not", async () => {
    await using runner = createCodeRunner({ cpuMs: 300 });
    const loop = runner.run("for (;;);").catch((error: unknown) => error);
    expect((await runner.run("1 + 1")).value).toBe(2);
    expect(await loop).toMatchObject({ code: "code-cpu" });
    expect((await runner.run("typeof document + typeof window")).value).toBe("undefinedundefined");
  });
});
