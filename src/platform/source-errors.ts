import { TenonError } from "../errors.ts";

/** `package-unreadable`: says what could not be read, why, and in `remedy` what to do. */
export function unreadable(what: string, cause: unknown, remedy: string = ""): TenonError {
  const reason = cause instanceof Error ? `${cause.message}${behind(cause)}` : String(cause);
  return new TenonError("package-unreadable", `${what} could not be read: ${reason}${remedy}`, {
    operation: "install",
    cause,
  });
}

/** `package-too-large`. `size`: the whole size, where it is known before all of it is read. */
export function tooLarge(what: string, limit: number, size?: number): TenonError {
  const data = size === undefined ? { limit } : { size, limit };
  const message =
    size === undefined
      ? `${what} is over ${limit} bytes`
      : `${what} is ${size} bytes long; at most ${limit} are read`;
  return new TenonError("package-too-large", message, { operation: "install", data });
}

/** What is behind an error of `fetch`, whose own message says only that it failed. */
function behind({ cause }: Error): string {
  if (!(cause instanceof Error)) return "";
  const { code } = cause as { readonly code?: unknown };
  const why = cause.message !== "" ? cause.message : typeof code === "string" ? code : "";
  return why === "" ? "" : ` (${why})`;
}
