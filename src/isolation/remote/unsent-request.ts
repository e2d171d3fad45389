import { hostFailure } from "../../component/engine.ts";
import { TenonError } from "../../errors.ts";
import { type GuestRequest, localAnswersOf } from "../wire/messages.ts";

/**
 * The error of a request that could not be posted because of what it brings. Nothing of it has
 * reached the thread, so only the request fails. Undefined where the thread's state is unknown.
 */
export function unsent(request: GuestRequest, thrown: unknown): TenonError | undefined {
  switch (request.tag) {
    case "instantiate":
      return uncloneable(request.lent.interfaces) ?? tooLarge(thrown);
    case "compile":
      return tooLarge(thrown);
    default:
      return undefined;
  }
}

/**
 * The failure of the interface whose data can't be cloned. It could be when the interface was
 * defined: the application has changed it since.
 */
function uncloneable(
  interfaces: Extract<GuestRequest, { tag: "instantiate" }>["lent"]["interfaces"],
): TenonError | undefined {
  for (const { scope, local } of interfaces) {
    if (local?.tag !== "module") continue;
    try {
      structuredClone(local.data);
    } catch (why) {
      return hostFailure(why, localAnswersOf(scope));
    }
  }
  return undefined;
}

/** There is no memory for the copy. */
function tooLarge(thrown: unknown): TenonError | undefined {
  if ((thrown as Partial<Error> | undefined)?.name !== "DataCloneError") return undefined;
  const message = "The plugin's thread could not be sent what it needs: there is no memory for it.";
  return new TenonError("isolate-failed", message, { cause: thrown });
}
