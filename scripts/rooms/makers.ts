// Whether the declarations of what an object is given to call back say who makes it.

/** An `interface …Powers` or `…Parts` that starts a line, and the comment right before it. */
const DECLARED =
  /(?<comment>\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^(?:export )?(?:interface|type) (?<name>\w+(?:Powers|Parts))\b/gmu;

/** `sources` are the texts of all TypeScript files of src/, by path. */
export function makerFaults(sources: ReadonlyMap<string, string>): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    [...text.matchAll(DECLARED)].flatMap(({ groups }) => {
      const { comment = "", name = "" } = groups ?? {};
      const said = comment.replaceAll(/\s*\n \*\s*/gu, " ");
      return /(?:Made|Given) by /u.test(said)
        ? []
        : [`${path}: ${name} does not say who makes it: "Made by …."`];
    }),
  );
}
