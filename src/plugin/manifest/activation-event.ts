import type { ActivationEvent, CommandContribution } from "./manifest.ts";
import { isDocumentEvent, isLanguage } from "./document-filter.ts";
import { manifestError } from "./manifest-error.ts";

const eventName = "[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*";
const plugin = "[a-z][a-z0-9-]*/[a-z][a-z0-9-]*";

/** Each is compared with each document that changes. */
const MAX_FILTERS = 16;

/** An event of the application's (`document.saved`), or of another plugin (`acme/todo:added`). */
const event: RegExp = new RegExp(`^event:(?:${plugin}:)?${eventName}$`);

/**
 * Checks what starts the plugin, as the manifest lists it. `asked` are the names of the
 * capabilities that it asks for. Throws `manifest-activation`.
 */
export function checkActivation(
  written: readonly string[],
  commands: readonly CommandContribution[],
  asked: readonly string[],
): readonly ActivationEvent[] {
  let filters = 0;
  return written.map((text, index) => {
    const path = ["activation", index];
    if (isDocumentEvent(text) && ++filters > MAX_FILTERS) {
      const message = `at most ${MAX_FILTERS} may be event:document-changed`;
      throw manifestError("manifest-activation", path, message);
    }
    if (written.indexOf(text) < index) {
      throw manifestError("manifest-activation", path, "it is listed twice");
    }
    if (!isActivationEvent(text)) {
      const forms =
        "startup, idle, command:ID, event:NAME, event:scope/plugin:NAME, language:ID, " +
        "event:document-changed?language=ID, event:document-changed?glob=GLOB";
      throw manifestError("manifest-activation", path, `an activation event is one of ${forms}`);
    }
    if (isDocumentEvent(text) && !asked.includes("text")) {
      const message =
        "only a plugin that asks for the capability text is told of changed documents";
      throw manifestError("manifest-activation", path, message);
    }
    const id = text.startsWith("command:") ? text.slice("command:".length) : undefined;
    if (id !== undefined && !commands.some((command) => command.id === id)) {
      throw manifestError("manifest-activation", path, "the plugin contributes no such command");
    }
    return text;
  });
}

function isActivationEvent(text: string): text is ActivationEvent {
  if (text === "startup" || text === "idle" || text.startsWith("command:")) return true;
  if (text.startsWith("language:")) return isLanguage(text.slice("language:".length));
  return event.test(text) || isDocumentEvent(text);
}
