import type { UiPower } from "../../src/platform/ui.ts";

/** The user interface of the demonstration: a status bar, and nobody to answer. */
export interface StatusBar {
  readonly ui: UiPower;
  /** What the status bar shows next. */
  next(): Promise<string>;
}

export function statusBar(): StatusBar {
  let told = Promise.withResolvers<string>();
  const show = (text: string): void => {
    told.resolve(text);
    told = Promise.withResolvers();
  };
  return {
    next: () => told.promise,
    ui: {
      message: () => undefined,
      pick: () => undefined,
      input: () => undefined,
      progress: () => ({ report: () => true, [Symbol.dispose]: () => undefined }),
      status: ({ text }) => {
        show(text);
        return { update: show, [Symbol.dispose]: () => undefined };
      },
    },
  };
}
