import type { TextEdit } from "../../text/index.ts";
import type { OpenDocument } from "./open-document.ts";

/** What happens to open documents, told right after the fact. */
export type DocumentEvent =
  | { readonly tag: "opened" | "closed"; readonly document: OpenDocument }
  | {
      readonly tag: "changed";
      readonly document: OpenDocument;
      /** The version that the change made. Later changes may have been made already. */
      readonly version: number;
      /** In UTF-16 units of the version before. */
      readonly edits: readonly TextEdit[];
      /** Undefined: the application itself. */
      readonly plugin: string | undefined;
    }
  | {
      readonly tag: "marked";
      readonly document: OpenDocument;
      readonly plugin: string;
      readonly layer: string;
    }
  /** The application's own listeners threw when they were told of a plugin's edit, which is made. */
  | {
      readonly tag: "fault";
      readonly document: OpenDocument;
      readonly plugin: string;
      readonly error: unknown;
    };

/** TextChange.origin of what a plugin did. */
export function originOf(plugin: string): string {
  return `plugin:${plugin}`;
}

/** The plugin that a change comes from; undefined for the application's own. */
export function pluginOf(origin: string | undefined): string | undefined {
  return origin?.startsWith("plugin:") === true ? origin.slice("plugin:".length) : undefined;
}
