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
  progress(task: UiTask): UiProgress;
  status(item: UiStatus): UiStatusItem;
}

/** The system clipboard, text only. May reject: the guest is told that it is unavailable. */
export interface ClipboardPower {
  read(): Answer<string>;
  write(text: string): Answer<void>;
}

type Answer<Value> = Value | Promise<Value>;

export interface UiMessage {
  readonly plugin: string;
  readonly kind: "info" | "warning" | "error";
  readonly text: string;
  readonly actions: readonly string[];
}

export interface UiPick {
  readonly plugin: string;
  readonly title: string;
  readonly items: readonly { readonly label: string; readonly detail: string | undefined }[];
}

export interface UiInput {
  readonly plugin: string;
  readonly title: string;
  readonly initial: string;
}

export interface UiTask {
  readonly plugin: string;
  readonly title: string;
  /** Undefined: unknown. */
  readonly total: number | undefined;
}

/** Disposed of when the task has ended. */
export interface UiProgress extends Disposable {
  /** Returns false when the person cancelled the task. */
  report(done: number, note: string | undefined): boolean;
}

export interface UiStatus {
  readonly plugin: string;
  readonly text: string;
  readonly tooltip: string | undefined;
  /** The id of the command that runs when the item is activated. */
  readonly command: string | undefined;
}

export interface UiStatusItem extends Disposable {
  update(text: string, tooltip: string | undefined): void;
}
