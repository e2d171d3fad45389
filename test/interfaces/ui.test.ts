import { describe, expect, it } from "vitest";
import type { Refusal } from "../../src/interfaces/generated/host/types.ts";
import { clipboardInterface } from "../../src/interfaces/clipboard.ts";
import { uiInterface } from "../../src/interfaces/ui.ts";
import { noLimits } from "./no-limits.ts";
import type { ClipboardPower, UiPower } from "../../src/platform/ui.ts";
import { callerOf } from "../identity/ours.ts";

const caller = callerOf("test/plugin");

interface Ui {
  message(kind: string, text: string, actions: string[]): unknown;
  pick(title: string, items: { label: string; detail?: string }[]): unknown;
  input(title: string, initial: string): unknown;
  Progress: {
    start(
      title: string,
      total?: bigint,
    ): Disposable & { report(done: bigint, note?: string): void };
  };
  StatusItem: { show(text: string): Disposable & { update(text: string): void } };
}

// A person who sees everything and always takes `choice`.
function screen(choice: number | undefined = 0): {
  power: UiPower;
  seen: unknown[];
  open: Set<object>;
} {
  const seen: unknown[] = [];
  const open = new Set<object>();
  const shown = <Item extends object>(item: Item): Item & Disposable => {
    const disposable = { ...item, [Symbol.dispose]: () => void open.delete(disposable) };
    open.add(disposable);
    return disposable;
  };
  return {
    seen,
    open,
    power: {
      message: (message) => (seen.push(message), choice),
      pick: (question) => (seen.push(question), Promise.resolve(choice)),
      input: (question) => (seen.push(question), "typed"),
      progress: (task) => (seen.push(task), shown({ report: (done: number) => done < 50 })),
      status: (item) => (
        seen.push(item),
        shown({ update: (text: string) => void seen.push(text) })
      ),
    },
  };
}

let time = 0;
const clock = { now: () => time, monotonic: () => time };

function made(
  power: UiPower | undefined,
  plugin = "test/plugin",
  definition = uiInterface({ ui: power, clock }),
): { ui: Ui; end: () => void } {
  const owned = new Set<Disposable>();
  const ui = definition.implement({
    ...noLimits,
    caller: { ...caller, plugin },
    may: () => ({ allowed: true, scope: {} }),
    own: (resource) => {
      owned.add(resource);
      return () => owned.delete(resource) && resource[Symbol.dispose]();
    },
  }) as unknown as Ui;
  return { ui, end: () => owned.forEach((resource) => resource[Symbol.dispose]()) };
}

const refusalOf = async (call: () => unknown): Promise<Refusal> => {
  try {
    await call();
  } catch (error) {
    return (error as { payload: Refusal }).payload;
  }
  throw new Error("it was not refused");
};

