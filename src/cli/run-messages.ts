import type { GrantOption } from "./grants-option.ts";

/// What the command's main thread and the thread that runs the plugin say to each other. The main
/// thread asks the person and keeps the deadline: it stays free however the guest behaves.

export interface RunRequest {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sidecar: string | undefined;
  readonly command: string;
  readonly input: unknown;
  readonly document: { readonly path: string; readonly text: string } | undefined;
  readonly allow: readonly GrantOption[];
  readonly deny: readonly GrantOption[];
  readonly state: string;
  readonly folder: string | undefined;
  /// Whether there is a person to ask.
  readonly interactive: boolean;
  readonly version: string;
}

export interface Question {
  readonly tag: "question";
  readonly id: number;
  readonly kind: "consent" | "message" | "pick" | "input";
  readonly text: string;
  readonly choices: readonly string[];
}

export interface Answer {
  readonly tag: "answer";
  readonly id: number;
  /// The index of the choice or the text; undefined where the person put it away.
  readonly value: number | string | undefined;
}

export interface Refusal {
  readonly capability: string;
  readonly sentence: string;
  readonly option: string;
}

export interface RunReport {
  readonly tag: "report";
  readonly outcome:
    | { readonly tag: "answer"; readonly value: unknown }
    | {
        readonly tag: "error";
        readonly code: string | undefined;
        readonly message: string;
        readonly data: Readonly<Record<string, unknown>>;
      };
  /// The document's text where the command changed it.
  readonly document: string | undefined;
  readonly refusals: readonly Refusal[];
  readonly figures: {
    readonly plugin: string;
    readonly startedMs: number;
    readonly calls: number;
    readonly hostCalls: number;
    readonly ms: number;
    readonly memoryBytes: number;
  };
}

export type FromGuestThread =
  | Question
  | RunReport
  /// Sent every 100 ms while the thread's event loop turns.
  | { readonly tag: "alive" }
  | { readonly tag: "line"; readonly text: string };
