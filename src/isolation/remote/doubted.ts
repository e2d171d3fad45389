// What a process says that is no frame. It is the host's own program there, but it shares nothing with
// the host so that a fault of V8 stays there, and then it may say anything.
import { ERROR_CODES } from "../../catalogues/error-codes.ts";
import type { TenonErrorCode } from "../../errors.ts";
import { visibleText } from "../../visible-text.ts";
import type { ErrorData } from "../wire/error-data.ts";
import type { GuestReply } from "../wire/messages.ts";

/** The most characters of an error as JSON, and of its message. */
const MOST_JSON = 256 * 1024;
const MOST_MESSAGE = 8 * 1024;

/** How deep the causes of an error are looked at. */
const MOST_CAUSES = 4;

/** Throws where it is no reply. */
export function doubtedReply(message: unknown): GuestReply {
  const { tag, id, error } = record(message);
  if (typeof id !== "number") throw new RangeError("a reply has no number");
  if (tag === "refused") return { tag, id, error: doubted(error) };
  if (tag !== "reply") throw new RangeError("a message is no reply");
  return { tag, id };
}

/** Throws where it is no error. */
export function doubtedError(json: string): ErrorData {
  if (json.length > MOST_JSON) throw new RangeError("an error is too long");
  return doubted(JSON.parse(json) as unknown);
}

/**
 * Only a component's errors have data: the host's own codes would say what the host does, such as make
 * a call again.
 */
function doubted(error: unknown, depth = 0): ErrorData {
  const { code, message, data, cause } = record(error);
  if (typeof code !== "string" || typeof message !== "string") {
    throw new RangeError("an error has no code or no message");
  }
  const isComponents = isComponentCode(code);
  const inner = cause === undefined || depth >= MOST_CAUSES ? undefined : record(cause);
  return {
    code: isComponents ? code : "isolate-failed",
    message: visibleText(message, { limit: MOST_MESSAGE, lines: true }),
    plugin: undefined,
    operation: undefined,
    data: isComponents && typeof data === "string" ? doubtedData(data) : undefined,
    cause:
      inner === undefined
        ? undefined
        : "code" in inner
          ? doubted(inner, depth + 1)
          : {
              message: visibleText(String(inner["message"]), { limit: MOST_MESSAGE, lines: true }),
            },
  };
}

/** Throws where it is no object. */
function doubtedData(json: string): string {
  if (json.length > MOST_JSON) throw new RangeError("an error is too long");
  const data: unknown = JSON.parse(json);
  if (Array.isArray(data)) throw new RangeError("an error's data are a list");
  record(data);
  return json;
}

function isComponentCode(code: string): code is TenonErrorCode & `component-${string}` {
  return code.startsWith("component-") && Object.hasOwn(ERROR_CODES, code);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new RangeError("a message is no object");
}
