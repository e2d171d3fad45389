import { TenonError } from "../errors.ts";
import { shownValue } from "../options.ts";

/** What a person is asked: may the program call this tool with these arguments? */
export interface ApprovalRequest {
  /** The tool's name, with those of its groups: `mail.send`. */
  readonly tool: string;
  /** The program's own values. Show them as text: `visibleText` of `tenon` writes out what hides. */
  readonly arguments: readonly unknown[];
  /** The run's name. */
  readonly run: string;
  /** Aborts when nobody needs the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Asks a person. True: the call is made. False: it is an error in the program. What it throws ends
 * the run: nothing was approved.
 */
export type Approve = (request: ApprovalRequest) => boolean | Promise<boolean>;

/** Nothing but `true` is an approval. Rejects with `policy-failed` for an answer that is none. */
export async function approved(approve: Approve, request: ApprovalRequest): Promise<boolean> {
  let answer: unknown;
  try {
    answer = await approve(request);
  } catch (cause) {
    throw failed(`approve threw for the tool ${request.tool}`, request, cause);
  }
  if (typeof answer === "boolean") return answer;
  const message = `approve answers true or false; not ${shownValue(answer)}`;
  throw failed(message, request);
}

function failed(message: string, { tool, run }: ApprovalRequest, cause?: unknown): TenonError {
  return new TenonError("policy-failed", message, { operation: run, data: { tool }, cause });
}
