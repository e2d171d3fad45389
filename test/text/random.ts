import { randomFrom as fractionsFrom } from "../seeded-random.ts";

/** A seeded generator of whole numbers below `limit`. */
export type Random = (limit: number) => number;

export function randomFrom(seed: number): Random {
  const next = fractionsFrom(seed);
  return (limit) => Math.floor(next() * limit);
}

/** The seed of this run: TEST_SEED, or a new one. Tests put it into their names and messages. */
export const seed: number = Number(process.env["TEST_SEED"] ?? Date.now() % 1_000_000);

const awkward = [
  "\r",
  "\n",
  "\r\n",
  "\n\r",
  "\r\r\n\n",
  "😀",
  "\ud83d",
  "\ude00",
  "\ude00\ud83d",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "é",
  "\u00ff",
  "\ufeff",
  "\u2028",
  "\0",
  "中文",
  "\uffff",
  "\ud83d\r\n\ude00",
];

/** Some text to insert: mostly short, sometimes a few thousand units. */
export function someText(random: Random): string {
  const kind = random(20);
  if (kind < 8) return String.fromCharCode(97 + random(26));
  if (kind < 12) return awkward[random(awkward.length)]!;
  if (kind < 15) return "word ".repeat(1 + random(8));
  if (kind < 17) return "line of text\n".repeat(random(4)) + "\r".repeat(random(2));
  if (kind < 18) return awkward[random(awkward.length)]!.repeat(random(200));
  if (kind < 19) return "x".repeat(random(5000));
  let text = "";
  for (let i = random(40); i > 0; i--) text += awkward[random(awkward.length)]!;
  return text;
}
