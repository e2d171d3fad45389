/**
 * What the application shows to the person for a plugin. Every text has been stripped of control
 * and bidirectional characters and cut; it is the plugin's words and is to be shown as such.
 */
export interface UiPower {
  /** Index of the action taken; undefined when it was put away. Without actions: at once. */
  message(message: UiMessage): Answer<number | undefined>;
  /** Index of the item picked; undefined when the person picked none. */
  pick(question: UiPick): Answer<number | undefined>;
  /** One line of text; undefined when the person gave none. */
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
  /** Answers false when the person called the task off. */
  report(done: number, note: string | undefined): boolean;
}

export interface UiStatus {
  readonly plugin: string;
  readonly text: string;
  readonly tooltip: string | undefined;
  /** A command id to run when the item is activated. */
  readonly command: string | undefined;
}

export interface UiStatusItem extends Disposable {
  update(text: string, tooltip: string | undefined): void;
}
