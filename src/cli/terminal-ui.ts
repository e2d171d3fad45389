import { pluginWords, type UiPower } from "../index.ts";
import type { Answer, Person } from "./person.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Shows plugins' messages (unless it is to be quiet) and questions at a terminal. Where there is no
 * person, messages are printed and questions go unanswered.
 */
export function terminalUi(terminal: Terminal, person: Person | undefined, quiet = false): UiPower {
  const say = (line: string): void => {
    if (!quiet) terminal.line(line);
  };
  const words = (plugin: string, text: string): string => `${plugin}: ${pluginWords(text, 2000)}`;
  return {
    message: async ({ plugin, kind, text, actions }) => {
      const line = `${kind === "info" ? "" : `${kind}  `}${words(plugin, text)}`;
      if (actions.length === 0 || person === undefined) {
        say(line);
        return undefined;
      }
      return index(await person.ask({ kind: "pick", text: [line], choices: actions }));
    },
    pick: async ({ plugin, title, items }) => {
      if (person === undefined) return undefined;
      const choices = items.map(({ label, detail }) =>
        detail === undefined ? label : `${label}  ${detail}`,
      );
      return index(await person.ask({ kind: "pick", text: [words(plugin, title)], choices }));
    },
    input: async ({ plugin, title, initial }) => {
      if (person === undefined) return undefined;
      const shown = initial === "" ? title : `${title} (${initial})`;
      const text = [words(plugin, shown)];
      const typed = await person.ask({ kind: "input", text, choices: [], initial });
      return typeof typed === "string" ? typed : undefined;
    },
    progress: ({ plugin, title, total }) => ({
      report: (done, note) => {
        const share = total === undefined ? `${done}` : `${done}/${total}`;
        const what = note === undefined ? title : `${title}: ${note}`;
        say(`${share}  ${words(plugin, what)}`);
        return true;
      },
      [Symbol.dispose]: () => undefined,
    }),
    status: ({ plugin, text }) => {
      say(words(plugin, text));
      return {
        update: (next) => say(words(plugin, next)),
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}

function index(value: Answer): number | undefined {
  return typeof value === "number" ? value : undefined;
}
