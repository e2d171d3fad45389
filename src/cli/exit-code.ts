import { TenonError } from "../index.ts";
import { LeftQuestion } from "./person.ts";

/** The command's exit codes, for scripts. Part of the public interface. */
export const exitCodes = {
  ok: 0,
  /** The plugin ran and returned a failure of its own. */
  failed: 1,
  /** The command line or the input is wrong, or a file that it names cannot be read. */
  usage: 2,
  /** The component or its manifest was refused before anything ran. */
  refused: 3,
  /**
   * The plugin crashed, was stopped at a deadline, a limit or a call that was refused it, or is
   * quarantined.
   */
  stopped: 4,
  /** A fault of the host or of its storage. */
  fault: 5,
  /** The person ended the run at a question, with Ctrl-C or Ctrl-D. */
  interrupted: 130,
} as const;

export const exitCodeHelp = `Exit codes:
    0  done
    1  the plugin answered with a failure of its own
    2  the command line or the module of --host is wrong, the input does not fit its schema, or a file cannot be read
    3  the component or its manifest was refused before anything ran; of list, one of them
    4  the plugin crashed, or was stopped at a deadline or a limit
    5  a fault of the host or its storage
  130  ended at a question, with Ctrl-C or Ctrl-D`;

export function exitCodeOf(error: unknown): number {
  if (error instanceof LeftQuestion) return exitCodes.interrupted;
  if (!(error instanceof TenonError)) return exitCodes.fault;
  const code = error.code;
  if (
    code === "usage" ||
    code === "package-unreadable" ||
    code === "command-unknown" ||
    code === "text-decode" ||
    code === "wit-world"
  ) {
    return exitCodes.usage;
  }
  // The host refused what the command line gave; without a schema it was the plugin.
  if (code === "command-input" && "schema" in error.data) return exitCodes.usage;
  if (code.startsWith("command-") || code === "plugin-activation") return exitCodes.failed;
  if (code === "plugin-downgrade") return exitCodes.refused;
  if (/^(package|manifest|dependency|signature|identity)-/.test(code)) return exitCodes.refused;
  if (code === "key-revoked") return exitCodes.refused;
  if (code.startsWith("key-")) return exitCodes.usage;
  if (/^(component-(malformed|invalid|unsupported|unlinkable|limit)|wit-invalid)$/.test(code))
    return exitCodes.refused;
  if (code === "call-refused" || /^(component|plugin)-/.test(code)) return exitCodes.stopped;
  return exitCodes.fault;
}
