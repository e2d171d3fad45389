import type { UiPower } from "../platform/ui.ts";
import { pluginWords } from "../capability/untrusted-text.ts";
import type { Answer, Question } from "./run-messages.ts";

/// The other side of the thread that runs a plugin: puts questions to the main thread and shows
/// lines there.
export interface ThreadPort {
  ask(question: Omit<Question, "tag" | "id">): Promise<Answer["value"]>;
  line(text: string): void;
}

/// Plugins' messages and questions at a terminal. Without a person, messages are printed and
/// questions go unanswered.
export function threadUi(port: ThreadPort, interactive: boolean): UiPower {
  const words = (plugin: string, text: string): string => `${plugin}: ${pluginWords(text, 2000)}`;
  return {
    message: async ({ plugin, kind, text, actions }) => {
      const line = `${kind === "info" ? "" : `${kind}  `}${words(plugin, text)}`;
      if (actions.length === 0 || !interactive) {
        port.line(line);
        return undefined;
      }
      return index(await port.ask({ kind: "message", text: line, choices: actions }));
    },
    pick: async ({ plugin, title, items }) => {
      if (!interactive) return undefined;
      const choices = items.map(({ label, detail }) =>
        detail === undefined ? label : `${label}  ${detail}`,
      );
      return index(await port.ask({ kind: "pick", text: words(plugin, title), choices }));
    },
    input: async ({ plugin, title, initial }) => {
      if (!interactive) return undefined;
      const shown = initial === "" ? title : `${title} (${initial})`;
      const typed = await port.ask({ kind: "input", text: words(plugin, shown), choices: [] });
      return typeof typed === "string" ? typed : undefined;
    },
    progress: ({ plugin, title, total }) => ({
      report: (done, note) => {
        const share = total === undefined ? `${done}` : `${done}/${total}`;
        const what = note === undefined ? title : `${title}: ${note}`;
        port.line(`${share}  ${words(plugin, what)}`);
        return true;
      },
      [Symbol.dispose]: () => undefined,
    }),
    status: ({ plugin, text }) => {
      port.line(words(plugin, text));
      return {
        update: (next) => port.line(words(plugin, next)),
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}

function index(value: Answer["value"]): number | undefined {
  return typeof value === "number" ? value : undefined;
}
