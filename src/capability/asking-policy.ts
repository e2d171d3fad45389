import { checkCallOptions, checkFunction, wrongOption } from "../options.ts";
import {
  type Decision,
  type IdentityChange,
  type IdentityDecision,
  type Policy,
  type PolicyRequest,
  silence,
} from "./policy.ts";

/**
 * `once`, `session`, `always`: yes, for that long. `no`: not this time. `never`: no, for good.
 * `later`: no answer; the plugin may ask again. A decision says more, for example which part.
 */
export type Consent = "once" | "session" | "always" | "no" | "never" | "later" | Decision;

/**
 * What a person says when another maker's plugin comes with a known name. `refuse`: it may not have
 * it. `fresh`: it may, and starts with nothing. `hand-over`: with the data that is stored under it.
 */
export type Takeover = "refuse" | "fresh" | "hand-over";

/** Options of `askingPolicy`. */
export interface AskingOptions {
  /**
   * What to do at installation about a capability that the plugin works without. `leave`: nothing
   * until the plugin asks for it in a call. `ask`: ask the person right away. Default: `leave`.
   */
  readonly optional?: "leave" | "ask";
  /**
   * Asks the person whether another maker may take a known name over. Say to the person that another
   * program calls itself by this name. Default: nobody is asked, and none may.
   */
  readonly identity?: (change: IdentityChange) => Takeover | Promise<Takeover>;
}

/**
 * Asks a person. One question at a time: the next is put when the one before is answered, so that
 * no prompt covers another. What `ask` throws is passed on, and nothing is granted. Throws
 * `usage` for arguments of a wrong kind.
 */
export function askingPolicy(
  ask: (question: PolicyRequest) => Consent | Promise<Consent>,
  options: AskingOptions = {},
): Policy {
  checkFunction("what askingPolicy asks with", ask);
  checkCallOptions("askingPolicy", options, { optional: true, identity: true });
  if (!["leave", "ask", undefined].includes(options.optional)) {
    throw wrongOption("optional", '"leave" or "ask"', options.optional);
  }
  if (options.identity !== undefined) checkFunction("identity", options.identity);
  const askOptional = options.optional === "ask";
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    const answer = before.then(question);
    before = answer.catch(() => undefined);
    return answer;
  };
  const { identity } = options;
  return {
    decide(request) {
      if (request.optional && request.during === "install" && !askOptional) return silence;
      return inTurn(async () => toDecision(await ask(request)));
    },
    decideIdentity(change) {
      if (identity === undefined) return { tag: "silent" };
      return inTurn(async () => toIdentityDecision(await identity(change)));
    },
  };
}

function toDecision(answer: Consent): Decision {
  switch (answer) {
    case "once":
    case "session":
    case "always":
      return { tag: "allow", lasts: answer };
    case "no":
      return { tag: "deny", reason: "the answer was no", lasts: "once" };
    case "never":
      return { tag: "deny", reason: "the answer was never", lasts: "always" };
    case "later":
      return silence;
    default:
      return answer;
  }
}

function toIdentityDecision(answer: Takeover): IdentityDecision {
  return answer === "fresh" || answer === "hand-over"
    ? { tag: "accept", data: answer }
    : { tag: "refuse", reason: "the answer was no" };
}
