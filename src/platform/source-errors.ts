import { TenonError } from "../errors.ts";

/** `package-unreadable`: what a package was to be read from, and why that failed. */
export function unreadable(what: string, cause: unknown): TenonError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TenonError("package-unreadable", `${what} could not be read: ${reason}`, {
    operation: "install",
    cause,
  });
}

/** `package-too-large`. `size`: where it is known before all of it is read. */
export function tooLarge(what: string, limit: number, size?: number): TenonError {
  const data = size === undefined ? { limit } : { size, limit };
  const message =
    size === undefined
      ? `${what} is over ${limit} bytes`
      : `${what} is ${size} bytes long; at most ${limit} are read`;
  return new TenonError("package-too-large", message, { operation: "install", data });
}
