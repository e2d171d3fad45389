import { createInterface } from "node:readline";
import type { Terminal } from "./terminal.ts";

export interface Question {
  /**
   * `consent`: one of the choices, by its first letters; there is no default. `pick`: the number of a
   * choice, or an empty line for none. `input`: a text, or an empty line for `initial`.
   */
  readonly kind: "consent" | "pick" | "input";
  /** The lines of the question. */
  readonly text: readonly string[];
  readonly choices: readonly string[];
  readonly initial?: string;
}

/** The index of the choice, or the text; undefined where the person chose none of them. */
export type Answer = number | string | undefined;

/** How often a question is asked again after a text that does not answer it. */
const TRIES = 3;

/** Thrown out of a question by Ctrl-C, Ctrl-D or the end of the input. */
export class LeftQuestion extends Error {}

/**
 * The person at a terminal. Who ends a question with Ctrl-C or Ctrl-D has answered nothing: `left` is
 * aborted, the question and all after it are unanswered (undefined), and the run is to end.
 */
export class Person {
  readonly #terminal: Terminal;
  readonly #input: NodeJS.ReadableStream;
  readonly #output: NodeJS.WritableStream;
  readonly #left: AbortController = new AbortController();

  constructor(
    terminal: Terminal,
    input: NodeJS.ReadableStream = process.stdin,
    output: NodeJS.WritableStream = process.stderr,
  ) {
    this.#terminal = terminal;
    this.#input = input;
    this.#output = output;
  }

  get left(): AbortSignal {
    return this.#left.signal;
  }

  async ask(question: Question): Promise<Answer> {
    if (this.#left.signal.aborted) return undefined;
    try {
      for (const line of question.text) this.#terminal.line(line);
      if (question.kind === "consent") return await this.#consent(question.choices);
      if (question.kind === "input") {
        return (await this.#line("> ")) || question.initial || undefined;
      }
      return await this.#pick(question.choices);
    } catch (error) {
      if (!(error instanceof LeftQuestion)) throw error;
      this.#left.abort();
      return undefined;
    }
  }

  async #consent(choices: readonly string[]): Promise<number | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const typed = (await this.#line(`${choices.join(" / ")}? `)).trim().toLowerCase();
      const found = choices.findIndex((choice) => choice.startsWith(typed));
      if (typed !== "" && found >= 0) return found;
      this.#terminal.line(`type one of: ${choices.join(", ")}; Ctrl-C ends the run`);
    }
    return undefined;
  }

  async #pick(choices: readonly string[]): Promise<number | undefined> {
    for (const [i, choice] of choices.entries()) this.#terminal.line(`  ${i + 1}  ${choice}`);
    for (let tries = 0; tries < TRIES; tries++) {
      const typed = (await this.#line("number, or nothing: ")).trim();
      if (typed === "") return undefined;
      const picked = /^\d+$/.test(typed) ? Number(typed) - 1 : -1;
      if (picked in choices) return picked;
      this.#terminal.line(`type a number from 1 to ${choices.length}; Ctrl-C ends the run`);
    }
    return undefined;
  }

  /** One line. Rejects with LeftQuestion. */
  async #line(prompt: string): Promise<string> {
    const reader = createInterface({
      input: this.#input,
      output: this.#output,
      // Ctrl-C is a key then, which the reader sees.
      terminal: true,
    });
    try {
      return await new Promise<string>((resolve, reject) => {
        reader.once("SIGINT", () => reader.close());
        reader.once("close", () => reject(new LeftQuestion()));
        reader.question(prompt, resolve);
      });
    } finally {
      reader.close();
    }
  }
}
