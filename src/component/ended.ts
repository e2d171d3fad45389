// The errors of components and instances that have ended.
import { TenonError } from "../errors.ts";

export function componentReleased(): TenonError {
  return new TenonError("component-closed", "the component was released: compile it again");
}

export function instanceClosed(): TenonError {
  return new TenonError("component-closed", "the instance was closed: instantiate it again");
}

/** For the call that was under way. */
export function closedInCall(): TenonError {
  return new TenonError("component-closed", "the instance was closed in mid-call");
}

/** `failure`: what ended it. Undefined: its stack overflowed. */
export function instancePoisoned(failure: TenonError | undefined): TenonError {
  const why = failure?.message ?? "stack overflow";
  return new TenonError(
    "component-poisoned",
    `an earlier call failed (${why}): instantiate the component again`,
    failure === undefined ? {} : { cause: failure, data: { ...failure.data, code: failure.code } },
  );
}
