import {
  askingPolicy,
  type Consent,
  type PluginStatus,
  pluginWords,
  type Policy,
  type PolicyRequest,
  type Takeover,
} from "../index.ts";
import type { Person } from "./person.ts";

type Asked = Pick<
  PluginStatus["standing"][number],
  "capability" | "sentence" | "reason" | "optional"
>;

const forOne = ["yes", "no", "always", "never"] as const;
const takeovers = ["refuse", "fresh", "hand-over"] as const satisfies readonly Takeover[];
const forAll = [...forOne, "each"] as const;

/**
 * Asks the person: at installation once about all of `open`, the capabilities that no option and no
 * earlier decision settles, with the choice to decide each by itself; while the plugin runs, about
 * what it asks for then. Where the person left, nothing is decided.
 */
export function reviewingPolicy(person: Person, open: readonly Asked[]): Policy {
  let review: Promise<Consent | "each"> | undefined;
  const ask = async (request: PolicyRequest): Promise<Consent> => {
    const isReviewed =
      request.during === "install" &&
      open.length > 1 &&
      open.some(({ capability }) => capability === request.capability);
    if (!isReviewed) return await consent(person, forOne, linesOf(request, whoOf(request)));
    const answer = await (review ??= reviewed(person, whoOf(request), open));
    return answer === "each"
      ? await consent(person, forOne, linesOf(request, whoOf(request)))
      : answer;
  };
  return askingPolicy(ask, {
    optional: "ask",
    identity: async ({ plugin, from, to, added }) => {
      const text = [
        `another program calls itself ${plugin} ${to.version}: it is ${to.maker}`,
        `the one that you know, ${from.version}, is ${from.maker}`,
        ...(added.length === 0 ? [] : ["it asks for more than that one. It"]),
        ...added.flatMap((one) => linesOf(one, " ")),
        ...(to.identity.tag === "digest"
          ? ["if it is another build of a plugin of your own: refuse, and run it with --own"]
          : []),
        "refuse: it does not run. fresh: it runs, without the other's data. hand-over: with its data",
      ];
      const value = await person.ask({ kind: "consent", text, choices: takeovers });
      return typeof value === "number" ? takeovers[value]! : "refuse";
    },
  });
}

/** The name, and who made the plugin that has it. */
function whoOf({ plugin, maker }: PolicyRequest): string {
  return `${plugin} (${maker})`;
}

async function reviewed(
  person: Person,
  plugin: string,
  open: readonly Asked[],
): Promise<Consent | "each"> {
  const text = [
    `${plugin} asks for ${open.length} things. It`,
    ...open.flatMap((one) => linesOf(one, ` `)),
    "all of it?",
  ];
  return await consent(person, forAll, text);
}

function linesOf({ sentence, reason, optional }: Omit<Asked, "capability">, who: string): string[] {
  return [
    `${who} ${sentence}${optional ? " (works without)" : ""}`,
    `    it says: ${pluginWords(reason)}`,
  ];
}

async function consent<Choice extends string>(
  person: Person,
  choices: readonly Choice[],
  text: readonly string[],
): Promise<Consent | Extract<Choice, "each">> {
  const value = await person.ask({ kind: "consent", text, choices });
  const answer = typeof value === "number" ? choices[value] : undefined;
  if (answer === undefined) return "later";
  return answer === "yes" ? "session" : (answer as Consent | Extract<Choice, "each">);
}
