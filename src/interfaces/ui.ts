import * as z from "zod/mini";
import { defineCapability, type Capability } from "../capability/capability.ts";
import { isThenable } from "../realms.ts";
import { visibleText } from "../visible-text.ts";
import type { Clock } from "../platform/clock.ts";
import type { UiPower, UiProgress, UiStatusItem } from "../platform/ui.ts";
import { contractName } from "./contract/contract.ts";
import { defineInterface, type InterfaceContext, type InterfaceDefinition } from "./define.ts";
import type { FunctionTable } from "./functions.ts";
import type * as Contract from "./generated/host/ui.ts";
import type { Implementation } from "./contract/implementation.ts";
import { quota, refusal, refuseWithRefusal, unavailable } from "./contract/refusal.ts";
import { cutUtf8 } from "../utf8.ts";

/** The scope has no parts that could be narrowed. */
export type UiScope = Readonly<Record<never, never>>;

/** Limits of ui.wit. Texts in UTF-16 units. */
const maxText = 2000;
const maxActions = 4;
const maxItems = 10_000;
const maxStatusItems = 8;
const maxTasks = 16;
/** The most messages a minute that wait for no answer. */
const maxMessages = 60;
/** The most bytes of text that the person typed. */
const maxInputBytes = 64 << 10;

export const uiCapability: Capability<UiScope, undefined> = defineCapability<UiScope, undefined>({
  name: "ui",
  scope: z.strictObject({}),
  describe: () => "may show messages, questions and progress",
  intersect: () => ({}),
  covers: () => true,
});

const functions = {
  message: { waits: true, asksPerson: true },
  pick: { waits: true, asksPerson: true },
  input: { waits: true, asksPerson: true },
} as const satisfies FunctionTable<typeof Contract>;

export function uiInterface(powers: {
  /** Undefined: plugins find it unavailable. */
  readonly ui: UiPower | undefined;
  readonly clock: Clock;
}): InterfaceDefinition<UiScope, undefined> {
  // One for each plugin, shared by all of its instances.
  const allowances = new Map<string, Allowance>();
  return defineInterface({
    name: contractName("ui"),
    capability: uiCapability,
    functions,
    refuse: refuseWithRefusal,
    implement: (context) => {
      const plugin = context.caller.plugin;
      const person = (): UiPower => {
        if (powers.ui === undefined) throw refusal(unavailable("a person to show it to"));
        return powers.ui;
      };
      const allowance = allowances.get(plugin) ?? new Allowance(powers.clock);
      allowances.set(plugin, allowance);
      return {
        message: (kind, text, actions) => {
          if (actions.length > maxActions) throw refusal(quota(`${maxActions} actions a message`));
          if (actions.length === 0 && !allowance.take()) {
            throw refusal(quota(`messages a minute: ${maxMessages}`));
          }
          const shownActions = actions.map(shown);
          const answer = person().message({
            plugin,
            kind,
            text: shown(text),
            actions: shownActions,
          });
          return answered(answer, (index) => indexIn(index, actions.length));
        },
        pick: (title, items) => {
          if (items.length > maxItems) throw refusal(quota(`${maxItems} items to pick from`));
          const answer = person().pick({
            plugin,
            title: shown(title),
            items: items.map(({ label, detail }) => ({
              label: shown(label),
              detail: detail === undefined ? undefined : shown(detail),
            })),
          });
          return answered(answer, (index) => indexIn(index, items.length));
        },
        input: (title, initial) =>
          answered(
            person().input({ plugin, title: shown(title), initial: shown(initial) }),
            (text) => (text === undefined ? undefined : cut(text)),
          ),
        Progress: progressClass(context, person),
        StatusItem: statusItemClass(context, person),
      } satisfies Implementation<typeof Contract, typeof functions>;
    },
  });
}

type Context = InterfaceContext<UiScope, undefined>;

function progressClass(context: Context, person: () => UiPower) {
  let open = 0;
  return class Progress implements Disposable {
    readonly #task: UiProgress;
    readonly #end: () => void;

    private constructor(task: UiProgress) {
      this.#task = task;
      open++;
      this.#end = context.own({
        [Symbol.dispose]: () => {
          open--;
          task[Symbol.dispose]();
        },
      });
    }

    static start(title: string, total: bigint | undefined): Progress {
      if (open >= maxTasks) throw refusal(quota(`${maxTasks} tasks at a time`));
      const { plugin } = context.caller;
      const whole = total === undefined ? undefined : Number(total);
      return new Progress(person().progress({ plugin, title: shown(title), total: whole }));
    }

    report(done: bigint, note: string | undefined): void {
      const text = note === undefined ? undefined : shown(note);
      if (!this.#task.report(Number(done), text)) throw refusal({ tag: "cancelled" });
    }

    [Symbol.dispose](): void {
      this.#end();
    }
  };
}

function statusItemClass(context: Context, person: () => UiPower) {
  let open = 0;
  return class StatusItem implements Disposable {
    readonly #item: UiStatusItem;
    readonly #end: () => void;

    private constructor(item: UiStatusItem) {
      this.#item = item;
      open++;
      this.#end = context.own({
        [Symbol.dispose]: () => {
          open--;
          item[Symbol.dispose]();
        },
      });
    }

    static show(
      text: string,
      tooltip: string | undefined,
      command: string | undefined,
    ): StatusItem {
      if (open >= maxStatusItems) throw refusal(quota(`${maxStatusItems} status items`));
      return new StatusItem(
        person().status({
          plugin: context.caller.plugin,
          text: shown(text),
          tooltip: tooltip === undefined ? undefined : shown(tooltip),
          command: command === undefined ? undefined : shown(command),
        }),
      );
    }

    update(text: string, tooltip: string | undefined): void {
      this.#item.update(shown(text), tooltip === undefined ? undefined : shown(tooltip));
    }

    [Symbol.dispose](): void {
      this.#end();
    }
  };
}

/** Returns no promise where the application answered at once. */
function answered<Given, Value>(
  answer: Given | Promise<Given>,
  read: (given: Given) => Value,
): Value | Promise<Value> {
  return isThenable(answer) ? Promise.resolve(answer).then(read) : read(answer as Given);
}

/** The application's answer is checked like anything else that reaches a guest. */
function indexIn(index: number | undefined, length: number): number | undefined {
  return index !== undefined && Number.isInteger(index) && index >= 0 && index < length
    ? index
    : undefined;
}

/** The text on one line, cut, without characters that hide or reorder text. */
function shown(text: string): string {
  return visibleText(text, { limit: maxText });
}

/** The text that the person typed, well-formed, and at most `maxInputBytes` of it. */
function cut(text: string): string {
  return cutUtf8(text.toWellFormed(), maxInputBytes);
}

/** Allows so many messages a minute; the rest are refused. */
class Allowance {
  readonly #clock: Clock;
  #minute = -1;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(): boolean {
    const minute = Math.floor(this.#clock.monotonic() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#count = 0;
    }
    return ++this.#count <= maxMessages;
  }
}
