import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

export interface Question {
  readonly kind: "consent" | "message" | "pick" | "input";
  /** The lines of the question. */
  readonly text: readonly string[];
  readonly choices: readonly string[];
}

/** The index of the choice, or the text; undefined where the person dismissed the question. */
export type Answer = number | string | undefined;

/**
 * Asks the person at the terminal one question. Undefined where they dismissed it, with an empty
 * line or the end of the input.
 */
export async function askPerson(question: Question, terminal: Terminal): Promise<Answer> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (const line of question.text) terminal.line(line);
    if (question.kind === "consent") return await consent(reader, question.choices);
    if (question.kind === "input") return (await reader.question("> ")) || undefined;
    for (const [i, choice] of question.choices.entries()) terminal.line(`  ${i + 1}  ${choice}`);
    const picked = Number(await reader.question("number, or nothing: ")) - 1;
    return picked in question.choices ? picked : undefined;
  } catch {
    return undefined;
  } finally {
    reader.close();
  }
}

async function consent(
  reader: { question(text: string): Promise<string> },
  choices: readonly string[],
): Promise<number | undefined> {
  for (let tries = 0; tries < 3; tries++) {
    const typed = (await reader.question(`${choices.join(" / ")}? `)).trim().toLowerCase();
    if (typed === "") return undefined;
    const found = choices.findIndex((choice) => choice.startsWith(typed));
    if (found >= 0) return found;
  }
  return undefined;
}