describe("ui", () => {
  it("shows the plugin's words so that they cannot pass for anything else", () => {
    const { power, seen } = screen();
    void made(power).ui.message("info", "pay \u202e\u001b[31mnow\r\n", ["ok\u0007"]);
    expect(seen).toEqual([
      {
        plugin: "test/plugin",
        kind: "info",
        text: "pay \\u{202e}\\u{1b}[31mnow\\r\\n",
        actions: ["ok\\u{7}"],
      },
    ]);
  });

  it("answers what the person took, and nothing for an index that was not offered", async () => {
    const items = [{ label: "a" }, { label: "b" }];
    expect(await made(screen(1).power).ui.pick("which", items)).toBe(1);
    for (const odd of [2, -1, 0.5, NaN]) {
      expect(await made(screen(odd).power).ui.pick("which", items)).toBeUndefined();
    }
    expect(made(screen().power).ui.input("name", "")).toBe("typed");
  });

  it("cuts long texts and refuses too many actions, items, tasks and status items", async () => {
    const { power, seen } = screen();
    const { ui } = made(power);
    void ui.message("info", "😀".repeat(3000), []);
    expect((seen[0] as { text: string }).text).toMatch(/^(?:😀){999}…$/u);
    expect((await refusalOf(() => ui.message("info", "", Array(5).fill("x")))).tag).toBe("quota");
    expect(
      (
        await refusalOf(() =>
          ui.pick(
            "",
            Array.from({ length: 10_001 }, () => ({ label: "" })),
          ),
        )
      ).tag,
    ).toBe("quota");
    for (let i = 0; i < 8; i++) ui.StatusItem.show("x");
    expect((await refusalOf(() => ui.StatusItem.show("x"))).tag).toBe("quota");
    for (let i = 0; i < 16; i++) ui.Progress.start("x");
    expect((await refusalOf(() => ui.Progress.start("x"))).tag).toBe("quota");
  });

  it("shows at most 60 messages a minute, and waits for those with actions", async () => {
    const { power, seen } = screen();
    const definition = uiInterface({ ui: power, clock });
    const { ui } = made(power, "test/flood", definition);
    for (let i = 0; i < 60; i++) void ui.message("info", `${i}`, []);
    expect((await refusalOf(() => ui.message("info", "too many", []))).tag).toBe("quota");
    expect(ui.message("info", "a question", ["yes"])).toBe(0);
    const again = made(power, "test/flood", definition).ui;
    expect((await refusalOf(() => again.message("info", "a restart", []))).tag).toBe("quota");
    const bystander = made(power, "test/bystander", definition).ui;
    expect(() => bystander.message("info", "heard", [])).not.toThrow();
    time += 60_000;
    void ui.message("info", "again", []);
    expect(seen).toHaveLength(63);
  });

  it("takes things off the screen when they are dropped, or when the instance ends", () => {
    const { power, open } = screen();
    const { ui, end } = made(power);
    const item = ui.StatusItem.show("one");
    ui.StatusItem.show("two");
    ui.Progress.start("three", 100n);
    item[Symbol.dispose]();
    item[Symbol.dispose]();
    expect(open.size).toBe(2);
    end();
    expect(open.size).toBe(0);
  });

  it("tells a task that it was called off", async () => {
    const task = made(screen().power).ui.Progress.start("copying", 100n);
    task.report(10n, "a file");
    expect(await refusalOf(() => task.report(60n))).toEqual({ tag: "cancelled" });
  });

  it("is unavailable where the application shows nothing", async () => {
    const { ui } = made(undefined);
    for (const call of [() => ui.message("info", "", []), () => ui.StatusItem.show("")]) {
      expect((await refusalOf(call)).tag).toBe("unavailable");
    }
  });
});

describe("clipboard", () => {
  const clipboard = (power: ClipboardPower | undefined, access = ["read", "write"]) =>
    clipboardInterface(power).implement({
      ...noLimits,
      caller,
      may: (use) =>
        access.includes(use.access)
          ? { allowed: true, scope: { access: [use.access] } }
          : { allowed: false, reason: "no" },
      own: () => () => undefined,
    }) as unknown as { read(): Promise<string>; write(text: string): Promise<void> };

  it("reads and writes what was granted, and no more", async () => {
    let held = "before";
    const power: ClipboardPower = { read: () => held, write: (text) => void (held = text) };
    await clipboard(power).write("after");
    expect(await clipboard(power).read()).toBe("after");
    const writer = clipboard(power, ["write"]);
    expect((await refusalOf(() => writer.read())).tag).toBe("denied");
    expect((await refusalOf(() => writer.write("x".repeat(2 ** 20 + 1)))).tag).toBe("quota");
    expect(held).toBe("after");
  });

  it("is unavailable where there is none or it fails, without the host's reason", async () => {
    const broken: ClipboardPower = {
      read: () => Promise.reject(new Error("/home/someone")),
      write: () => undefined,
    };
    const answer = await refusalOf(() => clipboard(broken).read());
    expect(answer).toEqual({ tag: "unavailable", val: "a clipboard" });
    expect((await refusalOf(() => clipboard(undefined).read())).tag).toBe("unavailable");
  });
});
