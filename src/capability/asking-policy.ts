import type { Decision, Policy, PolicyRequest } from "./policy.ts";
import { silence } from "./policy.ts";

/**
 * `once`, `session`, `always`: yes, for that long. `no`: not this time. `never`: no, for good.
 * `later`: no answer; the plugin may ask again. A decision says more, for example which part.
 */
export type Consent = "once" | "session" | "always" | "no" | "never" | "later" | Decision;

/** Options of `askingPolicy`. */
export interface AskingOptions {
  /**
   * What to do at installation about a capability that the plugin works without. `leave`: nothing
   * until the plugin asks for it in a call. `ask`: ask the person right away. Default: `leave`.
   */
  readonly optional?: "leave" | "ask";
}

/**
 * Asks a person. One question at a time: the next is put when the one before is answered, so that
 * no prompt covers another. What `ask` throws is passed on, and nothing is granted.
 */
export function askingPolicy(
  ask: (question: PolicyRequest) => Consent | Promise<Consent>,
  options: AskingOptions = {},
): Policy {
  const askOptional = options.optional === "ask";
  let before: Promise<unknown> = Promise.resolve();
  return {
    decide(request) {
      if (request.optional && request.during === "install" && !askOptional) return silence;
      const answer = before.then(async () => toDecision(await ask(request)));
      before = answer.catch(() => undefined);
      return answer;
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
