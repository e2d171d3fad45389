import type { ConsoleLevel } from "../javascript/standard-targets.ts";
import { utf8Length } from "../utf8.ts";

/** One line of a program's console. */
export interface OutputLine {
  /** The method of `console` that printed it. */
  readonly level: ConsoleLevel;
  /** What it printed: a program's words, which may hold any character. */
  readonly text: string;
}

/** Thrown where a program has printed too much: it ends the run. */
export class TooMuchOutput extends Error {
  override readonly name = "TooMuchOutput";
}

/** What a program printed, in order, up to a limit. */
export class Output {
  readonly #lines: OutputLine[] = [];
  readonly #hears: ((line: OutputLine) => void) | undefined;
  #leftBytes: number;

  /** `hears`: told of each line at once. */
  constructor(maxBytes: number, hears: ((line: OutputLine) => void) | undefined) {
    this.#leftBytes = maxBytes;
    this.#hears = hears;
  }

  get lines(): readonly OutputLine[] {
    return this.#lines;
  }

  /** A line counts one byte more than its text. Throws TooMuchOutput. */
  print(level: ConsoleLevel, text: string): void {
    this.#leftBytes -= utf8Length(text) + 1;
    if (this.#leftBytes < 0) throw new TooMuchOutput("the program printed too much");
    const line: OutputLine = Object.freeze({ level, text });
    this.#lines.push(line);
    this.#hears?.(line);
  }
}
