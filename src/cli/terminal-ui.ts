import { pluginWords, type UiPower } from "../index.ts";
import { type Answer, askPerson } from "./person.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Shows plugins' messages and questions at a terminal. Where there is no person, messages are
 * printed and questions go unanswered.
 */
export function terminalUi(terminal: Terminal, interactive: boolean): UiPower {
  const words = (plugin: string, text: string): string => `${plugin}: ${pluginWords(text, 2000)}`;
  return {
    message: async ({ plugin, kind, text, actions }) => {
      const line = `${kind === "info" ? "" : `${kind}  `}${words(plugin, text)}`;
      if (actions.length === 0 || !interactive) {
        terminal.line(line);
        return undefined;
      }
      return index(await askPerson({ kind: "message", text: [line], choices: actions }, terminal));
    },
    pick: async ({ plugin, title, items }) => {
      if (!interactive) return undefined;
      const choices = items.map(({ label, detail }) =>
        detail === undefined ? label : `${label}  ${detail}`,
      );
      return index(
        await askPerson({ kind: "pick", text: [words(plugin, title)], choices }, terminal),
      );
    },
    input: async ({ plugin, title, initial }) => {
      if (!interactive) return undefined;
      const shown = initial === "" ? title : `${title} (${initial})`;
      const typed = await askPerson(
        { kind: "input", text: [words(plugin, shown)], choices: [] },
        terminal,
      );
      return typeof typed === "string" ? typed : undefined;
    },
    progress: ({ plugin, title, total }) => ({
      report: (done, note) => {
        const share = total === undefined ? `${done}` : `${done}/${total}`;
        const what = note === undefined ? title : `${title}: ${note}`;
        terminal.line(`${share}  ${words(plugin, what)}`);
        return true;
      },
      [Symbol.dispose]: () => undefined,
    }),
    status: ({ plugin, text }) => {
      terminal.line(words(plugin, text));
      return {
        update: (next) => terminal.line(words(plugin, next)),
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}

function index(value: Answer): number | undefined {
  return typeof value === "number" ? value : undefined;
}
