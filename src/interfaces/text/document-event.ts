import type { TextEdit } from "../../text/index.ts";
import type { OpenDocument } from "./open-document.ts";

/** What has happened to an open document. Told right after the fact. */
export type DocumentEvent =
  | { readonly tag: "opened" | "closed"; readonly document: OpenDocument }
  | {
      readonly tag: "changed";
      readonly document: OpenDocument;
      /** The version that the change made. Later changes may have been made already. */
      readonly version: number;
      /** In UTF-16 units of the version before the change. */
      readonly edits: readonly TextEdit[];
      /** The plugin that made the change. Undefined: the application. */
      readonly plugin: string | undefined;
    }
  | {
      readonly tag: "marked";
      readonly document: OpenDocument;
      readonly plugin: string;
      readonly layer: string;
    }
  /**
   * The application's own listeners threw when they were told of a plugin's edit. The edit stands.
   */
  | {
      readonly tag: "fault";
      readonly document: OpenDocument;
      readonly plugin: string;
      readonly error: unknown;
    };

/** The `TextChange.origin` of a plugin's edits. */
export function originOf(plugin: string): string {
  return `plugin:${plugin}`;
}

/** The plugin that made a change; undefined for the application's own changes. */
export function pluginOf(origin: string | undefined): string | undefined {
  return origin?.startsWith("plugin:") === true ? origin.slice("plugin:".length) : undefined;
}
