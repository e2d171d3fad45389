/**
 * What the application shows to the person on behalf of a plugin. Control and bidirectional
 * characters are removed from every text, and it is cut. It must be shown as the plugin's own
 * words.
 */
export interface UiPower {
  /**
   * Resolves with the index of the chosen action, or undefined when the person dismissed the
   * message. A message without actions resolves at once.
   */
  message(message: UiMessage): Answer<number | undefined>;
  /** The index of the item that the person chose; undefined when they chose none. */
  pick(question: UiPick): Answer<number | undefined>;
  /** One line of text; undefined when the person entered none. */
  input(question: UiInput): Answer<string | undefined>;
  /** Shows that a task has begun. */
  progress(task: UiTask): UiProgress;
  /** Shows an item until it is disposed of. */
  status(item: UiStatus): UiStatusItem;
}

/** The system clipboard, text only. May reject: the guest is told that it is unavailable. */
export interface ClipboardPower {
  /** Returns the text of the clipboard; empty where it has none. */
  read(): Answer<string>;
  /** Replaces the content of the clipboard. */
  write(text: string): Answer<void>;
}

type Answer<Value> = Value | Promise<Value>;

/** A message to the person, with buttons. */
export interface UiMessage {
  /** The plugin that speaks, as `scope/name`. */
  readonly plugin: string;
  readonly kind: "info" | "warning" | "error";
  /** The message, in the plugin's own words. */
  readonly text: string;
  /** The texts of the buttons. Empty: there are none. */
  readonly actions: readonly string[];
}

/** A choice from a list. */
export interface UiPick {
  /** The plugin that asks, as `scope/name`. */
  readonly plugin: string;
  /** What is asked for, in the plugin's own words. */
  readonly title: string;
  /** What can be chosen, each with a label and perhaps a detail. */
  readonly items: readonly { readonly label: string; readonly detail: string | undefined }[];
}

/** A question for a text. */
export interface UiInput {
  /** The plugin that asks, as `scope/name`. */
  readonly plugin: string;
  /** What is asked for, in the plugin's own words. */
  readonly title: string;
  /** The text that is there at first. */
  readonly initial: string;
}

/** A task whose progress is shown. */
export interface UiTask {
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  /** What is being done, in the plugin's own words. */
  readonly title: string;
  /** Undefined: unknown. */
  readonly total: number | undefined;
}

/** Disposed of when the task has ended. */
export interface UiProgress extends Disposable {
  /** Returns false when the person cancelled the task. */
  report(done: number, note: string | undefined): boolean;
}

/** A text that a plugin keeps in view. */
export interface UiStatus {
  /** The plugin, as `scope/name`. */
  readonly plugin: string;
  /** The text, in the plugin's own words. */
  readonly text: string;
  /** A longer text, shown on hover. Undefined: none. */
  readonly tooltip: string | undefined;
  /** The id of the command that runs when the item is activated. */
  readonly command: string | undefined;
}

/** An item that is shown. Disposing of it removes it. */
export interface UiStatusItem extends Disposable {
  /** Changes its texts. */
  update(text: string, tooltip: string | undefined): void;
}
