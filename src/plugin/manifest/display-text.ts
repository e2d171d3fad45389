import { isHarmless } from "../../visible-text.ts";

const word: RegExp = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Scripts with letters that look like those of another. All letters of a word must be of one of
 * them.
 */
const lookalikes: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];

/** Mathematical alphabets: their letters look like plain ones. */
const mathematical: RegExp = /[\u{1d400}-\u{1d7ff}]/u;

/**
 * What is wrong with a text that people will read in a list, a prompt or a terminal, and could take
 * for another one. Undefined where nothing is.
 */
export function wrongWithText(text: string): string | undefined {
  if (!isHarmless(text)) return "it holds control, bidirectional or invisible characters";
  if (text !== text.trim() || text === "") return "it is empty, or starts or ends with a space";
  if (mathematical.test(text)) return "it holds mathematical letters, which pass for plain ones";
  for (const [letters] of text.matchAll(word)) {
    if (lookalikes.filter((script) => script.test(letters)).length > 1) {
      return "a word mixes scripts whose letters look alike";
    }
  }
  return undefined;
}
